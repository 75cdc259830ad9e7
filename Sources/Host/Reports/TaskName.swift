import Pipeline

/// `captions` or `voice[3]`: a stage, or one item of its `foreach`, counted from 1.
struct TaskName: Sendable, Hashable {
  var stage: String
  /// From 0; nil for the whole stage.
  var item: Int?

  init(_ text: String) throws {
    guard let bracket = text.firstIndex(of: "[") else {
      stage = text
      return
    }
    guard text.last == "]", let number = Int(text[bracket...].dropFirst().dropLast()), number > 0
    else {
      throw UsageError("`\(text)` is not STAGE or STAGE[ITEM] with items counted from 1")
    }
    stage = String(text[..<bracket])
    item = number - 1
  }

  /// The tasks that it means; throws when there are none.
  func select(_ tasks: [TaskRecord], of run: String) throws -> [TaskRecord] {
    let ofStage = tasks.filter { $0.id.stage == stage }
    guard !ofStage.isEmpty else {
      let names = tasks.map(\.id.stage).uniqued
      let near = Spelling.nearest(to: stage, among: names).map { "; did you mean `\($0)`?" } ?? ""
      throw LookupError(
        "nothing was decided about a stage `\(stage)` in run \(run)\(near)"
          + (names.isEmpty ? "" : "\nStages: \(names.joined(separator: ", "))"))
    }
    guard let item else { return ofStage }
    let found = ofStage.filter { $0.id.item == item }
    guard !found.isEmpty else {
      let items = ofStage.compactMap(\.id.item)
      throw LookupError(
        items.isEmpty
          ? "`\(stage)` has no items in run \(run)"
          : "`\(stage)` has \(Amount.things(items.count, "item")) in run \(run), no item \(item + 1)"
      )
    }
    return found
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, where it first stood.
  var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
