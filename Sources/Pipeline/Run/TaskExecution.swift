import Foundation

/// One item of a stage, or the whole of a stage without `foreach`: looked up, or attempted until it works.
struct TaskExecution: Sendable {
  struct Result: Sendable {
    var outputs: [String: Value]
    var isCached: Bool
  }

  let stage: StageExecution
  let scope: Scope

  private var run: RunExecution { stage.run }
  private var node: StageNode { stage.node }
  private var item: Int? { scope.index }

  func perform() async throws -> Result {
    try Task.checkCancellation()
    do {
      let options = try await stage.ingest.resolve(
        try node.options(in: scope), as: node.spec.options)
      let inputs = try await resolvedInputs()
      let result = try await result(options: options, inputs: inputs)
      run.recorder.completed(node.id, item: item)
      return result
    } catch let error as StageError {
      throw item.map { error.about("item \($0 + 1)") } ?? error
    }
  }

  private func resolvedInputs() async throws -> [String: Value] {
    guard case .ready(let inputs) = try node.inputs(in: scope) else {
      throw StageError(.configuration, "an item of `foreach` has no value for a required input")
    }
    var values = try await stage.ingest.resolve(inputs, as: node.spec.inputs)
    for port in node.spec.inputs where port.type.unwrapped != .video {
      guard let value = values[port.name] else { continue }
      values[port.name] = try await materialised(value, as: port.type)
    }
    return values
  }

  /// A film that flows into a port for files is rendered first.
  private func materialised(_ value: Value, as type: ValueType) async throws -> Value {
    switch (type.unwrapped, value) {
    case (.list(let element), .list(let values)) where element.unwrapped != .video:
      var files: [Value] = []
      for value in values { files.append(try await materialised(value, as: element)) }
      return .list(files)
    case (let type, .video(.timeline(let timeline))) where type.isFile:
      return .file(
        try await attempting(1, cores: run.environment.resources.cores) { services in
          try await services.render(timeline)
        })
    case (let type, .video(.file(let reference))) where type.isFile:
      return .file(reference)
    default:
      return value
    }
  }

  private func result(
    options: [String: Value], inputs: [String: Value]
  ) async throws -> Result {
    let key = try TaskKey(node.spec, options: options, inputs: inputs).digest
    if !run.request.refreshed.contains(node.id),
      let known = try await run.environment.results.outputs(for: key)
    {
      return Result(outputs: known, isCached: true)
    }
    let outputs = try await attemptUntilDone(options: options, inputs: inputs)
    try await run.environment.results.record(outputs, for: key)
    return Result(outputs: outputs, isCached: false)
  }

  private func attemptUntilDone(
    options: [String: Value], inputs: [String: Value]
  ) async throws -> [String: Value] {
    var attempt = 1
    while true {
      do {
        let cores = node.spec.info.cores == .all ? run.environment.resources.cores : 1
        let outputs = try await attempting(attempt, cores: cores) { services in
          try await limited { try await node.spec.run(options, inputs, services.context) }
        }
        return try checked(outputs)
      } catch {
        let failure = StageError(wrapping: error)
        guard let delay = node.retry?.delay(after: failure, attempt: attempt), !Task.isCancelled
        else { throw failure }
        var event = stage.event(.stageRetrying, item: item).with(failure)
        event.attempt = attempt
        event.delay = delay.milliseconds
        await run.recorder.record(event)
        try await run.environment.clock.sleep(for: delay)
        attempt += 1
      }
    }
  }

  /// Gives one attempt its cores and its scratch folder, and takes them back.
  private func attempting<Success: Sendable>(
    _ attempt: Int, cores: Int, _ body: @Sendable (AttemptServices) async throws -> Success
  ) async throws -> Success {
    try await run.environment.resources.with(ResourceRequest(cores: cores)) { cores in
      let name = [run.id, node.id, item.map(String.init) ?? "", "\(attempt)"]
      let scratch = try Scratch.make(in: run.environment.scratch, name: name.joined(separator: "-"))
      defer { scratch.remove() }
      return try await body(
        AttemptServices(
          run: run, stage: node.id, item: item, attempt: attempt, cores: cores,
          scratch: scratch.url))
    }
  }

  private func limited<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    guard let timeout = node.timeout else { return try await body() }
    return try await withThrowingTaskGroup(of: Success.self) { group in
      group.addTask { try await body() }
      group.addTask { [clock = run.environment.clock] in
        try await clock.sleep(for: timeout)
        throw StageError(
          .timeout, "the attempt took longer than \(timeout.written)", field: "timeout")
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }

  /// A stage that leaves out an output that it promised is at fault, not what reads it.
  private func checked(_ outputs: [String: Value]) throws -> [String: Value] {
    for port in node.spec.outputs where port.isRequired && outputs[port.name] == nil {
      throw StageError(.internal, "`\(node.spec.info.name)` did not give its output `\(port.name)`")
    }
    return outputs
  }
}

extension RetryPolicy {
  /// How long to wait before the next attempt; nil when there should be none.
  ///
  /// Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): anything from
  /// nothing to the bound, so that many clients do not come back at the same time. Never earlier than a
  /// service asked for.
  func delay(after error: StageError, attempt: Int) -> Duration? {
    guard attempt <= max, retries(error.errorClass) else { return nil }
    let bound = MediaTime(longestWait(before: attempt)).seconds
    let jittered = Duration.seconds(Double.random(in: 0...Swift.max(bound, 0)))
    return Swift.max(jittered, error.retryAfter ?? .zero)
  }
}
