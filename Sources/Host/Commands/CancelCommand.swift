import Foundation
import Pipeline

/// `videocraft cancel`: ends a run for good, whoever works on it.
struct CancelCommand: Command {
  static let name = "cancel"
  static let summary = "Ends a run for good. What it has finished stays known."
  static let operands = "RUN"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(
      name: "graceful", value: nil, summary: "lets finish what runs, and begins nothing new"),
    ReportOptions.format,
    DataOptions.dataFolder,
  ]

  /// What became of it, in JSON.
  private struct Answer: Encodable {
    var run: String
    /// A state of runs, or `ending` when what runs may finish.
    var state: String
  }

  /// How long to wait for the process that works on the run.
  private static let patience = Duration.seconds(10)

  private let arguments: Arguments
  private var mode: CancelMode { arguments.has("graceful") ? .graceful : .now }

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    let status = try await RunLookup(journal: archive.journal).find(arguments.operands[0])
    let id = status.record.id
    guard !status.state.isOver else {
      return try say(
        id, status.state.rawValue, "is \(status.state.rawValue) already", .wrong, console)
    }
    if archive.isOwned { return try await ask(for: id, in: archive, console) }
    let host = try await Wiring.host(arguments)
    try await host.engine.cancel(id, mode)
    return try say(id, RunState.cancelled.rawValue, "is cancelled", .done, console)
  }

  /// Leaves a request for the process that works in the folder, and waits until it was heard and, unless what runs
  /// may finish, obeyed.
  private func ask(
    for run: String, in archive: Archive, _ console: Console
  ) async throws -> ExitCode {
    let desk = ControlDesk(dataFolder: archive.folder)
    if let host = try await LocalHost.find(archive) {
      try await host.cancel(run, mode)
    } else {
      try desk.leave(.init(run: run, cancel: mode, at: .now))
    }
    let deadline = ContinuousClock.now + Self.patience
    while ContinuousClock.now < deadline {
      let state = try await archive.journal.run(run)?.state
      if let state, state.isOver {
        desk.remove(run)
        return try say(run, state.rawValue, "is \(state.rawValue)", .done, console)
      }
      if mode == .graceful, !desk.holds(run) {
        return try say(run, "ending", "ends when what runs now is finished", .done, console)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    console.err(
      """
      the process that works in `\(archive.folder.path)` was asked to cancel run \(run), and has not answered in \
      \(Self.patience.components.seconds) s; the request stays until it does

      """)
    return .wrong
  }

  private func say(
    _ run: String, _ state: String, _ words: String, _ code: ExitCode, _ console: Console
  ) throws -> ExitCode {
    if arguments.wantsJSON {
      console.out(try JSONText.pretty(Answer(run: run, state: state)))
    } else {
      console.err("run \(run) \(words)\n")
    }
    return code
  }
}
