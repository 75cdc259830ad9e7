import Foundation

/// The sources of one run: each address is fetched once, and is the same file wherever the run names it.
///
/// Each is a task of its own in the journal, an item of the stage `(sources)`, with the reason why it was fetched or was
/// not.
actor RunSources {
  private struct Source {
    /// From 0, in the order of asking.
    var item: Int
    var task: Task<FileReference, any Error>?
  }

  /// What stands in a decision for the address.
  static let addressPart = "source"

  static func digest(of address: SourceAddress) -> Digest { Digest(of: Array(address.text.utf8)) }

  private let run: String
  private let fetching: any SourceFetching
  private let artifacts: any ArtifactStore
  private let recorder: RunRecorder
  private var sources: [SourceAddress: Source] = [:]
  private var cachedCount = 0

  init(
    run: String, fetching: any SourceFetching, artifacts: any ArtifactStore, recorder: RunRecorder
  ) {
    self.run = run
    self.fetching = fetching
    self.artifacts = artifacts
    self.recorder = recorder
  }

  /// The file of an address. Throws `StageError` with the place where it is wanted.
  ///
  /// What could not be fetched is not tried again by the same run, unless it was cancelled.
  func file(_ address: SourceAddress, as type: ValueType, at place: String) async throws
    -> FileReference
  {
    do {
      let task = await task(for: address, as: type, at: place)
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch {
      let failure = StageError(wrapping: error)
      if failure.errorClass == .cancelled { sources[address]?.task = nil }
      var placed = failure
      placed.field = place
      throw placed
    }
  }

  private func task(
    for address: SourceAddress, as type: ValueType, at place: String
  ) async -> Task<FileReference, any Error> {
    if let known = sources[address]?.task {
      // Its file may have been damaged or collected meanwhile.
      guard case .success(let file)? = await known.finished, await !artifacts.contains(file) else {
        return known
      }
    }
    let item = sources[address]?.item ?? sources.count
    let task = Task { try await self.fetch(address, as: type, at: place, item: item) }
    sources[address] = Source(item: item, task: task)
    return task
  }
}

// MARK: - One source

extension RunSources {
  private func fetch(
    _ address: SourceAddress, as type: ValueType, at place: String, item: Int
  ) async throws -> FileReference {
    let started = ContinuousClock.now
    let id = TaskID(run: run, stage: RunExecution.sourcesStage, item: item)
    let name = "\(address)"
    let part = TaskDecision.Part(digest: Self.digest(of: address), text: name)
    var decision = TaskDecision(.run, .source("it is asked for"), parts: [Self.addressPart: part])
    recorder.post([], [.task(TaskRecord(id: id, state: .running, decision: decision))])
    do {
      if let refusal = fetching.refusal(of: address) { throw StageError(.invalidInput, refusal) }
      let fetched = try await fetching.fetch(
        SourceOrder(address, as: type) { [self] in tell($0, of: name, item: item) })
      decision = fetched.decision
      decision.parts[Self.addressPart] = part
      if decision.parts[FetchedSource.bytesPart] == nil {
        decision.parts[FetchedSource.bytesPart] = TaskDecision.Part(
          digest: fetched.file.digest, text: fetched.file.digest.short)
      }
      if decision.outcome == .cached { cachedCount += 1 }
      let record = TaskRecord(
        id: id, state: .completed, decision: decision,
        elapsed: (ContinuousClock.now - started).milliseconds)
      recorder.post(
        [event(.stageLog, item, Self.line(for: fetched, name))], [.task(record)],
        durability: .full)
      recorder.completed(RunExecution.sourcesStage, item: item)
      return fetched.file
    } catch {
      var failure = StageError(wrapping: error)
      failure.field = place
      let isCancelled = failure.errorClass == .cancelled || Task.isCancelled
      let record = TaskRecord(
        id: id, state: isCancelled ? .cancelled : .failed, decision: decision,
        elapsed: (ContinuousClock.now - started).milliseconds)
      let event = event(isCancelled ? .stageCancelled : .stageFailed, item, nil)
      recorder.post([isCancelled ? event : event.with(failure)], [.task(record)])
      throw isCancelled ? StageError(.cancelled, "cancelled") : failure
    }
  }

  private static func line(for fetched: FetchedSource, _ name: String) -> String {
    let size = "\(fetched.file.byteCount) bytes, \(fetched.file.digest.short)"
    guard case .source(let because) = fetched.decision.reason else { return "\(name): \(size)" }
    return fetched.decision.outcome == .cached
      ? "\(name) was not fetched again: \(because) (\(size))"
      : "\(name) was fetched: \(because) (\(size))"
  }

  private nonisolated func tell(_ report: SourceReport, of name: String, item: Int) {
    switch report {
    case .progress(let done, let total):
      let progress = StageProgress(
        done: Double(done), total: total.map(Double.init), unit: .bytes, phase: name)
      recorder.report(progress, stage: RunExecution.sourcesStage, item: item, attempt: 1)
    case .log(let message): recorder.post(event(.stageLog, item, message))
    case .retrying(let error, let attempt, let delay):
      var event = event(.stageRetrying, item, nil).with(error)
      event.attempt = attempt
      event.delay = delay.milliseconds
      recorder.post(event)
    }
  }

  private nonisolated func event(
    _ kind: RunEvent.Kind, _ item: Int?, _ message: String?
  ) -> RunEvent {
    var event = RunEvent(run: run, type: kind, stage: RunExecution.sourcesStage, item: item)
    event.message = message
    return event
  }
}

// MARK: - All of them

extension RunSources {
  /// Fetches what a run names before anything of it runs, several at once, and tells of it as of a stage.
  ///
  /// All are tried, so that everything that is wrong is told at once. Throws when one could not be fetched that the run
  /// needs; for settings of a stage that may not run a warning is enough.
  func fetchAll(_ wanted: [WantedSource]) async throws {
    let wanted = wanted.uniqued
    let started = ContinuousClock.now
    recorder.expand(RunExecution.sourcesStage, into: wanted.count)
    recorder.post(event(.stageStarted, nil, nil))
    // In the order of the inputs, whichever is done first.
    for (item, source) in wanted.enumerated() where sources[source.address] == nil {
      sources[source.address] = Source(item: item)
    }
    let failures = await failures(of: wanted)
    if Task.isCancelled {
      recorder.post(event(.stageCancelled, nil, nil))
      throw CancellationError()
    }
    for (source, error) in failures where !source.isNeeded {
      var event = event(.stageWarning, sources[source.address]?.item, nil).with(error)
      event.errorClass = nil
      recorder.post(event)
    }
    let fatal = failures.filter(\.0.isNeeded).map(\.1)
    guard let error = Self.summary(of: fatal, among: wanted.count) else {
      var event = event(.stageCompleted, nil, nil)
      event.elapsed = (ContinuousClock.now - started).milliseconds
      event.cached = cachedCount
      recorder.post(recorder.settled(event))
      return
    }
    recorder.post(recorder.settled(event(.stageFailed, nil, nil).with(error)))
    throw error
  }

  private func failures(of wanted: [WantedSource]) async -> [(WantedSource, StageError)] {
    await withTaskGroup(of: (Int, StageError?).self) { group in
      var next = 0
      func startNext() {
        guard next < wanted.count else { return }
        let (index, source) = (next, wanted[next])
        next += 1
        group.addTask {
          do {
            _ = try await self.file(source.address, as: source.type, at: source.place)
            return (index, nil)
          } catch {
            return (index, StageError(wrapping: error))
          }
        }
      }
      for _ in 0..<max(1, fetching.parallel) { startNext() }
      var failed: [(Int, StageError)] = []
      while let (index, error) = await group.next() {
        if let error { failed.append((index, error)) }
        if !Task.isCancelled { startNext() }
      }
      return failed.sorted { $0.0 < $1.0 }.map { (wanted[$0.0], $0.1) }
    }
  }

  /// Nil when nothing failed.
  private static func summary(of errors: [StageError], among count: Int) -> StageError? {
    guard let first = errors.first, errors.count > 1 else { return errors.first }
    // Something that will never work is worth more to know than something that may go away.
    let worst = errors.first { $0.errorClass == .invalidInput } ?? first
    let list = errors.map { "\n- \($0.field.map { "`\($0)`: " } ?? "")\($0.message)" }.joined()
    return StageError(
      worst.errorClass, "\(errors.count) of \(count) sources could not be fetched:\(list)",
      field: worst.field)
  }
}

extension [WantedSource] {
  /// Each address once, as what it is wanted first, and needed if it is needed anywhere.
  fileprivate var uniqued: [WantedSource] {
    let needed = Set(lazy.filter(\.isNeeded).map(\.address))
    var seen: Set<SourceAddress> = []
    return filter { seen.insert($0.address).inserted }.map { source in
      var source = source
      source.isNeeded = needed.contains(source.address)
      return source
    }
  }
}

extension Task where Failure == any Error {
  /// How it ended, once it has.
  fileprivate var finished: Result<Success, any Error>? { get async { await result } }
}
