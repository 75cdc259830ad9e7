import Threads

/// A time that passes only when a test says so.
final class ManualTime: Sendable {
  private let elapsed = Locked(Duration.zero)

  var now: Duration { elapsed.withLock { $0 } }
  func pass(_ duration: Duration) { elapsed.withLock { $0 += duration } }
}

/// A door that stays shut until a test opens it.
struct TestDoor: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func open() { continuation.finish() }
  /// Returns once the door is open, or the task is cancelled.
  func pass() async { for await _ in stream {} }
}

/// The same numbers for the same seed (Steele, Lea, Flood: SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
