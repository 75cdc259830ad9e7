import HTTPTypes
import Pipeline

/// How a run goes, and why.
extension NativeAPI {
  private static let after = FieldDescription(
    name: "after", summary: "Only events after this number.", type: .optional(.integer),
    range: 0...1_000_000_000)

  var followingEndpoints: [Endpoint] {
    [
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}/events", operation: "followRun",
        summary:
          "The events of a run as they happen, or those there are with `Accept: application/json`.",
        tag: "events", scope: .readRuns, pathSummaries: Self.runSummary, query: [Self.after],
        headers: ["Last-Event-ID": "As `after`; browsers send it when they connect again."],
        answers: [
          Endpoint.Answer(
            status: .ok, summary: "Each event's `id` is its `seq`, its name its type.",
            content: [
              // Of each event.
              "text/event-stream": [
                "type": "object",
                "properties": [
                  "id": ["type": "string"], "event": ["type": "string"],
                  "data": ["type": "string", "contentMediaType": "application/json"],
                ],
              ],
              "application/json": Schemas.list(Schemas.reference("Event")),
            ]),
          Endpoint.Answer(status: .noContent, summary: "The run is over and all was told."),
        ],
        options: Router.RouteOptions(timeLimit: .unlimited), handler: followRun),
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}/events/ws", operation: "followRunByWebSocket",
        summary:
          "The same as a WebSocket: one text message per event; closed when the run is over.",
        tag: "events", scope: .readRuns, pathSummaries: Self.runSummary, query: [Self.after],
        answers: [Endpoint.Answer(status: .switchingProtocols, summary: "The WebSocket is open.")],
        errors: [.upgradeRequired], options: Router.RouteOptions(timeLimit: .unlimited),
        handler: followRunByWebSocket),
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}/stages/{stage}/logs", operation: "getStageLogs",
        summary: "What a stage said.", tag: "events", scope: .readRuns,
        pathSummaries: ["run": "The run's id.", "stage": "The stage's id."],
        answers: [Self.answer(listOf: "LogEntry", "In order.")], handler: stageLogs),
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}/why", operation: "explainRun",
        summary: "Why stages ran, were known already or were skipped.", tag: "events",
        scope: .readRuns, pathSummaries: Self.runSummary,
        query: [
          FieldDescription(
            name: "stage", summary: "Only this stage; items count from 1, as in voice[2].",
            type: .optional(.text))
        ],
        answers: [Self.answer(listOf: "TaskReport", "In the order of deciding.")],
        handler: explainRun),
    ]
  }

  /// Nothing is asked for that is not there yet.
  private func start(_ request: APIRequest, _ status: RunStatus) throws -> Int {
    var after = request.integer("after") ?? 0
    if let text = request.request.headers[.lastEventID] {
      guard let seq = Int(text), seq >= 0 else {
        throw APIError.invalid(
          "`Last-Event-ID` is the number of an event, not `\(text.prefix(40))`")
      }
      after = seq
    }
    return min(after, status.lastSeq)
  }

  private func followRun(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    let run = status.record.id
    let after = try start(request, status)
    let forms = ["text/event-stream", "application/json"]
    guard let form = Preferences(.accept, of: request.request.headers).best(of: forms) else {
      throw APIError(
        .notAcceptable, .notAcceptable, "events come as \(forms.joined(separator: " or "))")
    }
    if form == "application/json" {
      return try Self.json(try await journal.events(of: run, after: after))
    }
    // Browsers connect again until they are told not to.
    if status.state.isOver, after >= status.lastSeq { return Response(.noContent) }
    return .events(from: EventFeed(service.hub, run, after: after, as: .serverSentEvent))
  }

  private func followRunByWebSocket(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    let after = try start(request, status)
    return try .webSocket(
      for: request.request,
      from: EventFeed(service.hub, status.record.id, after: after, as: .message))
  }

  private func stageLogs(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    let stage = request[parameter: "stage"]
    let events = try await journal.events(of: status.record.id, after: 0)
      .filter { $0.stage == stage }
    if events.isEmpty {
      let known = (try? RunRequest(status.record, registry: registry).graph.stages.map(\.id)) ?? []
      guard known.contains(stage) else {
        throw APIError.notFound(
          "stage `\(stage.prefix(80))` in this run", near: Spelling.nearest(to: stage, among: known)
        )
      }
    }
    return try Self.json(events.compactMap(LogEntry.init))
  }

  private func explainRun(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    var tasks = try await journal.tasks(of: status.record.id)
    if let name = request.text("stage") {
      do {
        tasks = try TaskName(name).select(tasks, of: status.record.id)
      } catch let error as UsageError {
        throw APIError.invalid(error.message)
      } catch let error as LookupError {
        throw APIError(.notFound, .notFound, error.description)
      }
    }
    return try Self.json(tasks.map(TaskReport.init))
  }
}
