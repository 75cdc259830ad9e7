import HTTPTypes
import Pipeline

/// The HTTP API of VideoCraft's first implementation: videos, the jobs that make them, tokens for browsers, health.
///
/// A job is one request, each of its videos one run; all that is told of them comes from the journal.
struct VideocraftContract: Contract {
  /// Makes of a body one request for the engine per video, at least one. Throws `APIError` with every problem.
  typealias Reading = @Sendable (BodyText, Caller) async throws -> [RunRequest]

  /// What the contract shares with the native API.
  let api: NativeAPI
  let shelf: JobShelf
  let folds: RunFolds
  let tokens: CSRFTokens
  let read: Reading
  /// Frees the room of what nothing needs any more.
  let collect: @Sendable () async -> Void
  /// The schema of the body.
  let bodySchema: JSON

  init(
    api: NativeAPI, pipeline: String, tokens: CSRFTokens, bodySchema: JSON,
    read: @escaping Reading, collect: @escaping @Sendable () async -> Void
  ) {
    self.api = api
    self.tokens = tokens
    self.bodySchema = bodySchema
    self.read = read
    self.collect = collect
    shelf = JobShelf(journal: api.journal, pipeline: pipeline)
    folds = RunFolds(journal: api.journal, registry: api.registry)
  }

  var endpoints: [Endpoint] {
    creatingEndpoints + videoEndpoints + jobEndpoints + [tokenEndpoint]
      + api.operationEndpoints(below: "/api/v1", scope: .readRuns)
  }

  /// The same under paths that older clients use.
  static func aliases(of endpoint: Endpoint, _ paths: RoutePattern...) -> [Endpoint] {
    [endpoint]
      + paths.enumerated().map { index, path in
        var alias = endpoint
        alias.path = path
        alias.operation += "As\(index + 1)"
        alias.summary += " For older clients."
        return alias
      }
  }

  // MARK: Answers

  /// The members as they are, and once more in the envelope that the contract promises for every success.
  static func success(
    _ members: [String: JSON], _ request: APIRequest, message: String? = nil, status: Status = .ok
  ) throws -> Response {
    var body = members
    body["success"] = true
    body["data"] = .object(members)
    body["request_id"] = .string(request.requestID)
    if let message { body["message"] = .string(message) }
    return try NativeAPI.json(JSON.object(body), status: status)
  }

  static func answer(
    _ summary: String, _ members: [String: JSON], status: Status = .ok,
    headers: [String: String] = [:]
  ) -> Endpoint.Answer {
    let envelope: [String: JSON] = [
      "success": Schemas.flag("Always true."), "request_id": Schemas.text("Also in X-Request-ID."),
      "message": Schemas.text("In words."),
      "data": ["type": "object", "description": "The members of this object, once more."],
    ]
    let schema = Schemas.object(
      members.merging(envelope) { $1 },
      required: ["success", "data", "request_id"] + Array(members.keys.filter { $0 != "error" }),
      summary)
    return Endpoint.Answer(
      status: status, summary: summary, content: ["application/json": schema], headers: headers)
  }

  // MARK: Finding

  /// Throws 400 for what is no id and 404 for a job that is not there.
  func job(of request: APIRequest) async throws -> Job {
    let text = request[parameter: "id"]
    guard let (id, _) = JobID.parse(text) else {
      throw APIError(
        .badRequest, .badRequest, "Invalid job ID format: `\(text.prefix(80))` is no UUID")
    }
    note(request, id.video(1))
    guard let job = try await shelf.job(id) else {
      throw APIError(.notFound, .notFound, "Job not found: there is no job `\(id)`")
    }
    return job
  }

  /// Throws 404 for a video that never was.
  func video(of request: APIRequest) async throws -> RunStatus {
    let text = request[parameter: "id"]
    guard let (id, number) = JobID.parse(text) else { throw Self.noVideo(text) }
    // Older clients have only the job's id.
    note(request, id.video(max(1, number)))
    guard let video = try await shelf.video(id, max(1, number)) else { throw Self.noVideo(text) }
    return video
  }

  static func noVideo(_ id: String, details: String? = nil) -> APIError {
    APIError(
      .notFound, .notFound, "Video not found: there is no video `\(id.prefix(80))`",
      details: details)
  }

  private func note(_ request: APIRequest, _ run: String) {
    request.request.values[RouteTraceKey.self]?
      .note(route: request.request.route?.description ?? "", run: run)
  }
}
