import Foundation
import Pipeline

/// Has runs worked on in front of a person or a program: shows events, obeys Ctrl-C and other processes, and puts
/// the outputs where they are wanted.
struct RunPresenter: Sendable {
  static let options = [
    OptionSpec(
      name: "output", short: "o", value: "DIR", summary: "where outputs go (videocraft-output/NAME)"
    ),
    OptionSpec(
      name: "format", value: "FORM", summary: "auto, bars, lines or json (one event per line)",
      choices: ["auto", "bars", "lines", "json"]),
    DataOptions.dataFolder,
    DataOptions.cores,
    DataOptions.secretsFile,
  ]

  typealias Work =
    @Sendable (_ onEvent: @escaping @Sendable (RunEvent) -> Void) async throws -> RunResult

  let place: Workplace
  let arguments: Arguments
  let console: Console

  /// - Parameters:
  ///   - folder: where the outputs go; made if needed.
  ///   - run: the one that is continued; nil for a new one.
  func present(
    _ graph: PipelineGraph, outputs folder: URL, continuing run: String? = nil,
    _ work: @escaping Work
  ) async throws -> ExitCode {
    let display = display(for: graph)
    let earlier = try await earlierEvents(of: run)
    if let bars = display as? BarDisplay {
      for event in earlier where event.type.endsStage { bars.show(event) }
    }
    let early = EarlyOutputs(graph, artifacts: place.artifacts, folder: folder, say: display.say)
    let (result, left): (RunResult, Int)
    do {
      (result, left) = try await Interrupt.cancelling {
        try await early.during(after: earlier) { take in
          try await place.during(graph) {
            try await work { event in
              display.show(event)
              take(event)
            }
          }
        }
      }
      display.finish()
    } catch {
      display.finish()
      throw error
    }
    var written: [OutputWriter.Written] = []
    if result.state == .completed {
      written = try await OutputWriter(artifacts: place.artifacts, folder: folder)
        .write(result.outputs, begun: await early.begun)
      await writeMaps(of: result, graph, to: folder)
    }
    if arguments.value("format") != "json" {
      console.out(RunSummary.text(for: result, outputs: written))
    }
    for hook in try await place.journal.deliveries(of: result.id) where hook.state == .failed {
      console.err("warning: the webhook \(StoryText.line(RunStory.Hook(hook)))\n")
    }
    if left > 0 {
      console.err(
        "note: \(Amount.things(left, "message")) to webhooks did not arrive; the next run tries again\n"
      )
    }
    if result.state == .interrupted {
      console.err(
        """
        What is finished is kept. The same command continues run \(result.id), and so does
          videocraft resume \(result.id)

        """)
    }
    return ExitCode(result)
  }

  private func earlierEvents(of run: String?) async throws -> [RunEvent] {
    guard let run else { return [] }
    return try await place.journal.events(of: run, after: 0)
  }

  /// A film without its map is a film all the same.
  private func writeMaps(of result: RunResult, _ graph: PipelineGraph, to folder: URL) async {
    do {
      // Times in a preview are not those of the film.
      guard try await place.journal.run(result.id)?.record.preview == nil else { return }
      let writer = SourceMapWriter(
        journal: place.journal, artifacts: place.artifacts,
        rendererVersion: place.rendererVersion, folder: folder)
      _ = try await writer.write(result.id, graph, made: result.made)
    } catch {
      console.err("warning: the map of the film could not be written: \(error)\n")
    }
  }

  private func display(for graph: PipelineGraph) -> any ProgressDisplay {
    switch arguments.value("format") ?? "auto" {
    case "json": JSONDisplay(console: console)
    case "bars": BarDisplay(stages: graph.stages.map(\.id), console: console)
    case "auto" where console.isInteractive:
      BarDisplay(stages: graph.stages.map(\.id), console: console)
    default: LineDisplay(console: console)
    }
  }

  /// Where the outputs of a pipeline go: as the command line says, else where the run was to put them, else beside the
  /// work of everybody who starts it here. A preview goes into a folder in it, so that it replaces no whole film.
  ///
  /// - Parameter recorded: for a run that was accepted before.
  static func outputFolder(
    _ arguments: Arguments, pipeline: String, recorded: String? = nil, isPreview: Bool
  ) -> URL {
    let given = arguments.value("output")
    if given == nil, let recorded { return URL(fileURLWithPath: recorded) }
    let folder = URL(fileURLWithPath: given ?? "videocraft-output/\(pipeline)")
    return isPreview ? folder.appendingPathComponent("preview") : folder
  }
}

extension ExitCode {
  init(_ result: RunResult) {
    self =
      switch result.state {
      case .completed: .done
      case .interrupted, .cancelled: .interrupted
      case .failed: result.hasWrongInputs ? .wrong : .failed
      }
  }
}
