import Foundation
import Threads

/// Numbers a run's events and writes them, with what changed at the same moment, to the journal: the single writer of
/// its run, whoever reports.
///
/// What gathers while one write is under way goes into the next one together. When such a batch is refused, each of
/// its entries is written alone, so that a refused one fails by itself.
final class RunRecorder: Sendable {
  private struct Entry: Sendable {
    var events: [RunEvent]
    var changes: [JournalBatch.Change] = []
    var durability = JournalBatch.Durability.full
    /// Resumed when the entry is in the journal, or cannot be; nil for reports that nobody waits for.
    var written: CheckedContinuation<Result<Void, any Error>, Never>?
  }

  /// How far what is in the journal goes.
  private struct Written {
    var seq: Int
    /// Who settled a stage may come to write that after somebody who was further.
    var runFraction = 0.0

    mutating func next(_ event: RunEvent, at time: Int) -> RunEvent {
      seq += 1
      var event = event.numbered(seq, at: time)
      if let fraction = event.runFraction {
        runFraction = max(runFraction, fraction)
        event.runFraction = runFraction
      }
      return event
    }
  }

  private let run: String
  private let tracker: Locked<ProgressTracker>
  private let started = ContinuousClock.now
  private let queue = EntryQueue<Entry>()
  private let lastFailure = Locked<(any Error)?>(nil)
  private let onFailure: @Sendable () -> Void

  /// How many entries one write takes at most.
  private static let batchSize = 512

  /// - Parameter onFailure: called once when the journal can no longer be written.
  init(
    run: String, tracker: ProgressTracker, onFailure: @escaping @Sendable () -> Void
  ) {
    self.run = run
    self.tracker = Locked(tracker)
    self.onFailure = onFailure
  }

  /// Writes until `finish`. After a failed write the rest is dropped.
  ///
  /// - Parameter lastSeq: of the run's newest event.
  func drain(
    into journal: any RunJournal, after lastSeq: Int, onEvent: @Sendable (RunEvent) -> Void
  ) async {
    var end = Written(seq: lastSeq)
    while let entries = await queue.next(atMost: Self.batchSize) {
      if await write(entries, to: journal, &end, onEvent) { continue }
      for entry in entries { await settle(entry, in: journal, &end, onEvent) }
    }
  }

  /// False when the entries should be tried one by one.
  private func write(
    _ entries: [Entry], to journal: any RunJournal, _ end: inout Written,
    _ onEvent: @Sendable (RunEvent) -> Void
  ) async -> Bool {
    guard entries.count > 1, failure == nil else { return false }
    do {
      try await put(entries, into: journal, &end, onEvent)
    } catch {
      return false
    }
    for entry in entries { entry.written?.resume(returning: .success(())) }
    return true
  }

  private func settle(
    _ entry: Entry, in journal: any RunJournal, _ end: inout Written,
    _ onEvent: @Sendable (RunEvent) -> Void
  ) async {
    if let failure {
      entry.written?.resume(returning: .failure(failure))
      return
    }
    do {
      try await put([entry], into: journal, &end, onEvent)
      entry.written?.resume(returning: .success(()))
    } catch {
      if (error as? JournalError)?.isFenced != true {
        lastFailure.withLock { $0 = error }
        onFailure()
      }
      entry.written?.resume(returning: .failure(error))
    }
  }

  private func put(
    _ entries: [Entry], into journal: any RunJournal, _ end: inout Written,
    _ onEvent: @Sendable (RunEvent) -> Void
  ) async throws {
    let now = Self.now
    var batch = JournalBatch(run: run, durability: .relaxed)
    // Numbers of a batch that is refused are free again.
    var newEnd = end
    for entry in entries {
      for event in entry.events { batch.events.append(newEnd.next(event, at: now)) }
      batch.changes += entry.changes
      if case .full = entry.durability { batch.durability = .full }
    }
    try await journal.write(batch)
    end = newEnd
    for event in batch.events { onEvent(event) }
  }

  func finish() { queue.finish() }

  /// Why the journal can no longer be written; the run should end.
  var failure: (any Error)? { lastFailure.withLock { $0 } }

