import Glibc

extension [Float] {
  /// Adds that many zeros. Appending a repeated element does it too, but goes through the generic code of the standard
  /// library for each sample where nothing is optimised, and tests take minutes.
  public mutating func appendSilence(count: Int) {
    guard count > 0 else { return }
    append(
      contentsOf: [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        guard let start = buffer.baseAddress else { return }
        memset(start, 0, count * MemoryLayout<Float>.stride)
        filled = count
      })
  }
}
