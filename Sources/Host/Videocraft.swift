import FFmpeg
import Foundation
import Pipeline

/// The executable `videocraft`: finds the command and turns what it returns into an exit code.
@main
enum Videocraft {
  static let version = Provenance.productVersion

  static let commands: [any Command.Type] = [
    RunCommand.self, PlanCommand.self, LintCommand.self, GraphCommand.self, StagesCommand.self,
    DocsCommand.self,
    ServeCommand.self, KeysCommand.self,
    SchemaCommand.self, RunsCommand.self, ShowCommand.self, WhyCommand.self, EventsCommand.self,
    ResumeCommand.self, RetryCommand.self, CancelCommand.self, GCCommand.self, LocateCommand.self,
    ExportCommand.self, InspectCommand.self,
  ]

  static func main() async {
    signal(SIGPIPE, SIG_IGN)  // a closed pipe is an error of the write, not the end of the process
    HeapPolicy.apply()
    let code = await dispatch(Array(CommandLine.arguments.dropFirst()), console: Console())
    exit(code.rawValue)
  }

  /// Runs one command line. Never exits, so that tests can call it.
  static func dispatch(_ words: [String], console: Console) async -> ExitCode {
    guard let name = words.first, name != "--help", name != "-h", name != "help" || words.count > 1
    else {
      console.out(Help.overview(of: commands))
      return words.isEmpty ? .usage : .done
    }
    if name == "--version" || name == "version" {
      console.out("videocraft \(version)\n")
      return .done
    }
    if name == StageServeCommand.name {
      return await StageServeCommand.run(Array(words.dropFirst()), console: console)
    }
    let wanted = name == "help" ? words[1] : name
    guard let command = commands.first(where: { $0.name == wanted }) else {
      console.err(Help.unknown(wanted, among: commands.map { $0.name }))
      return .usage
    }
    if name == "help" || words.contains("--help") || words.contains("-h") {
      console.out(Help.page(for: command))
      return .done
    }
    do {
      let arguments = try Arguments(Array(words.dropFirst()), for: command)
      return try await command.init(arguments).run(console)
    } catch let error as UsageError {
      console.err("videocraft \(wanted): \(error.message)\n\n\(Help.usage(of: command))\n")
      return .usage
    } catch {
      console.err("videocraft \(wanted): \(error)\n")
      return .wrong
    }
  }
}

/// What a shell script can learn from how a command ended.
enum ExitCode: Int32 {
  case done = 0
  /// The pipeline or its input is wrong.
  case wrong = 1
  case usage = 2
  /// A stage failed.
  case failed = 3
  /// Ctrl-C.
  case interrupted = 130
}
