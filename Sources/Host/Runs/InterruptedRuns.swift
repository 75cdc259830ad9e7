import Pipeline

/// What to say about runs that their process left unfinished.
enum InterruptedRuns {
  /// `continuing run …, interrupted 5 min ago: 7 of 9 tasks are done`.
  static func continuing(_ status: RunStatus, tasks: [TaskRecord], in graph: PipelineGraph)
    -> String
  {
    let counts = TaskCounts(tasks, isLive: false)
    let decided = Set(tasks.map(\.id.stage))
    // A stage about which nothing was decided yet is at least one task.
    let total = counts.total + graph.stages.count { !decided.contains($0.id) }
    return
      "continuing run \(status.record.id), interrupted \(Amount.age(status.changedAt)): "
      + "\(counts.done) of \(Amount.things(total, "task")) \(counts.done == 1 ? "is" : "are") done\n"
  }

  /// Nil when there are none.
  static func others(_ runs: [RunStatus]) -> String? {
    guard let first = runs.first else { return nil }
    if runs.count == 1 {
      return """
        note: run \(first.record.id) of `\(first.record.pipeline)` was interrupted \(Amount.age(first.changedAt)); \
        `videocraft resume \(first.record.id)` continues it

        """
    }
    return """
      note: \(runs.count) other runs were interrupted; `videocraft runs` lists them, `videocraft resume --all` \
      continues them

      """
  }
}
