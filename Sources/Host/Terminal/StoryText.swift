import Pipeline

/// A run in full, as a person reads it.
struct StoryText {
  let story: RunStory
  /// Also attempts that went well.
  let showsAllAttempts: Bool

  var text: String {
    [head, inputs, stages, attempts, warnings, streams, outputs, hooks, errors]
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var head: String {
    let run = story.overview
    let file = story.file.map { " (\($0))" } ?? ""
    var lines = [
      "run \(run.run)", "  pipeline  \(run.pipeline)\(file)", "  state     \(state)",
      "  started   \(Amount.date(run.createdAt)), \(Amount.age(run.createdAt))",
    ]
    if let elapsed = run.elapsed {
      lines.append("  \(run.state.isOver ? "took    " : "for     ")  \(Amount.seconds(elapsed))")
    }
    lines.append("  tasks     \(run.tasks.text)")
    if let preview = run.preview { lines.append("  preview   \(preview)") }
    if let until = story.until { lines.append("  until     \(until)") }
    if !story.refreshed.isEmpty {
      lines.append("  again     \(story.refreshed.joined(separator: ", "))")
    }
    if run.priority != 0 { lines.append("  priority  \(run.priority)") }
    if let first = run.retryOf { lines.append("  retry of  \(first)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var state: String {
    switch story.overview.state {
    case .interrupted: "interrupted; `videocraft resume \(story.overview.run)` continues it"
    case let state: state.rawValue
    }
  }

  private var inputs: String { Self.section("Inputs", story.inputs) }
  private var outputs: String { Self.section("Outputs", story.outputs) }

  private static func section(_ title: String, _ values: [String: Value]) -> String {
    guard !values.isEmpty else { return "" }
    let width = values.keys.map(\.count).max() ?? 0
    let lines = values.sorted { $0.key < $1.key }.map { name, value in
      "  \(name.padded(to: width))  \(ValueText.short(value))\n"
    }
    return "\(title)\n\(lines.joined())"
  }

  private var stages: String {
    guard !story.stages.isEmpty else { return "" }
    var table = Table("STAGE", "STATE", ">TIME", "TASKS")
    for stage in story.stages {
      table.add(
        stage.stage, stage.state, stage.elapsed.map(Amount.seconds) ?? "",
        stage.because ?? stage.tasks.text)
    }
    return table.text()
  }

  private var attempts: String {
    let shown = story.attempts.filter { showsAllAttempts || $0.state.isTelling }
    guard !shown.isEmpty else { return "" }
    let lines = shown.map { attempt in
      let item = attempt.item.map { "[\($0 + 1)]" } ?? ""
      let time = attempt.endedAt.map { " after \(Amount.seconds($0 - attempt.startedAt))" } ?? ""
      let message = attempt.error.map { ": [\($0.errorClass.rawValue)] \($0.message)" } ?? ""
      return
        "  \(attempt.stage)\(item)  attempt \(attempt.attempt) \(attempt.state.rawValue)\(time)\(message)\n"
    }
    return "Attempts\n\(lines.joined())"
  }

  private var warnings: String {
    guard !story.warnings.isEmpty else { return "" }
    let lines = story.warnings.map { warning in
      let item = warning.item.map { "[\($0 + 1)]" } ?? ""
      return "  \(warning.stage ?? "")\(item)  \(warning.message)\n"
    }
    return "Warnings\n\(lines.joined())"
  }

  private var streams: String {
    guard !story.streams.isEmpty else { return "" }
    let lines = story.streams.map { stream in
      let item = stream.item.map { "[\($0 + 1)]" } ?? ""
      return
        "  \(stream.stage)\(item)  `\(stream.rendition)` could be played after \(Amount.seconds(stream.firstAt)): "
        + "\(Amount.things(stream.segments, "segment")), \(Amount.clock(stream.duration))\n"
    }
    return "Streams\n\(lines.joined())"
  }

  private var hooks: String {
    guard !story.hooks.isEmpty else { return "" }
    return "Hooks\n" + story.hooks.map { "  \(Self.line($0))\n" }.joined()
  }

  /// What became of a message, in a line.
  static func line(_ hook: RunStory.Hook) -> String {
    let tries = hook.tries == 0 ? "" : " after \(Amount.things(hook.tries, "attempt"))"
    let message = hook.message.map { ": \($0)" } ?? ""
    return "\(hook.occasion.rawValue)  \(hook.state.rawValue) to \(hook.host)\(tries)\(message)"
  }

  private var errors: String {
    var lines: [String] = []
    for stage in story.stages {
      if let error = stage.error { lines += Self.lines(error, in: "`\(stage.stage)`") }
    }
    if lines.isEmpty, let error = story.error { lines += Self.lines(error, in: "the run") }
    return lines.joined()
  }

  private static func lines(_ error: RunStory.Failure, in place: String) -> [String] {
    var lines = ["error[\(error.errorClass.rawValue)] in \(place): \(error.message)\n"]
    if let field = error.field { lines.append("  at: \(field)\n") }
    if let cause = error.cause { lines.append("  cause: \(cause)\n") }
    return lines
  }
}

extension AttemptRecord.State {
  /// Whether it says something that the task's own state does not.
  fileprivate var isTelling: Bool { self != .completed }
}
