extension PipelineEngine {
  /// Gives up what dead processes had begun; to be called once, before anything runs.
  ///
  /// - Returns: the runs that are not over, oldest first. `resume` continues them.
  public func recover() async throws -> [RunStatus] {
    try await environment.journal.recover(owner: environment.owner)
  }

  /// Continues a run that was accepted and is not over: what it has finished stays, the rest runs.
  ///
  /// Throws `StageError` when there is no such run, it is over, or this host's stages are not those that it was
  /// accepted with.
  public func resume(
    _ id: String, registry: StageRegistry,
    onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    let status = try await status(of: id)
    switch status.state {
    case .queued, .interrupted: break
    case .running: throw StageError(.invalidInput, "run `\(id)` is running already")
    case .completed, .failed, .cancelled:
      throw StageError(
        .invalidInput, "run `\(id)` is over (\(status.state.rawValue)); retry it to run it again")
    }
    let request = try RunRequest(status.record, registry: registry)
    let earlier = try await EarlierWork(status, journal: environment.journal)
    return try await perform(id, request, earlier, onEvent: onEvent)
  }

  /// The request for a new run of the same, in which what failed runs again and what was finished is known.
  ///
  /// - Parameter stage: run this stage and all that comes after it again, too.
  public func retryRequest(
    _ id: String, from stage: String? = nil, registry: StageRegistry
  ) async throws -> RunRequest {
    let status = try await status(of: id)
    guard status.state.isOver else {
      throw StageError(
        .invalidInput, "run `\(id)` is not over (\(status.state.rawValue)); resume or cancel it")
    }
    var request = try RunRequest(status.record, registry: registry)
    request.retryOf = id
    request.refreshed = []
    if let stage {
      guard request.graph[stage: stage] != nil else {
        let names = request.graph.stages.map(\.id)
        let near = Spelling.nearest(to: stage, among: names).map { "; did you mean `\($0)`?" }
        throw StageError(.invalidInput, "run `\(id)` has no stage `\(stage)`\(near ?? "")")
      }
      request.refreshed = Set(request.graph.following(stage))
    }
    return request
  }

  /// Runs the same again; see `retryRequest`.
  public func retry(
    _ id: String, from stage: String? = nil, registry: StageRegistry,
    onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    let request = try await retryRequest(id, from: stage, registry: registry)
    return try await run(request, onEvent: onEvent)
  }

  /// The newest run of the same pipeline with the same inputs that was interrupted, or accepted and not begun; nil
  /// without one.
  public func unfinished(like request: RunRequest) async throws -> RunStatus? {
    try await environment.journal.runs(limit: Self.searchedRuns).first { status in
      (status.state == .interrupted || status.state == .queued)
        && live[status.record.id] == nil && request.isLike(status.record)
    }
  }

  private static let searchedRuns = 500

  /// Ends a run for good. Returns at once; a run that is live ends soon after.
  ///
  /// Throws `StageError` when there is no such run or it is over, and when another process works on it.
  public func cancel(_ id: String, _ mode: CancelMode) async throws {
    if let control = live[id] { return control.cancel(mode) }
    let status = try await status(of: id)
    switch status.state {
    case .queued, .interrupted: break
    case .running:
      throw StageError(.invalidInput, "run `\(id)` is running in another process; cancel it there")
    case .completed, .failed, .cancelled:
      throw StageError(.invalidInput, "run `\(id)` is over (\(status.state.rawValue))")
    }
    let event = RunEvent(run: id, type: .runCancelled)
      .numbered(status.lastSeq + 1, at: RunRecorder.now)
    try await environment.journal.write(
      JournalBatch(run: id, events: [event], changes: [.state(.cancelled)]))
  }

  private func status(of id: String) async throws -> RunStatus {
    guard let status = try await environment.journal.run(id) else {
      throw StageError(.invalidInput, "there is no run `\(id)`")
    }
    return status
  }
}
