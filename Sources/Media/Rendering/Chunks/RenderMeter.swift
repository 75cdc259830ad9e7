import Pipeline
import Threads

/// Adds up what several threads have encoded and says at most ten times a second how far the film is.
final class RenderMeter: Sendable {
  private struct State {
    var progress: RenderProgress
    var last: ContinuousClock.Instant?
  }

  private let state: Locked<State>
  private let report: @Sendable (RenderProgress) -> Void

  init(_ timeline: Timeline, report: @escaping @Sendable (RenderProgress) -> Void) {
    let progress = RenderProgress(
      frames: 0, frameCount: timeline.hasPicture ? timeline.frameCount : 0, sound: .zero,
      duration: timeline.duration)
    state = Locked(State(progress: progress))
    self.report = report
  }

  func add(frames count: Int) { update { $0.frames = min($0.frames + count, $0.frameCount) } }

  /// Sound was listened to, to find out how loud it is.
  func measured(until time: MediaTime) { update { $0.measured = time } }

  func heard(until time: MediaTime) {
    update {
      $0.measured = nil
      $0.sound = min(time, $0.duration)
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
  private func update(_ change: (inout RenderProgress) -> Void) {
    let now = ContinuousClock.now
    state.withLock { state in
      change(&state.progress)
      if let last = state.last, now - last < .milliseconds(100) { return }
      state.last = now
      report(state.progress)
    }
  }
}
