import HTTPTypes
import Pipeline

/// What pipelines can be made of.
extension NativeAPI {
  var referenceEndpoints: [Endpoint] {
    [
      Endpoint(
        method: .get, path: "/api/v1/stages", operation: "listStages",
        summary: "The stages that pipelines can use.", tag: "reference", scope: .readRuns,
        answers: [Self.answer(listOf: "Stage", "By name.")]
      ) { _ in try Self.json(registry.all.map(StageAnswer.init)) },
      Endpoint(
        method: .get, path: "/api/v1/stages/{name}", operation: "getStage",
        summary: "One stage with its settings, inputs, outputs and an example.", tag: "reference",
        scope: .readRuns, pathSummaries: ["name": "What stands after `uses`."],
        answers: [Self.answer("Stage", "The stage.")], handler: getStage),
      Endpoint(
        method: .get, path: "/api/v1/schema/pipeline.json", operation: "getPipelineSchema",
        summary: "The JSON Schema of pipeline files, for editors.", tag: "reference",
        scope: .readRuns,
        answers: [
          Endpoint.Answer(
            status: .ok, summary: "The schema.",
            content: ["application/schema+json": ["type": "object"]])
        ], handler: getSchema),
    ]
  }

  private func getStage(_ request: APIRequest) async throws -> Response {
    let name = request[parameter: "name"]
    guard let spec = registry[name] else {
      throw APIError.notFound(
        "stage `\(name.prefix(80))`", near: Spelling.nearest(to: name, among: registry.names))
    }
    return try Self.json(StageAnswer(spec))
  }

  private func getSchema(_ request: APIRequest) async throws -> Response {
    let bytes = Array(try PipelineSchema.json(registry).utf8)
    let type = MediaType("application/schema+json") ?? .json
    return .bytes(
      bytes, type, validators: Validators(eTag: ETag(Digest(of: bytes).hex)), for: request.request)
  }
}
