import Pipeline

/// `videocraft events`: the journal of a run, as far as it goes or as it grows.
struct EventsCommand: Command {
  static let name = "events"
  static let summary = "Prints the events of a run; with --follow, until it ends."
  static let operands = "RUN"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(
      name: "follow", short: "f", value: nil,
      summary: "waits for more until the run is over or nobody works on it any more"),
    OptionSpec(name: "after", value: "SEQ", summary: "only events after this number"),
    OptionSpec(
      name: "format", value: "FORM", summary: "human or json (one event per line)",
      choices: ["human", "json"]),
    DataOptions.dataFolder,
  ]

  private static let pause = Duration.milliseconds(200)

  private let arguments: Arguments
  private let after: Int

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    after = try arguments.number("after", in: 0...Int.max) ?? 0
  }

  func run(_ console: Console) async throws -> ExitCode {
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    let run = try await RunLookup(journal: archive.journal).find(arguments.operands[0]).record.id
    guard arguments.has("follow") else {
      _ = try await show(run, after: after, in: archive, console)
      return .done
    }
    do {
      return try await Interrupt.cancelling { try await follow(run, in: archive, console) }
    } catch is CancellationError {
      return .interrupted
    }
  }

  private func follow(
    _ run: String, in archive: Archive, _ console: Console
  ) async throws -> ExitCode {
    var seq = after
    while true {
      // Asked before the events are read, so that none can come after the last look.
      let isOwned = archive.isOwned
      let state = try await archive.journal.run(run)?.state
      seq = try await show(run, after: seq, in: archive, console)
      if state?.isOver ?? true { return .done }
      if !isOwned || state == .interrupted {
        console.err("run \(run) is interrupted; `videocraft resume \(run)` continues it\n")
        return .interrupted
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  /// Returns the number of the last event that was shown.
  private func show(
    _ run: String, after seq: Int, in archive: Archive, _ console: Console
  ) async throws -> Int {
    let events = try await archive.journal.events(of: run, after: seq)
    for event in events { try show(event, console) }
    return events.last?.seq ?? seq
  }

  private func show(_ event: RunEvent, _ console: Console) throws {
    if arguments.wantsJSON {
      console.out(try JSONText.line(event))
    } else if let text = EventText.line(for: event) {
      console.out("\(Amount.time(event.at))  \(text)\n")
    }
  }
}
