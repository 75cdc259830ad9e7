import Files
import Foundation
import Pipeline

/// Writes a map beside each film among a run's outputs.
struct SourceMapWriter: Sendable {
  let journal: any RunJournal
  let artifacts: any ArtifactStore
  let rendererVersion: Int
  let folder: URL

  /// Returns the names of the files. Films without marks get none, and what was there is removed: it is not theirs.
  func write(
    _ run: String, _ graph: PipelineGraph, made: [String: StageResult]
  ) async throws -> [String] {
    guard let status = try await journal.run(run) else { return [] }
    let films = FilmLookup(
      journal: journal, artifacts: artifacts, rendererVersion: rendererVersion)
    var tracer = try await films.tracer(of: status, graph, made: made)
    var names: [String] = []
    for film in tracer.films() {
      let map = try SourceMap(
        film, tracer.trace(film), pipeline: graph.name, source: status.record.source,
        preview: status.record.preview)
      let file = folder.appendingPathComponent(map.output + SourceMap.suffix)
      if map.entries.isEmpty {
        try? FileManager.default.removeItem(at: file)
        continue
      }
      try Data(try JSONText.pretty(map).utf8).write(to: file, options: .atomic)
      names.append(file.lastPathComponent)
    }
    return names
  }
}

/// Finds the films of runs.
struct FilmLookup: Sendable {
  let journal: any RunJournal
  let artifacts: any ArtifactStore
  let rendererVersion: Int

  func tracer(
    of status: RunStatus, _ graph: PipelineGraph, made: [String: StageResult] = [:]
  ) async throws -> FilmTracer {
    let record = status.record
    return try await tracer(
      graph, record.source, inputs: status.resolvedInputs ?? record.inputs,
      inputFolder: URL(fileURLWithPath: record.inputFolder), texts: record.inputTexts,
      run: record.id, preview: record.preview, made: made,
      fetch: try await journal.sourceFiles(of: record.id))
  }

  /// - Parameters:
  ///   - inputs: paths in them are taken to be files.
  ///   - fetch: gives what addresses stand for.
  func tracer(
    _ graph: PipelineGraph, _ source: PipelineSource, inputs: [String: Value], inputFolder: URL,
    texts: InputTexts?, run: String = "", preview: FilmPreview? = nil,
    made: [String: StageResult] = [:], fetch: @escaping FileIngest.Fetch
  ) async throws -> FilmTracer {
    let ingest = FileIngest(
      artifacts: artifacts, root: inputFolder, mode: .identify, fetch: fetch)
    let replay = RunReplay(
      graph, journal: journal, ingest: ingest, rendererVersion: rendererVersion, preview: preview)
    let resolved = try await ingest.resolve(inputs, as: graph.inputs.map(\.field))
    let scope = try await replay.scope(inputs: resolved, run: run, made: made)
    return FilmTracer(graph, source, inputTexts: texts, scope: scope)
  }
}
