import Pipeline
import Threads

/// Adds up how far several recordings are.
final class SpeechShare: Sendable {
  private let shares: Locked<[Double]>
  private let context: StageContext

  init(count: Int, _ context: StageContext) {
    shares = Locked(Array(repeating: 0, count: count))
    self.context = context
  }

  /// - Parameter share: 0 to 1.
  func report(_ index: Int, _ share: Double) {
    let (done, total) = shares.withLock { shares in
      shares[index] = max(shares[index], min(share, 1))
      return (shares.reduce(0, +), Double(shares.count))
    }
    context.progress(done, of: total, unit: .items, phase: "listening")
  }
}
