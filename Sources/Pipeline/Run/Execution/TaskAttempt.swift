/// One attempt of a task: resources, lease, scratch folder, limits, and the stage itself.
struct TaskAttempt: Sendable {
  struct Made: Sendable {
    var outputs: [String: Value]
    /// Milliseconds.
    var elapsed: Int
  }

  let stage: StageExecution
  let task: PreparedTask

  private var run: RunExecution { stage.run }
  private var node: StageNode { stage.node }

  /// Waits for resources, then begins. Throws only when no attempt was begun.
  func perform(
    _ deadline: TaskDeadline
  ) async throws -> (attempt: AttemptRecord, result: Result<Made, StageError>) {
    try await run.environment.resources.with(request) { cores in
      try run.control.checkGoing()
      deadline.begin()
      let attempt = try await begin()
      let started = ContinuousClock.now
      do {
        let outputs = try await work(attempt, cores: cores, deadline)
        let elapsed = (ContinuousClock.now - started).milliseconds
        return (attempt, .success(Made(outputs: outputs, elapsed: elapsed)))
      } catch {
        return (attempt, .failure(StageError(wrapping: error)))
      }
    }
  }

  private func begin() async throws -> AttemptRecord {
    let environment = run.environment
    return try await environment.journal.beginAttempt(
      of: TaskID(run: run.id, stage: node.id, item: task.item), owner: environment.owner,
      leaseUntil: RunRecorder.now + environment.lease.length.milliseconds)
  }

  private var request: ResourceRequest {
    let info = node.spec.info
    let renders = node.spec.inputs.contains {
      task.inputs[$0.name]?.needsRendering(for: $0.type) ?? false
    }
    return ResourceRequest(
      cores: info.cores == .all || renders ? run.environment.resources.cores : 1,
      memory: info.memory, disk: scratchEstimate, limits: node.limits,
      priority: run.request.priority, label: label)
  }

  private var label: String {
    "\(run.id)/\(node.id)" + (task.item.map { "/\($0)" } ?? "")
  }

  /// Bytes.
  private var scratchEstimate: Int {
    let factor = node.spec.info.scratchPerInputByte
    guard factor > 0 else { return 0 }
    let files = Set((Array(task.options.values) + Array(task.inputs.values)).flatMap(\.files))
    let bytes = files.reduce(0.0) { $0 + Double($1.byteCount) }
    return Int(min(bytes * factor, 1e18))
  }

  private func work(
    _ attempt: AttemptRecord, cores: Int, _ deadline: TaskDeadline
  ) async throws -> [String: Value] {
    let name = [run.id, node.id, task.item.map(String.init) ?? "", "\(attempt.number)"]
    let scratch = try Scratch.make(in: run.environment.scratch, name: name.joined(separator: "-"))
    defer { scratch.remove() }
    let services = AttemptServices(
      run: run, stage: node.id, item: task.item, attempt: attempt.number, cores: cores,
      scratch: scratch.url, heartbeat: node.stall.map { _ in Heartbeat(run.environment.clock) },
      module: run.previews.module(of: node), preview: run.previews[stage: node.id])
    let outputs = try await limited(deadline, services.heartbeat) {
      let inputs = try await materialised(task.inputs, services)
      return try await node.spec.run(task.options, inputs, services.context)
    }
    return try checked(outputs)
  }

  /// Films that flow into ports for files are rendered first.
  private func materialised(
    _ inputs: [String: Value], _ services: AttemptServices
  ) async throws -> [String: Value] {
    var inputs = inputs
    for port in node.spec.inputs where port.type.unwrapped != .video {
      guard let value = inputs[port.name] else { continue }
      inputs[port.name] = try await materialised(value, as: port.type, services)
    }
    return inputs
  }

  private func materialised(
    _ value: Value, as type: ValueType, _ services: AttemptServices
  ) async throws -> Value {
    switch (type.unwrapped, value) {
    case (.list(let element), .list(let values)) where element.unwrapped != .video:
      var files: [Value] = []
      for value in values { files.append(try await materialised(value, as: element, services)) }
      return .list(files)
    case (let type, .video(.timeline(let timeline))) where type.isFile:
      return .file(try await services.render(timeline))
    case (let type, .video(.file(let reference))) where type.isFile: return .file(reference)
    default: return value
    }
  }

  /// Ends the body at the first limit that it breaks.
  private func limited(
    _ deadline: TaskDeadline, _ heartbeat: Heartbeat?,
    _ body: @escaping @Sendable () async throws -> [String: Value]
  ) async throws -> [String: Value] {
    let limit = timeLimit(deadline)
    guard limit != nil || heartbeat != nil else { return try await body() }
    return try await withThrowingTaskGroup(of: [String: Value].self) { group in
      let clock = run.environment.clock
      group.addTask { try await body() }
      if let limit {
        group.addTask {
          try await clock.sleep(for: limit.length)
          throw limit.error
        }
      }
      if let heartbeat, let longest = node.stall {
        group.addTask {
          try await heartbeat.watch(longest: longest, clock)
          throw CancellationError()
        }
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }

  /// The nearer one of the attempt's own limit and the task's.
  private func timeLimit(_ deadline: TaskDeadline) -> (length: Duration, error: StageError)? {
    let own = node.timeout.map { timeout in
      (
        length: timeout,
        error: StageError(
          .timeout, "the attempt took longer than \(timeout.written)", field: "timeout")
      )
    }
    guard let remaining = deadline.remaining else { return own }
    if let own, own.length <= remaining { return own }
    return (max(remaining, .zero), deadline.expiry)
  }

  /// A stage that leaves out an output that it promised is at fault, not what reads it.
  private func checked(_ outputs: [String: Value]) throws -> [String: Value] {
    for port in node.spec.outputs where port.isRequired && outputs[port.name] == nil {
      throw StageError(.internal, "`\(node.spec.info.name)` did not give its output `\(port.name)`")
    }
    return outputs
  }
}
