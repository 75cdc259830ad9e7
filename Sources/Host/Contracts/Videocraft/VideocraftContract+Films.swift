import HTTPTypes
import Pipeline

extension VideocraftContract {
  /// The contract over the host's pipeline `videocraft`.
  ///
  /// - Parameter subtitles: how they look where a request says nothing.
  static func films(
    api: NativeAPI, tokens: CSRFTokens, subtitles: SubtitleSettings,
    collect: @escaping @Sendable () async -> Void
  ) -> VideocraftContract {
    VideocraftContract(
      api: api, pipeline: VideocraftFilm.pipeline, tokens: tokens,
      bodySchema: VideocraftRequest.schema,
      read: { body, _ in
        let request = try VideocraftRequest.read(body, subtitles: subtitles)
        guard let loaded = api.pipelines.entry(named: VideocraftFilm.pipeline)?.pipeline else {
          throw APIError(
            .serviceUnavailable, .unavailable,
            "this host has no pipeline `\(VideocraftFilm.pipeline)`; its operator has to put the file there"
          ).retrying(after: 60)
        }
        return try await runs(of: request, loaded, api.maker)
      }, collect: collect)
  }

  /// Throws the problems of all films at once.
  private static func runs(
    of request: VideocraftRequest, _ pipeline: PipelineFolder.Loaded, _ maker: RequestMaker
  ) async throws -> [RunRequest] {
    let defaults = Dictionary(
      uniqueKeysWithValues: pipeline.graph.inputs.compactMap { input in
        input.defaultValue.map { (input.name, $0) }
      })
    var runs: [RunRequest] = []
    var problems: [DiagnosticReport] = []
    for film in request.films {
      do throws(APIError) {
        let inputs = try await film.inputs(files: maker.files, of: pipeline.graph)
        runs.append(
          RunRequest(
            graph: pipeline.graph, source: pipeline.source,
            inputs: defaults.merging(inputs) { $1 }, inputFolder: maker.clientFolder))
      } catch {
        guard !error.diagnostics.isEmpty else { throw error }
        problems += error.diagnostics
      }
    }
    guard problems.isEmpty else { throw VideocraftRequest.refusal(problems) }
    return runs
  }
}
