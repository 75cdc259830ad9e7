/// Frames as a server sends them: never masked, never fragmented (RFC 6455 section 5.2).
package enum WebSocketFrame {
  package enum Opcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
  }

  package static func encode(_ opcode: Opcode, _ payload: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = [0x80 | opcode.rawValue]
    frame.reserveCapacity(payload.count + 10)
    switch payload.count {
    case ...125: frame.append(UInt8(payload.count))
    case ...0xffff:
      frame += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default:
      frame.append(127)
      for shift in stride(from: 56, through: 0, by: -8) {
        frame.append(UInt8(truncatingIfNeeded: payload.count >> shift))
      }
    }
    return frame + payload
  }

  /// - Parameter reason: cut to the 123 bytes that fit, between characters.
  package static func close(_ code: WebSocketCloseCode, reason: String) -> [UInt8] {
    var text: [UInt8] = []
    for scalar in reason.unicodeScalars {
      let octets = Array(String(scalar).utf8)
      if text.count + octets.count > 123 { break }
      text += octets
    }
    return encode(.close, [UInt8(code.number >> 8), UInt8(code.number & 0xff)] + text)
  }
}
