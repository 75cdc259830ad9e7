import Pipeline

/// `videocraft show`: one run in full.
struct ShowCommand: Command {
  static let name = "show"
  static let summary = "Shows one run: its stages, attempts, warnings, inputs and outputs."
  static let operands = "RUN"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(name: "attempts", value: nil, summary: "shows attempts that went well, too"),
    ReportOptions.format,
    DataOptions.dataFolder,
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    let status = try await RunLookup(journal: archive.journal).find(arguments.operands[0])
    let story = try await RunStory.read(status, from: archive)
    let text = StoryText(story: story, showsAllAttempts: arguments.has("attempts"))
    console.out(arguments.wantsJSON ? try JSONText.pretty(story) : text.text)
    return .done
  }
}
