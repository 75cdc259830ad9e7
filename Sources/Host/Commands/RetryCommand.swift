import Foundation
import Pipeline

/// `videocraft retry`: the same again as a new run; what is known is taken over.
struct RetryCommand: Command {
  static let name = "retry"
  static let summary =
    "Begins a run again from what it was accepted with; what is known is not done again."
  static let operands = "RUN"
  static let operandCount = 1...1
  static let options =
    [
      OptionSpec(
        name: "from", value: "STAGE",
        summary: "runs this stage and what follows it again although their results are known")
    ] + RunPresenter.options

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let place = try await Wiring.workplace(arguments)
    let status = try await RunLookup(journal: place.journal).find(arguments.operands[0])
    guard status.state.isOver else {
      throw LookupError(
        "run \(status.record.id) is not over; `videocraft resume \(status.record.id)` continues it")
    }
    let graph = try RunRequest(status.record, registry: place.registry).graph
    let from = arguments.value("from")
    if let from {
      try RequestReader.check(from, option: "from", among: graph.stages.map(\.id))
    }
    let folder = RunPresenter.outputFolder(
      arguments, pipeline: graph.name, recorded: status.record.outputFolder,
      isPreview: status.record.preview != nil)
    console.err(
      "retrying run \(status.record.id), \(status.state.rawValue) \(Amount.age(status.changedAt))\n"
    )
    let presenter = RunPresenter(place: place, arguments: arguments, console: console)
    return try await presenter.present(graph, outputs: folder) { onEvent in
      try await place.retry(status.record.id, from: from, outputs: folder, onEvent: onEvent)
    }
  }
}
