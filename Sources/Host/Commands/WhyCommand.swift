import Pipeline

/// `videocraft why`: why stages of a run ran, were answered from earlier results, or were skipped.
///
/// Reads what was written down when it was decided; it computes nothing anew.
struct WhyCommand: Command {
  static let name = "why"
  static let summary = "Tells why stages of a run ran, were known already, or were skipped."
  static let operands = "RUN [STAGE[ITEM]]"
  static let operandCount = 1...2
  static let options = [ReportOptions.all, ReportOptions.format, DataOptions.dataFolder]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    let status = try await RunLookup(journal: archive.journal).find(arguments.operands[0])
    let known = try await archive.journal.tasks(of: status.record.id)
    let wanted = try arguments.operands.dropFirst().first.map(TaskName.init)
    let tasks = try wanted.map { try $0.select(known, of: status.record.id) } ?? known
    if arguments.wantsJSON {
      console.out(try JSONText.pretty(tasks.map(TaskReport.init)))
    } else if tasks.isEmpty {
      console.err("nothing was decided yet in run \(status.record.id)\n")
    } else {
      console.out(Self.text(tasks, all: arguments.has(ReportOptions.all.name)))
      if tasks.count == 1, let task = tasks.first {
        console.out(Self.parts(of: task) + (try await Self.given(by: task, archive.journal)))
      }
    }
    return .done
  }

  private static func text(_ tasks: [TaskRecord], all: Bool) -> String {
    let stages = stages(tasks)
    let width = stages.map(\.name.count).max() ?? 0
    return stages.flatMap { $0.lines(width: width, tense: .past, all: all) }
      .map { $0 + "\n" }.joined()
  }

  static func stages(_ tasks: [TaskRecord]) -> [FoldedStage] {
    var order: [String] = []
    var entries: [String: [FoldedStage.Entry]] = [:]
    for task in tasks {
      if entries[task.id.stage] == nil { order.append(task.id.stage) }
      entries[task.id.stage, default: []].append(
        .init(item: task.id.item, decision: task.decision))
    }
    return order.map { FoldedStage(name: $0, entries: entries[$0] ?? []) }
  }

  /// What a single task gave that can be told in a line, such as who spoke.
  private static func given(by task: TaskRecord, _ journal: any RunJournal) async throws -> String {
    guard let key = task.key, let result = try await journal.results(for: [key])[key] else {
      return ""
    }
    let told = result.outputs.compactMap { name, value -> (String, String)? in
      if case .text(let text) = value { (name, text) } else { nil }
    }.sorted { $0.0 < $1.0 }
    let width = told.map(\.0.count).max() ?? 0
    let lines = told.map { "  \($0.0.padded(to: width))  \($0.1.prefix(200))\n" }
    return lines.isEmpty ? "" : "\nGave\n\(lines.joined())"
  }

  /// What a single task was made from.
  private static func parts(of task: TaskRecord) -> String {
    let parts = task.decision.parts.sorted { $0.key < $1.key }
    guard !parts.isEmpty else { return "" }
    let width = parts.map(\.key.count).max() ?? 0
    let lines = parts.map { "  \($0.key.padded(to: width))  \($0.value.text)\n" }
    return "\nMade from\n\(lines.joined())"
  }
}
