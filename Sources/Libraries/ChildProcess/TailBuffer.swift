/// The last bytes of a stream.
struct TailBuffer {
  let capacity: Int
  private var bytes: [UInt8] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func append(_ more: some Collection<UInt8>) {
    bytes += more.suffix(capacity)
    // Trimmed at twice the capacity, so that each byte is moved once on average.
    if bytes.count > 2 * capacity { bytes.removeFirst(bytes.count - capacity) }
  }

  /// As text; the first line is left out when its beginning is gone.
  var text: String {
    var kept = bytes.suffix(capacity)
    if kept.count < bytes.count, let end = kept.firstIndex(of: UInt8(ascii: "\n")) {
      kept = kept[(end + 1)...]
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
