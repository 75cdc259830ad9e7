import Foundation
import Pipeline

/// `videocraft run`: from a pipeline file and inputs to files in a folder.
struct RunCommand: Command {
  static let name = "run"
  static let summary = "Runs a pipeline, or continues it, and puts its outputs into a folder."
  static let operands = "FILE"
  static let operandCount = 1...1
  static let options =
    RequestOptions.all + [
      OptionSpec(
        name: "new", summary: "begins a new run although the same one was interrupted")
    ] + RunPresenter.options

  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let reader = RequestReader(arguments: arguments, registry: Wiring.registry())
    guard var request = try reader.read(console) else { return .wrong }
    let folder = RunPresenter.outputFolder(
      arguments, pipeline: request.graph.name, isPreview: request.preview != nil)
    request.outputFolder = folder.path
    let place = try await Wiring.workplace(arguments)
    let continued = arguments.has("new") ? nil : try await place.unfinished(like: request)
    try await tellOthers(than: continued, place, console)
    if let continued {
      let tasks = try await place.journal.tasks(of: continued.record.id)
      console.err(InterruptedRuns.continuing(continued, tasks: tasks, in: request.graph))
    }
    let presenter = RunPresenter(place: place, arguments: arguments, console: console)
    return try await presenter.present(
      request.graph, outputs: folder, continuing: continued?.record.id
    ) { [request] onEvent in
      guard let continued else { return try await place.run(request, onEvent: onEvent) }
      return try await place.resume(continued.record.id, onEvent: onEvent)
    }
  }

  private func tellOthers(
    than continued: RunStatus?, _ place: Workplace, _ console: Console
  ) async throws {
    let others = try await place.unfinished().filter { $0.record.id != continued?.record.id }
    if let text = InterruptedRuns.others(others) { console.err(text) }
  }
}
