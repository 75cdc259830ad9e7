/// Decides what to do with tasks that are ready, by what is known of them. `plan` and runs decide alike.
struct TaskDecider: Sendable {
  struct Decided: Sendable {
    var task: PreparedTask
    var decision: TaskDecision
    /// Nil for a task that is to run.
    var known: ResultRecord?
  }

  let journal: any RunJournal
  let pipeline: String
  let node: StageNode
  /// The run was asked to make it again.
  let isRefreshed: Bool
  /// Tasks of the same run that were decided before it was interrupted, by item.
  var earlier: [Int?: TaskRecord] = [:]

  func decide(_ tasks: [PreparedTask]) async throws -> [Decided] {
    guard node.cache != .off else { return tasks.map { run($0, .cacheOff) } }
    let known = try await results(of: tasks)
    let unknown = tasks.filter { known[$0.key.digest] == nil }
    let before = isAlwaysRun ? [:] : try await previous(of: unknown)
    return tasks.map { task in
      if let result = known[task.key.digest] {
        return Decided(
          task: task,
          decision: TaskDecision(.cached, .known(run: result.run), parts: task.key.parts),
          known: result)
      }
      return run(task, isAlwaysRun ? .refreshed : reason(for: task, after: before[task.item]))
    }
  }

  private var isAlwaysRun: Bool { isRefreshed || node.cache == .refresh }

  private func results(of tasks: [PreparedTask]) async throws -> [Digest: ResultRecord] {
    // What this run itself has made again stays made when it is continued.
    let wanted = isAlwaysRun ? tasks.filter(isFinished) : tasks
    if wanted.isEmpty { return [:] }
    return try await journal.results(for: Array(Set(wanted.map(\.key.digest))))
  }

  private func isFinished(_ task: PreparedTask) -> Bool {
    guard let record = earlier[task.item] else { return false }
    return record.state == .completed && record.key == task.key.digest
  }

  private func previous(of tasks: [PreparedTask]) async throws -> [Int?: TaskRecord] {
    var found: [Int?: TaskRecord] = [:]
    let items = tasks.compactMap(\.item)
    if tasks.count > items.count {
      found[nil] = try await journal.previousTask(pipeline: pipeline, stage: node.id, item: nil)
    }
    if items.isEmpty { return found }
    let previous = try await journal.previousTasks(
      pipeline: pipeline, stage: node.id, items: items)
    for (item, task) in previous { found[item] = task }
    return found
  }

  private func run(_ task: PreparedTask, _ reason: TaskDecision.Reason) -> Decided {
    Decided(
      task: task, decision: TaskDecision(.run, reason, parts: task.key.parts), known: nil)
  }

  private func reason(
    for task: PreparedTask, after previous: TaskRecord?
  ) -> TaskDecision.Reason {
    guard let previous else { return .neverMade }
    let changes = changes(from: previous.decision.parts, to: task.key.parts)
    if !changes.isEmpty { return .changed(changes) }
    return previous.state == .completed ? .forgotten : .neverMade
  }

  private func changes(
    from before: [String: TaskDecision.Part], to after: [String: TaskDecision.Part]
  ) -> [TaskDecision.Change] {
    Set(before.keys).union(after.keys).sorted().compactMap { name in
      guard before[name]?.digest != after[name]?.digest else { return nil }
      return TaskDecision.Change(
        part: name, before: before[name]?.text, after: after[name]?.text, from: source(of: name))
    }
  }

  /// The stage that a part's value comes from.
  private func source(of part: String) -> String? {
    let pieces = part.split(separator: ".", maxSplits: 1).map(String.init)
    guard pieces.count == 2 else { return nil }
    let template = pieces[0] == "in" ? node.connections[pieces[1]] : node.settings[pieces[1]]
    return template.flatMap { node.sources(of: $0).first }
  }
}
