import Foundation
import Threads

/// Numbers a run's events and writes them to the journal, one after the other, whoever reports them.
final class RunRecorder: Sendable {
  private struct Entry: Sendable {
    var event: RunEvent
    /// Resumed when the event is in the journal; nil for reports that nobody waits for.
    var written: CheckedContinuation<Void, Never>?
  }

  private let run: String
  private let tracker: Locked<ProgressTracker>
  private let started = ContinuousClock.now
  private let queue: AsyncStream<Entry>
  private let input: AsyncStream<Entry>.Continuation
  private let failure = Locked<(any Error)?>(nil)

  init(run: String, weights: [(stage: String, weight: Double)]) {
    self.run = run
    tracker = Locked(ProgressTracker(weights: weights))
    (queue, input) = AsyncStream.makeStream(of: Entry.self)
  }

  /// Writes until `finish`. After a failed write the rest is dropped, and the failure is thrown at the end.
  func drain(into journal: any Journal, onEvent: @Sendable (RunEvent) -> Void) async throws {
    var seq = 0
    for await entry in queue {
      if failure.withLock({ $0 == nil }) {
        var event = entry.event
        event.seq = seq + 1
        event.at = Int(Date().timeIntervalSince1970 * 1000)
        do {
          try await journal.append(event)
          seq += 1
          onEvent(event)
        } catch {
          failure.withLock { $0 = error }
        }
      }
      entry.written?.resume()
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  func finish() { input.finish() }

  /// Whether the journal can no longer be written; the run should end.
  var hasFailed: Bool { failure.withLock { $0 != nil } }

  /// Returns when the event is in the journal, or can never be.
  func record(_ event: RunEvent) async {
    await withCheckedContinuation { written in
      let result = input.yield(Entry(event: event, written: written))
      if case .terminated = result { written.resume() }
    }
  }

  /// Does not wait. May be called from any thread.
  func post(_ event: RunEvent) { input.yield(Entry(event: event, written: nil)) }

  func report(_ progress: StageProgress, stage: String, item: Int?, attempt: Int) {
    let now = secondsSinceStart
    let published = tracker.withLock { tracker in
      tracker.report(progress, stage: stage, item: item ?? 0, at: now)
    }
    guard let published else { return }
    var event = RunEvent(run: run, type: .stageProgress, stage: stage, item: item)
    event.attempt = attempt
    event.phase = progress.phase
    event.done = progress.done
    event.total = progress.total
    event.unit = progress.unit
    event.fill(published)
    post(event)
  }

  func expand(_ stage: String, into items: Int) {
    tracker.withLock { $0.expand(stage, into: items) }
  }

  func completed(_ stage: String, item: Int?) {
    guard let item else { return }
    let now = secondsSinceStart
    var event = RunEvent(run: run, type: .stageProgress, stage: stage, item: item)
    event.done = 1
    event.total = 1
    event.unit = .items
    event.fill(tracker.withLock { $0.complete(stage, item: item, at: now) })
    post(event)
  }

  /// Records the last event of a stage.
  func settle(_ event: RunEvent) async {
    var event = event
    if let stage = event.stage {
      let published = tracker.withLock { $0.settle(stage) }
      event.runFraction = published.runFraction
      if event.type == .stageCompleted { event.fraction = 1 }
    }
    await record(event)
  }

  var elapsedMilliseconds: Int { Int(secondsSinceStart * 1000) }

  private var secondsSinceStart: Double { MediaTime(ContinuousClock.now - started).seconds }
}

extension RunEvent {
  fileprivate mutating func fill(_ published: ProgressTracker.Published) {
    fraction = published.fraction
    runFraction = published.runFraction
    speed = published.speed
    eta = published.eta
  }
}