  /// Returns when everything is in the journal; throws when it was refused or the journal cannot be written.
  func write(
    _ events: [RunEvent] = [], _ changes: [JournalBatch.Change] = [],
    durability: JournalBatch.Durability = .full
  ) async throws {
    if events.isEmpty, changes.isEmpty { return }
    let result = await withCheckedContinuation { written in
      let entry = Entry(
        events: events, changes: changes, durability: durability, written: written)
      if !queue.add(entry) {
        written.resume(returning: .failure(JournalError("run `\(run)` is over")))
      }
    }
    try result.get()
  }

  /// Does not wait. May be called from any thread.
  func post(_ event: RunEvent) { post([event], []) }

  /// Does not wait. May be called from any thread.
  func post(
    _ events: [RunEvent], _ changes: [JournalBatch.Change],
    durability: JournalBatch.Durability = .relaxed
  ) {
    _ = queue.add(Entry(events: events, changes: changes, durability: durability))
  }

  var elapsedMilliseconds: Int { Int(secondsSinceStart * 1000) }

  private var secondsSinceStart: Double { MediaTime(ContinuousClock.now - started).seconds }

  /// Milliseconds since 1970.
  static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }
}

// MARK: - Progress

extension RunRecorder {
  func report(_ progress: StageProgress, stage: String, item: Int?, attempt: Int) {
    let now = secondsSinceStart
    // Posted with the lock held, so that nobody who is further comes before.
    tracker.withLock { tracker in
      let published = tracker.report(progress, stage: stage, item: item ?? 0, at: now)
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
  }

  func expand(_ stage: String, into items: Int) {
    tracker.withLock { $0.expand(stage, into: items) }
  }

  /// An item has its outputs; says so unless that was done a moment ago.
  func completed(_ stage: String, item: Int?) {
    guard let item else { return }
    let now = secondsSinceStart
    tracker.withLock { tracker in
      guard let published = tracker.complete(stage, item: item, at: now) else { return }
      var event = RunEvent(run: run, type: .stageProgress, stage: stage, item: item)
      event.done = 1
      event.total = 1
      event.unit = .items
      event.fill(published)
      post(event)
    }
  }

  /// The last event of a stage, with how far the run is now.
  func settled(_ event: RunEvent) -> RunEvent {
    guard let stage = event.stage else { return event }
    var event = event
    event.runFraction = tracker.withLock { $0.settle(stage) }.runFraction
    if event.type == .stageCompleted { event.fraction = 1 }
    return event
  }
}

extension RunEvent {
  fileprivate mutating func fill(_ published: ProgressTracker.Published) {
    fraction = published.fraction
    runFraction = published.runFraction
    speed = published.speed
    eta = published.eta
  }
}

/// Elements from many senders for one receiver, who takes all that are there at once.
private final class EntryQueue<Element: Sendable>: Sendable {
  private struct State: Sendable {
    var elements: [Element] = []
    var isFinished = false
    var receiver: CheckedContinuation<Void, Never>?
  }

  private let state = Locked(State())

  /// False when nobody will take it any more.
  func add(_ element: Element) -> Bool {
    let (isTaken, receiver) = state.withLock { state in
      if state.isFinished { return (false, nil as CheckedContinuation<Void, Never>?) }
      state.elements.append(element)
      defer { state.receiver = nil }
      return (true, state.receiver)
    }
    receiver?.resume()
    return isTaken
  }

  func finish() {
    let receiver = state.withLock { state in
      state.isFinished = true
      defer { state.receiver = nil }
      return state.receiver
    }
    receiver?.resume()
  }

  /// Waits for elements; nil when finished and empty.
  func next(atMost count: Int) async -> [Element]? {
    while true {
      let (elements, isFinished) = state.withLock { state in
        let taken = Array(state.elements.prefix(count))
        state.elements.removeFirst(taken.count)
        return (taken, state.isFinished)
      }
      if !elements.isEmpty { return elements }
      if isFinished { return nil }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if !state.elements.isEmpty || state.isFinished { return true }
          state.receiver = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }
}
