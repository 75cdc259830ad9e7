import HTTPTypes

#if canImport(Glibc)
  import Glibc
#endif

/// The head that a connection's last request had. A client that asks the same again and again sends the same bytes
/// each time, and they need to be understood once.
struct KnownHead {
  /// Longer ones are not remembered.
  private static let limit = 2048

  private var bytes: [UInt8] = []
  private var head: RequestHead?

  mutating func read(
    _ raw: UnsafeRawBufferPointer, _ parser: RequestHeadParser
  ) throws(Refusal) -> RequestHead {
    if let head, isSame(raw) { return head }
    let read = try parser.parse(raw)
    if raw.count <= Self.limit, read.framing == .none {
      bytes = Array(raw)
      head = read
    }
    return read
  }

  mutating func forget() { self = KnownHead() }

  private func isSame(_ raw: UnsafeRawBufferPointer) -> Bool {
    guard let base = raw.baseAddress, raw.count == bytes.count else { return false }
    return memcmp(base, bytes, raw.count) == 0
  }
}
