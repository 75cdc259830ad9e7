import Foundation
import Pipeline

/// `videocraft serve`: the engine behind HTTP, until it is told to stop.
struct ServeCommand: Command {
  static let name = "serve"
  static let summary =
    "Serves pipelines over HTTP: runs, events, outputs, and what they are made of."
  static let options = [
    OptionSpec(
      name: "config", value: "FILE",
      summary: "a configuration (./config.yaml, ./config/config.yaml, /etc/videocraft/config.yaml)"),
    OptionSpec(name: "host", value: "ADDRESS", summary: "where to listen (127.0.0.1)"),
    OptionSpec(name: "port", value: "N", summary: "where to listen (3002); 0 takes a free one"),
    OptionSpec(
      name: "pipelines", value: "DIR", summary: "the folder with pipeline files (pipelines)"),
    OptionSpec(
      name: "check", summary: "says what is wrong with the configuration, and does not serve"),
    DataOptions.dataFolder,
    DataOptions.cores,
    DataOptions.secretsFile,
  ]

  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let (read, diagnostics, texts) = try Configuration.load(
      file: arguments.value("config"), environment: environment())
    console.show(diagnostics, sources: texts)
    guard let configuration = read else { return .wrong }
    if arguments.has("check") {
      console.err("the configuration is right\n")
      return .done
    }
    let host = try await ServingHost.make(configuration) { console.err($0) }
    let server = try host.listen()
    console.err(host.greeting(server))
    await Termination.during { signals in
      await host.serve(with: server, signals)
    }
    console.err("the host has stopped; what was not finished goes on at the next start\n")
    return .done
  }

  /// Options beat variables.
  private func environment() throws -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    let given = [
      ("host", "server", "host"), ("port", "server", "port"), ("pipelines", "pipelines", "dir"),
      (DataOptions.dataFolder.name, "storage", "data_dir"),
      (DataOptions.cores.name, "job", "workers"), (DataOptions.secretsFile.name, "secrets", "file"),
    ]
    for (option, section, key) in given {
      if let value = arguments.value(option) {
        environment[ConfigurationReader.variable(section, key)] = value
      }
    }
    return environment
  }
}
