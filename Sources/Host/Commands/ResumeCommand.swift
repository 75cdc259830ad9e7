import Foundation
import Pipeline

/// `videocraft resume`: goes on with runs whose process ended before they did.
struct ResumeCommand: Command {
  static let name = "resume"
  static let summary = "Continues interrupted runs; what is finished is not done again."
  static let operands = "[RUN]"
  static let operandCount = 0...1
  static let options =
    [OptionSpec(name: "all", value: nil, summary: "continues all of them, the oldest first")]
    + RunPresenter.options

  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    if arguments.has("all"), !arguments.operands.isEmpty {
      throw UsageError("RUN and `--all` exclude each other")
    }
  }

  func run(_ console: Console) async throws -> ExitCode {
    let place = try await Wiring.workplace(arguments)
    let unfinished = try await place.unfinished()
    let runs = try await chosen(among: unfinished, place)
    if runs.isEmpty {
      console.err("no run is waiting to be continued\n")
      return .done
    }
    var worst = ExitCode.done
    for status in runs {
      let code = try await resume(status, place, console)
      if code == .interrupted { return code }
      if worst == .done { worst = code }
    }
    return worst
  }

  private func chosen(among unfinished: [RunStatus], _ place: Workplace) async throws
    -> [RunStatus]
  {
    if arguments.has("all") { return unfinished }
    if let word = arguments.operands.first {
      let status = try await RunLookup(journal: place.journal).find(word)
      guard !status.state.isOver else {
        throw LookupError(
          """
          run \(status.record.id) is \(status.state.rawValue) already; `videocraft retry \(status.record.id)` \
          begins a new one from the same, which takes over what is known
          """)
      }
      return [status]
    }
    guard unfinished.count > 1 else { return unfinished }
    let list = unfinished.map {
      "  \($0.record.id)  \($0.record.pipeline), interrupted \(Amount.age($0.changedAt))"
    }
    throw LookupError(
      "\(unfinished.count) runs wait to be continued; name one, or give --all\n"
        + list.joined(separator: "\n"))
  }

  private func resume(
    _ status: RunStatus, _ place: Workplace, _ console: Console
  ) async throws -> ExitCode {
    let graph = try RunRequest(status.record, registry: place.registry).graph
    let tasks = try await place.journal.tasks(of: status.record.id)
    console.err(InterruptedRuns.continuing(status, tasks: tasks, in: graph))
    let folder = RunPresenter.outputFolder(
      arguments, pipeline: graph.name, recorded: status.record.outputFolder,
      isPreview: status.record.preview != nil)
    let presenter = RunPresenter(place: place, arguments: arguments, console: console)
    return try await presenter.present(
      graph, outputs: folder, continuing: status.record.id
    ) { onEvent in
      try await place.resume(status.record.id, onEvent: onEvent)
    }
  }
}
