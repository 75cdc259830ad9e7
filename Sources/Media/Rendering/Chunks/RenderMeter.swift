import Pipeline
import Threads

/// Adds up what several threads have encoded and says at most ten times a second how far the film is.
///
/// A frame of the film counts when it is encoded in all renditions, or as many others are in its place.
final class RenderMeter: Sendable {
  private struct State {
    var progress: RenderProgress
    /// Over all renditions.
    var encoded = 0
    var last: ContinuousClock.Instant?
  }

  private let state: Locked<State>
  private let renditions: Int
  private let report: @Sendable (RenderProgress) -> Void

  init(
    _ timeline: Timeline, renditions: Int, report: @escaping @Sendable (RenderProgress) -> Void
  ) {
    self.renditions = max(1, renditions)
    let progress = RenderProgress(
      frames: 0, frameCount: timeline.hasPicture ? timeline.frameCount : 0, sound: .zero,
      duration: timeline.duration)
    state = Locked(State(progress: progress))
    self.report = report
  }

  /// - Parameter count: each rendition counts by itself.
  func add(frames count: Int) {
    update { [renditions] state in
      state.encoded += count
      state.progress.frames = min(state.encoded / renditions, state.progress.frameCount)
    }
  }

  /// Sound was listened to, to find out how loud it is.
  func measured(until time: MediaTime) { update { $0.progress.measured = time } }

  func heard(until time: MediaTime) {
    update {
      $0.progress.measured = nil
      $0.progress.sound = min(time, $0.progress.duration)
    }
  }

  /// Says that the work goes on, while nothing is encoded.
  func tick() { update { _ in } }

  func finish() {
    state.withLock { state in
      state.progress.frames = state.progress.frameCount
      state.progress.sound = state.progress.duration
      state.progress.measured = nil
      report(state.progress)
    }
  }

  /// Reports with the lock held, so that reports neither overlap nor overtake each other.
  private func update(_ change: (inout State) -> Void) {
    let now = ContinuousClock.now
    state.withLock { state in
      change(&state)
      if let last = state.last, now - last < .milliseconds(100) { return }
      state.last = now
      report(state.progress)
    }
  }
}
