import Pipeline

/// `videocraft runs`: what ran, runs and waits, newest first.
struct RunsCommand: Command {
  static let name = "runs"
  static let summary = "Lists runs, the newest first."
  static let options = [
    OptionSpec(
      name: "state", value: "STATE", summary: "only runs in this state",
      choices: RunState.allCases.map(\.rawValue)),
    OptionSpec(name: "pipeline", value: "NAME", summary: "only runs of this pipeline"),
    OptionSpec(name: "limit", value: "N", summary: "at most so many (20)"),
    ReportOptions.format,
    DataOptions.dataFolder,
  ]

  private let arguments: Arguments
  private let limit: Int

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    limit = try arguments.number("limit", in: 1...100_000) ?? 20
  }

  func run(_ console: Console) async throws -> ExitCode {
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    let runs = try await overviews(in: archive)
    if arguments.wantsJSON {
      console.out(try JSONText.pretty(runs))
    } else if runs.isEmpty {
      console.err("no runs\(isFiltered ? " like that" : "") in this data folder\n")
    } else {
      console.out(Self.table(of: runs).text())
    }
    return .done
  }

  private var isFiltered: Bool { arguments.has("state") || arguments.has("pipeline") }

  private func overviews(in archive: Archive) async throws -> [RunOverview] {
    // The newest are asked for first; only a filter makes it worth looking further back.
    let candidates = try await archive.journal.runs(limit: isFiltered ? .max : limit)
    var found: [RunOverview] = []
    for status in candidates where matches(status, isOwned: archive.isOwned) {
      found.append(
        RunOverview(
          status, tasks: try await archive.journal.taskTallies(of: status.record.id),
          isOwned: archive.isOwned))
      if found.count == limit { break }
    }
    return found
  }

  private func matches(_ status: RunStatus, isOwned: Bool) -> Bool {
    if let state = arguments.value("state"), status.state(isOwned: isOwned).rawValue != state {
      return false
    }
    if let pipeline = arguments.value("pipeline"), status.record.pipeline != pipeline {
      return false
    }
    return true
  }

  private static func table(of runs: [RunOverview]) -> Table {
    var table = Table("RUN", "PIPELINE", "STATE", "STARTED", ">TIME", "TASKS")
    for run in runs {
      table.add(
        run.run, run.pipeline, run.state.rawValue, Amount.age(run.createdAt),
        run.elapsed.map(Amount.seconds) ?? "", run.tasks.total == 0 ? "none" : run.tasks.text)
    }
    return table
  }
}
