import HTTPServer
import HTTPTypes
import Pipeline

extension NativeAPI {
  var pipelineEndpoints: [Endpoint] {
    [
      Endpoint(
        method: .get, path: "/api/v1/pipelines", operation: "listPipelines",
        summary: "The pipelines of this host, as they are on disk now.", tag: "pipelines",
        scope: .readRuns, answers: [Self.answer(listOf: "Pipeline", "By file.")],
        handler: listPipelines),
      Endpoint(
        method: .get, path: "/api/v1/pipelines/{name}", operation: "getPipeline",
        summary: "One pipeline with its inputs, stages, outputs and graph.", tag: "pipelines",
        scope: .readRuns, pathSummaries: ["name": "As the pipeline calls itself."],
        answers: [Self.answer("Pipeline", "The pipeline.")], handler: getPipeline),
      Endpoint(
        method: .post, path: "/api/v1/pipelines/lint", operation: "lintPipeline",
        summary: "Everything that is wrong with a pipeline.", tag: "pipelines", scope: .readRuns,
        body: Self.runBody, answers: [Self.answer("Lint", "What is wrong, if anything.")],
        handler: lint),
      Endpoint(
        method: .post, path: "/api/v1/pipelines/plan", operation: "planPipeline",
        summary: "What would run, what is known already, and why; changes nothing.",
        tag: "pipelines", scope: .writeRuns, body: Self.runBody,
        answers: [Self.answer("Plan", "The plan.")],
        options: Router.RouteOptions(timeLimit: .duration(.seconds(120))), handler: plan),
    ]
  }

  static var runBody: Endpoint.Body {
    Endpoint.Body(
      types: BodyText.types, schema: RunDocument.schema,
      summary: "A pipeline's name or a pipeline, and inputs; or a pipeline by itself.")
  }

  private func listPipelines(_ request: APIRequest) async throws -> Response {
    let entries = await pool.run { pipelines.entries() }
    return try Self.json(entries.map { PipelineAnswer($0, withGraph: false) })
  }

  private func getPipeline(_ request: APIRequest) async throws -> Response {
    let name = request[parameter: "name"]
    let (entry, names) = await pool.run { (pipelines.entry(named: name), pipelines.names()) }
    guard let entry else {
      throw APIError.notFound(
        "pipeline `\(name.prefix(80))`", near: Spelling.nearest(to: name, among: names))
    }
    return try Self.json(PipelineAnswer(entry, withGraph: true))
  }

  private func lint(_ request: APIRequest) async throws -> Response {
    let document = try RunDocument.read(try await BodyText.read(request.request))
    let checked = try await pool.run { try maker.check(document) }
    return try Self.json(
      LintAnswer(
        isValid: checked.graph != nil, pipeline: checked.graph?.name,
        diagnostics: checked.diagnostics))
  }

  private func plan(_ request: APIRequest) async throws -> Response {
    let document = try RunDocument.read(try await BodyText.read(request.request))
    let wanted = try await maker.request(document, for: request.caller)
    do {
      return try Self.json(PlanReport(try await service.engine.plan(wanted)))
    } catch let error as StageError where error.errorClass == .invalidInput {
      throw APIError(error)
    }
  }
}
