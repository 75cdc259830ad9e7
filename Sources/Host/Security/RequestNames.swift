import Synchronization

/// Names for requests. They have to differ and need not be hard to guess: a number after a random text that is this
/// process's.
final class RequestNames: Sendable {
  private let prefix = "req_\(RandomText.hex(byteCount: 4))"
  private let count = Atomic<UInt32>(0)

  func next() -> String {
    let number = count.add(1, ordering: .relaxed).newValue
    return withUnsafeBytes(of: number.bigEndian) { prefix + RandomText.hex(Array($0)) }
  }
}
