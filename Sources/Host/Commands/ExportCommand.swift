import Foundation
import Media
import Pipeline

/// `videocraft export`: a film of a run as a document that video editors open.
struct ExportCommand: Command {
  static let name = "export"
  static let summary =
    "Writes the film of a run, or of a pipeline whose results are known, for video editors."
  static let operands = "RUN|FILE"
  static let operandCount = 1...1
  static let options =
    [
      OptionSpec(
        name: "format", value: "FORM", summary: "otio: OpenTimelineIO (otio)", choices: ["otio"]),
      OptionSpec(
        name: "output", short: "o", value: "FILE", summary: "the document (PIPELINE.otio)"),
      OptionSpec(
        name: "film", value: "OUTPUT",
        summary: "of which output, for a pipeline that gives several films"),
      OptionSpec(
        name: "media", value: "DIR",
        summary: "where copies of the media go (beside the document, NAME.media)"),
      OptionSpec(
        name: "urls", value: "KIND",
        summary: "absolute, as editors want them, or relative to the document (absolute)",
        choices: ["absolute", "relative"]),
    ] + RequestOptions.all + [DataOptions.dataFolder]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    guard let source = try await source(in: archive, console) else { return .wrong }
    let film = try chosen(among: source.tracer.films(), of: source)
    let target = URL(
      fileURLWithPath: arguments.value("output") ?? "\(source.graph.name).otio")
    let folder =
      arguments.value("media").map { URL(fileURLWithPath: $0) }
      ?? target.deletingPathExtension().appendingPathExtension("media")
    let media = try await MediaFolder(
      folder: folder, artifacts: archive.artifacts,
      relativeTo: arguments.value("urls") == "relative" ? target.deletingLastPathComponent() : nil
    ).collect(film.timeline.sources)
    let export = TimelineExport(
      film.timeline, name: source.graph.name, media: media,
      provenance: Provenance(pipeline: source.graph.name, digest: source.source.digest))
    try Self.write(try export.document(), to: target)
    console.out("\(target.path)  \(Amount.things(media.count, "file")) in \(folder.path)\n")
    if !export.unexpressed.isEmpty {
      console.err(
        "note: OpenTimelineIO has no words for these; they are in the document's metadata:\n"
          + export.unexpressed.map { "  \($0)\n" }.joined())
    }
    return .done
  }

  private struct Source {
    var graph: PipelineGraph
    var source: PipelineSource
    var tracer: FilmTracer
  }

  /// Nil when the pipeline is wrong; the console has then been told what.
  private func source(in archive: Archive, _ console: Console) async throws -> Source? {
    let word = arguments.operands[0]
    let lookup = FilmLookup(
      journal: archive.journal, artifacts: archive.artifacts,
      rendererVersion: TimelineFileRenderer().cacheVersion)
    let registry = Wiring.registry(arguments)
    if FileManager.default.fileExists(atPath: word) {
      let reader = RequestReader(arguments: arguments, registry: registry)
      guard let request = try reader.read(console) else { return nil }
      let tracer = try await lookup.tracer(
        request.graph, request.source, inputs: request.inputs, inputFolder: request.inputFolder,
        texts: request.inputTexts, preview: request.preview,
        fetch: try Wiring.sources(over: archive).knownFiles)
      return Source(graph: request.graph, source: request.source, tracer: tracer)
    }
    let given = RequestOptions.all.map(\.name).filter(arguments.has)
    if let option = given.first {
      throw UsageError("`--\(option)` is for a pipeline file; the run `\(word)` has its own")
    }
    let status = try await RunLookup(journal: archive.journal).find(word)
    let graph = try RunRequest(status.record, registry: registry).graph
    return Source(
      graph: graph, source: status.record.source,
      tracer: try await lookup.tracer(of: status, graph))
  }

  private func chosen(
    among films: [FilmTracer.Film], of source: Source
  ) throws -> FilmTracer.Film {
    guard let first = films.first else {
      throw LookupError(
        """
        there is no film to export: no output of `\(source.graph.name)` was rendered from a timeline whose \
        stages' results are kept
        `videocraft run` makes them; a stage with `cache: off` keeps none.
        """)
    }
    let names = films.map(\.name)
    if let wanted = arguments.value("film") {
      guard let film = films.first(where: { $0.name == wanted || $0.output == wanted }) else {
        let near = Spelling.nearest(to: wanted, among: names).map { "; did you mean `\($0)`?" }
        throw LookupError(
          "`\(wanted)` is no film of this pipeline\(near ?? "") (there are "
            + names.joined(separator: ", ") + ")")
      }
      return film
    }
    guard Set(try films.map { try $0.timeline.filmDigest }).count == 1 else {
      throw LookupError(
        "there are several films; choose one with `--film`: \(names.joined(separator: ", "))")
    }
    return first
  }

  private static func write(_ document: Data, to url: URL) throws {
    do { try document.write(to: url, options: .atomic) } catch {
      throw LookupError(
        "`\(url.path)` cannot be written: \(error.localizedDescription)")
    }
  }
}

extension FilmTracer.Film {
  /// As files of outputs are called: `video`, or `clips-2` for an element of a list.
  var name: String { index.map { "\(output)-\($0 + 1)" } ?? output }
}
