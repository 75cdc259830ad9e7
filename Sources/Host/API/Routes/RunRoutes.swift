import HTTPTypes
import Pipeline

extension NativeAPI {
  static let runSummary = ["run": "The run's id."]

  var runEndpoints: [Endpoint] {
    [
      Endpoint(
        method: .post, path: "/api/v1/runs", operation: "createRun",
        summary: "Accepts a run: it is written down, and is done also if the host dies meanwhile.",
        tag: "runs", scope: .writeRuns,
        headers: [
          "Idempotency-Key":
            "Any text of up to 200 characters. Asking again with it within a day gives the same run."
        ],
        body: Self.runBody,
        answers: [
          Self.answer(
            "RunAccepted", "The run is accepted.", status: .accepted,
            headers: ["Location": "Where the run is."])
        ],
        errors: [.conflict, .unprocessableContent], handler: createRun),
      Endpoint(
        method: .get, path: "/api/v1/runs", operation: "listRuns",
        summary: "Runs, the newest first, page by page.", tag: "runs", scope: .readRuns,
        query: Self.listFields, answers: [Self.answer("RunList", "A page.")], handler: listRuns),
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}", operation: "getRun",
        summary: "One run in full: state, progress, stages, attempts, outputs.", tag: "runs",
        scope: .readRuns, pathSummaries: Self.runSummary,
        answers: [Self.answer("Run", "The run.")], handler: getRun),
      Endpoint(
        method: .post, path: "/api/v1/runs/{run}/cancel", operation: "cancelRun",
        summary: "Ends a run for good. What it has finished stays known.", tag: "runs",
        scope: .writeRuns, pathSummaries: Self.runSummary,
        query: [
          FieldDescription(
            name: "mode", summary: "Whether what runs now may finish.",
            type: .choice(["now", "graceful"]), defaultValue: .text("now"))
        ],
        answers: [Self.answer("RunAccepted", "It ends soon.", status: .accepted)],
        errors: [.conflict], handler: cancelRun),
      Endpoint(
        method: .post, path: "/api/v1/runs/{run}/retry", operation: "retryRun",
        summary: "Begins a new run of the same; what is known is not done again.", tag: "runs",
        scope: .writeRuns, pathSummaries: Self.runSummary,
        query: [
          FieldDescription(
            name: "from", summary: "Run this stage and what follows it again.",
            type: .optional(.text))
        ],
        answers: [
          Self.answer(
            "RunAccepted", "The new run is accepted.", status: .accepted,
            headers: ["Location": "Where the new run is."])
        ],
        errors: [.conflict], handler: retryRun),
    ]
  }

  private static let listFields = [
    FieldDescription(
      name: "limit", summary: "How many at most.", type: .integer, defaultValue: .integer(50),
      range: 1...200),
    FieldDescription(
      name: "cursor", summary: "Where the page before this one ended.", type: .optional(.text)),
    FieldDescription(
      name: "pipeline", summary: "Only runs of this pipeline.", type: .optional(.text)),
    FieldDescription(
      name: "state", summary: "Only runs in these states.",
      type: .optional(.list(.choice(RunState.allCases.map(\.rawValue))))),
  ]

  // MARK: Beginning

  private func createRun(_ request: APIRequest) async throws -> Response {
    let body = try await BodyText.read(request.request)
    let document = try RunDocument.read(body)
    let key = try idempotencyKey(of: request)
    guard let key else {
      let wanted = try await maker.request(document, for: request.caller)
      return try accepted(try await submit(wanted))
    }
    let claim = try await ledger.claim(
      key, of: request.caller, for: Digest(of: Array(body.text.utf8))
    ) { [journal] in try await journal.run($0) != nil }
    switch claim {
    case .known(let run):
      guard let status = try await journal.run(run) else { throw APIError.notFound("run `\(run)`") }
      var response = try accepted(status)
      try response.headers.set("Idempotency-Replayed", to: "true")
      return response
    case .different:
      throw APIError(
        .unprocessableContent, .idempotencyMismatch,
        "this `Idempotency-Key` was used for another request; take a new one")
    case .busy:
      throw APIError(
        .conflict, .conflict, "a request with this `Idempotency-Key` is being accepted now"
      ).retrying(after: 1)
    case .new(let run):
      defer { ledger.finish(key, of: request.caller) }
      var wanted = try await maker.request(document, for: request.caller)
      wanted.id = run
      return try accepted(try await submit(wanted))
    }
  }

  private func idempotencyKey(of request: APIRequest) throws(APIError) -> String? {
    let keys = request.request.headers.values(of: .idempotencyKey)
    guard let key = keys.first else { return nil }
    guard keys.count == 1, (1...200).contains(key.utf8.count) else {
      throw .invalid("`Idempotency-Key` is one text of 1 to 200 characters")
    }
    return key
  }

  /// Throws 429, 503 or 507 with the time to wait when there is no room.
  private func submit(_ wanted: RunRequest) async throws -> RunStatus {
    do {
      let record = try await service.submit(wanted)
      return RunStatus(record: record, state: .queued, changedAt: record.createdAt)
    } catch let refusal as RunService.Refusal {
      throw APIError(refusal)
    }
  }

  private func accepted(_ status: RunStatus) throws -> Response {
    let overview = RunOverview(status, tasks: [], isOwned: true)
    var response = try Self.json(RunAccepted(overview: overview), status: .accepted)
    try response.headers.set(.location, to: RunLinks.path(status.record.id))
    return response
  }

  // MARK: Looking

  private func listRuns(_ request: APIRequest) async throws -> Response {
    let limit = request.integer("limit") ?? 50
    let cursor = request.text("cursor")
    if let cursor, try await journal.run(cursor) == nil {
      throw APIError.invalid("the cursor `\(cursor.prefix(80))` is not one that was given out")
    }
    let states = request.texts("state").map { Set($0.compactMap(RunState.init)) }
    let found = try await journal.runs(
      matching: RunSearch(
        before: cursor, pipeline: request.text("pipeline"), states: states, limit: limit + 1))
    var overviews: [RunOverview] = []
    for status in found.prefix(limit) {
      overviews.append(
        RunOverview(
          status, tasks: try await journal.taskTallies(of: status.record.id), isOwned: true))
    }
    return try Self.json(
      RunPage(runs: overviews, next: found.count > limit ? overviews.last?.run : nil))
  }

  private func getRun(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    let id = status.record.id
    let story = RunStory(
      status, try await journal.tasks(of: id), try await journal.attempts(of: id),
      try await journal.events(of: id, after: 0), try await journal.deliveries(of: id),
      isOwned: true)
    return try Self.json(RunAnswer(story: story, lastSeq: status.lastSeq))
  }

  // MARK: Changing

  private func cancelRun(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    guard !status.state.isOver else {
      throw APIError(
        .conflict, .conflict, "run `\(status.record.id)` is \(status.state.rawValue) already")
    }
    let mode = request.text("mode").flatMap(CancelMode.init) ?? .now
    do {
      try await service.cancel(status.record.id, mode)
    } catch let error as StageError {
      throw APIError(error, .conflict, .conflict)
    }
    return try accepted(try await self.status(of: request))
  }

  private func retryRun(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    var wanted: RunRequest
    do {
      wanted = try await service.engine.retryRequest(
        status.record.id, from: request.text("from"), registry: registry)
    } catch let error as StageError {
      let isOver = status.state.isOver
      throw APIError(error, isOver ? .badRequest : .conflict, isOver ? .validation : .conflict)
    }
    // As the run used them: the files may be gone, or be none that this host may read.
    wanted.inputs = status.resolvedInputs ?? wanted.inputs
    wanted.inputFolder = maker.clientFolder
    return try accepted(try await submit(wanted))
  }
}
