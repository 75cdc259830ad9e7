/// Frames as a client sends them (RFC 6455 section 5.2).
enum MaskedFrame {
  /// - Parameter first: the first byte, with FIN, the reserved bits and the opcode.
  static func encode(
    _ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
  ) -> [UInt8] {
    var frame = [first]
    switch payload.count {
    case ...125: frame.append(0x80 | UInt8(payload.count))
    case ...0xffff: frame += [0xfe, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default:
      frame.append(0xff)
      for shift in stride(from: 56, through: 0, by: -8) {
        frame.append(UInt8(truncatingIfNeeded: payload.count >> shift))
      }
    }
    return frame + mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
  }

  static func text(_ text: String) -> [UInt8] { encode(0x81, Array(text.utf8)) }

  static func close(_ code: Int) -> [UInt8] {
    encode(0x88, [UInt8(code >> 8), UInt8(code & 0xff)])
  }
}
