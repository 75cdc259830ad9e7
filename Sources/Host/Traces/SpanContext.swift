/// Which trace something belongs to, and which part of it is meant (W3C Trace Context, level 1).
struct SpanContext: Sendable, Hashable, Codable {
  /// 32 hexadecimal digits in lower case, not all zero.
  let trace: String
  /// 16 hexadecimal digits in lower case, not all zero.
  let span: String
  /// Whether whoever began the trace records it.
  let isSampled: Bool

  /// A new trace.
  ///
  /// - Parameter share: how many of new traces are recorded, 0 to 1.
  static func new(recording share: Double) -> SpanContext {
    SpanContext(
      trace: RandomText.hex(byteCount: 16), span: RandomText.hex(byteCount: 8),
      isSampled: share >= 1 || Double.random(in: 0..<1) < share)
  }

  /// A part of the same trace.
  func child() -> SpanContext {
    SpanContext(trace: trace, span: RandomText.hex(byteCount: 8), isSampled: isSampled)
  }

  private init(trace: String, span: String, isSampled: Bool) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
  }

  /// Reads a `traceparent` field; nil when it is not exactly what the recommendation says, which then counts for
  /// nothing. Of later versions only the part that is known is read.
  init?(traceparent text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 55, bytes.count <= 512, bytes[2] == Self.dash, bytes[35] == Self.dash,
      bytes[52] == Self.dash,
      let version = Self.hex(bytes[0..<2]), let trace = Self.hex(bytes[3..<35]),
      let span = Self.hex(bytes[36..<52]), let flags = Self.hex(bytes[53..<55]),
      let bits = UInt8(flags, radix: 16), version != "ff",
      bytes.count == 55 || version != "00" && bytes[55] == Self.dash,
      trace.contains(where: { $0 != "0" }), span.contains(where: { $0 != "0" })
    else { return nil }
    self.init(trace: trace, span: span, isSampled: bits & 1 != 0)
  }

  var traceparent: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

  private static let dash = UInt8(ascii: "-")

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String? {
    let isHex = bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isHex ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
