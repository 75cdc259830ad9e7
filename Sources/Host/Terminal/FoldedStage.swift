import Pipeline

/// What was decided about the tasks of one stage, said once where it is the same for many of them.
struct FoldedStage {
  /// A task and what was decided about it.
  struct Entry {
    /// From 0; nil for a stage without `foreach`.
    var item: Int?
    var decision: TaskDecision
    /// What else to say about it, such as how much of it is there already.
    var details: String? = nil
  }

  /// How many different decisions of one stage are shown before the rest is only counted.
  static let shownGroups = 6

  let name: String
  let entries: [Entry]

  /// The first line begins with the stage's name, the others are set in below it.
  func lines(width: Int, tense: DecisionText.Tense, all: Bool = false) -> [String] {
    let indent = String(repeating: " ", count: width + 2)
    let texts = texts(tense: tense, all: all)
    return texts.enumerated().map { index, text in
      index == 0 ? "\(name.padded(to: width))  \(text)" : "\(indent)  \(text)"
    }
  }

  private func texts(tense: DecisionText.Tense, all: Bool) -> [String] {
    let groups = groups(tense: tense)
    if entries.count == 1, let only = entries.first {
      return [(only.item.map { "item \($0 + 1) " } ?? "") + (groups.first?.text ?? "")]
    }
    let head = Amount.things(entries.count, "task")
    if entries.isEmpty { return ["no tasks: the list is empty"] }
    if groups.count == 1 { return ["\(head): \(groups[0].text)"] }
    if let single = exception(in: groups, tense: tense) { return ["\(head): \(single)"] }
    let shown = all ? groups[...] : groups.prefix(Self.shownGroups)
    var lines = ["\(head): \(counts(tense))"]
    lines += shown.map { "\(Self.items($0.items)): \($0.text)" }
    if shown.count < groups.count {
      let rest = groups[shown.count...].reduce(0) { $0 + $1.items.count }
      lines.append("and \(Amount.things(rest, "more task")); `--all` shows them")
    }
    return lines
  }

  private struct Group {
    var text: String
    var outcome: TaskDecision.Outcome
    var items: [Int]
  }

  /// Those that do most to explain come first: what runs, then what is skipped, then what is known.
  private func groups(tense: DecisionText.Tense) -> [Group] {
    var order: [String] = []
    var byText: [String: Group] = [:]
    for entry in entries {
      var text = DecisionText.text(entry.decision, tense)
      if let details = entry.details { text += " (\(details))" }
      if byText[text] == nil {
        order.append(text)
        byText[text] = Group(text: text, outcome: entry.decision.outcome, items: [])
      }
      byText[text]?.items.append(entry.item ?? 0)
    }
    let groups = order.compactMap { byText[$0] }
    return Self.outcomes.flatMap { outcome in groups.filter { $0.outcome == outcome } }
  }

  private static let outcomes: [TaskDecision.Outcome] = [.run, .blocked, .skip, .cached]

  /// `11 cached, item 4 runs because …` when one task differs from many known ones.
  private func exception(in groups: [Group], tense: DecisionText.Tense) -> String? {
    let others = groups.filter { $0.outcome != .cached }
    guard others.count == 1, let other = others.first, other.items.count == 1 else { return nil }
    return "\(entries.count - 1) cached, \(Self.items(other.items)) \(other.text)"
  }

  private func counts(_ tense: DecisionText.Tense) -> String {
    Self.outcomes.compactMap { outcome in
      let count = entries.count { $0.decision.outcome == outcome }
      return count == 0 ? nil : "\(count) \(Self.word(outcome, count: count, tense))"
    }.joined(separator: ", ")
  }

  static func word(
    _ outcome: TaskDecision.Outcome, count: Int, _ tense: DecisionText.Tense
  ) -> String {
    switch outcome {
    case .cached: "cached"
    case .run: tense == .past ? "ran" : count == 1 ? "runs" : "run"
    case .skip: "skipped"
    case .blocked: "blocked"
    }
  }

  /// `item 4`, `items 1-3, 5-12`; counted from 1 as everywhere that people read.
  static func items(_ items: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for item in items.sorted() {
      if let last = ranges.last, last.upperBound + 1 == item {
        ranges[ranges.count - 1] = last.lowerBound...item
      } else {
        ranges.append(item...item)
      }
    }
    let shown = ranges.prefix(8).map { range in
      range.count == 1
        ? "\(range.lowerBound + 1)" : "\(range.lowerBound + 1)-\(range.upperBound + 1)"
    }
    let more = ranges.count > 8 ? ", …" : ""
    return "item\(items.count == 1 ? "" : "s") \(shown.joined(separator: ", "))\(more)"
  }
}
