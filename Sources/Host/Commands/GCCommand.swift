import Pipeline

/// `videocraft gc`: makes room, and never removes what a run or an output needs.
struct GCCommand: Command {
  static let name = "gc"
  static let summary =
    "Removes results that nobody used for long, old runs, and files that nothing needs."
  static let options = [
    OptionSpec(
      name: "max-size", value: "SIZE",
      summary: "how much files may take, such as 20GB: the longest unused results go first"),
    OptionSpec(
      name: "older-than", value: "AGE",
      summary: "removes runs and results not used for so long, such as 30d"),
    OptionSpec(name: "dry-run", summary: "says what would go, and removes nothing"),
    ReportOptions.format,
    DataOptions.dataFolder,
  ]

  private let arguments: Arguments
  private let policy: CollectionPolicy

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    policy = CollectionPolicy(
      sizeBudget: try arguments.value("max-size").map { text in
        guard let bytes = AmountReader.bytes(text) else {
          throw UsageError("`--max-size` is an amount such as 500MB or 20GB, not `\(text)`")
        }
        return bytes
      },
      maximumAge: try arguments.value("older-than").map { text in
        guard let age = AmountReader.milliseconds(text) else {
          throw UsageError("`--older-than` is an age such as 12h or 30d, not `\(text)`")
        }
        return age
      })
  }

  func run(_ console: Console) async throws -> ExitCode {
    let place = try await Wiring.workplace(arguments)
    let report = try await place.collect(policy, dryRun: arguments.has("dry-run"))
    console.out(arguments.wantsJSON ? try JSONText.pretty(report) : CollectionText(report).text)
    return report.bytesOverBudget == nil ? .done : .wrong
  }
}
