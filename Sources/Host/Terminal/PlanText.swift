import Pipeline

/// A plan as a person reads it: a line or a few for each stage, and what it all comes to.
struct PlanText {
  let plan: RunPlan
  /// Every task, also where many are alike.
  let showsAll: Bool

  var text: String {
    let names =
      plan.stages.map(\.id) + (plan.outputs == nil ? [] : [Self.outputsName])
      + (plan.sources.isEmpty ? [] : [Self.sourcesName])
    let width = names.map(\.count).max() ?? 0
    var lines = plan.sources.map { "\(Self.sourcesName.padded(to: width))  \(Self.text(for: $0))" }
    lines += plan.stages.flatMap { self.lines(for: $0, width: width) }
    if let outputs = plan.outputs { lines.append(line(for: outputs, width: width)) }
    return (lines + ["", totals, ""]).joined(separator: "\n")
  }

  private func lines(for stage: RunPlan.Stage, width: Int) -> [String] {
    if let error = stage.error {
      let field = error.field.map { " (at \($0))" } ?? ""
      return [
        "\(stage.id.padded(to: width))  fails [\(error.errorClass.rawValue)]: \(error.message)\(field)"
      ]
    }
    if stage.tasks.count == 1, let task = stage.tasks.first, task.item == nil {
      return [whole(stage, task, width: width)]
    }
    let entries = stage.tasks.map { FoldedStage.Entry(item: $0.item, decision: $0.decision) }
    var lines = FoldedStage(name: stage.id, entries: entries)
      .lines(width: width, tense: .future, all: showsAll)
    if let parts = stage.partsText(showsAll: showsAll) { lines[0] += "; \(parts)" }
    return lines
  }

  private static let outputsName = "(outputs)"
  private static let sourcesName = "(sources)"

  private static func text(for source: RunPlan.Source) -> String {
    if let error = source.error { return "\(error.message) (at \(source.place))" }
    guard let known = source.known else {
      return "`\(source.address)` will be fetched (for \(source.place))"
    }
    return
      "`\(source.address)` is known (\(Amount.bytes(known.byteCount))); the run asks whether it has changed"
  }

  /// What is rendered only because somebody wants it.
  private func line(for outputs: RunPlan.Outputs, width: Int) -> String {
    let name = Self.outputsName.padded(to: width)
    let films = outputs.names.map { "`\($0)`" }.joined(separator: " and ")
    if let error = outputs.error {
      return "\(name)  fails [\(error.errorClass.rawValue)]: \(error.message)"
    }
    var text = "\(name)  \(films) \(outputs.names.count == 1 ? "is" : "are") rendered"
    if let parts = PartsText(parts: outputs.parts, showsAll: showsAll).text {
      text += ": \(parts)"
    }
    if !outputs.knownAfter.isEmpty {
      let have = outputs.knownAfter.count == 1 ? "has" : "have"
      text +=
        "; the chunks are known once \(DecisionText.names(outputs.knownAfter)) \(have) run"
    }
    return text
  }

  /// A stage of which one thing is said, however many tasks it has.
  private func whole(_ stage: RunPlan.Stage, _ task: RunPlan.Task, width: Int) -> String {
    var text = DecisionText.text(task.decision, .future)
    if let parts = stage.partsText(showsAll: showsAll) {
      text += stage.partsKnownAfter.isEmpty ? ": \(parts)" : "; \(parts)"
    }
    let name = stage.id.padded(to: width)
    switch (stage.taskCount, task.decision.outcome) {
    case (let count?, .cached) where count > 1, (let count?, .run) where count > 1:
      return "\(name)  \(Amount.things(count, "task")): \(text)"
    case (nil, .run): return "\(name)  \(text); how many tasks it has is known then"
    default: return "\(name)  \(text)"
    }
  }

  private var totals: String {
    let tasks = plan.stages.reduce(0) { $0 + max($1.taskCount ?? 1, $1.tasks.count) }
    let outcomes: [TaskDecision.Outcome] = [.cached, .run, .skip, .blocked]
    let counts = outcomes.compactMap { outcome in
      let count = plan.count(outcome)
      return count == 0 ? nil : "\(count) \(FoldedStage.word(outcome, count: count, .future))"
    }
    return "\(Amount.things(tasks, "task")): \(counts.joined(separator: ", "))\(estimate)"
  }

  /// What the tasks that run usually take, and the outputs; nothing when nothing has to be made.
  private var estimate: String {
    guard plan.count(.run) > 0 || plan.outputs?.cost?.elapsed ?? 0 > 0 else { return "" }
    let unknown = plan.unknownCostCount
    let cost = plan.cost
    let known =
      "; about \(Amount.seconds(cost.elapsed)) of work and \(Amount.bytes(cost.byteCount))"
    if unknown == 0 { return known }
    if unknown > 0, unknown >= plan.count(.run), plan.outputs?.cost == nil {
      return "; how long that takes is not known yet"
    }
    return "\(known), and \(Amount.things(unknown, "task")) of which nothing is known"
  }
}
