/// Whether bytes move fast enough, window after window.
struct RateWatch {
  enum Verdict: Hashable { case fine, tooSlow }

  private let window: Int64
  /// In each window.
  private let leastByteCount: Int
  private var countAtStart = 0
  /// When the window ends; nil while nobody is measured.
  private(set) var deadline: Int64?

  init(_ timeouts: ServerTimeouts) {
    window = timeouts.rateWindow.nanoseconds
    let seconds = Double(window) / 1_000_000_000
    leastByteCount = max(1, Int(min(Double(timeouts.leastRate) * seconds, 1e15)))
  }

  /// Begins a window, if none is running.
  mutating func start(_ now: Int64, byteCount: Int) {
    if deadline == nil { restart(now, byteCount) }
  }

  mutating func stop() { deadline = nil }

  /// At the end of a window. Begins the next one.
  mutating func judge(_ now: Int64, byteCount: Int) -> Verdict {
    guard let deadline, now >= deadline else { return .fine }
    let isFine = byteCount - countAtStart >= leastByteCount
    restart(now, byteCount)
    return isFine ? .fine : .tooSlow
  }

  private mutating func restart(_ now: Int64, _ byteCount: Int) {
    deadline = now + window
    countAtStart = byteCount
  }
}
