import HTTPTypes
import Pipeline

/// Asking for videos.
extension VideocraftContract {
  var creatingEndpoints: [Endpoint] {
    let create = Endpoint(
      method: .post, path: "/api/v1/videos", operation: "createVideo",
      summary: "Accepts a video: it is written down, and is made also if the host dies meanwhile.",
      tag: "videos", scope: .writeRuns,
      headers: [
        "Idempotency-Key":
          "Any text of up to 200 characters. Asking again with it within a day gives the same job.",
        "X-CSRF-Token": "Of `/api/v1/csrf-token`; browsers need it.",
      ],
      body: Endpoint.Body(
        types: ["application/json"], schema: bodySchema,
        summary: "A project, or a list of projects of which each becomes a video."),
      answers: [
        Self.answer(
          "The job is accepted.",
          [
            "job_id": Schemas.text("A UUID."), "video_id": Schemas.text("Of its first video."),
            "video_ids": Schemas.list(Schemas.text("A UUID."), "Of all its videos."),
            "status": Schemas.choice(JobState.allCases.map(\.rawValue), "Of the job."),
            "status_url": Schemas.text("Where to ask how far it is."),
          ], status: .accepted, headers: ["Location": "Where the job is."])
      ],
      errors: [.conflict, .unprocessableContent], handler: create)
    return Self.aliases(of: create, "/api/v1/generate-video", "/generate-video")
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let body = try await Self.body(of: request.request)
    let key = try request.idempotencyKey()
    let wanted = try await read(body, request.caller)
    guard let key else {
      return try await accept(wanted, as: .make(), request)
    }
    let claim = try await api.ledger.claim(
      key, of: request.caller, for: Digest(of: Array(body.text.utf8)),
      makeName: { JobID.make().description }
    ) { name in try await isComplete(name, count: wanted.count) }
    switch claim {
    case .known(let name):
      var response = try await replay(name, request)
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
    case .new(let name):
      defer { api.ledger.finish(key, of: request.caller) }
      return try await accept(wanted, as: JobID.parse(name)?.job ?? .make(), request)
    }
  }

  /// Whether all videos of a job are in the journal.
  private func isComplete(_ name: String, count: Int) async throws -> Bool {
    guard let (id, _) = JobID.parse(name), let job = try await shelf.job(id) else { return false }
    return job.videos.count == count
  }

  private func replay(_ name: String, _ request: APIRequest) async throws -> Response {
    guard let (id, _) = JobID.parse(name), let job = try await shelf.job(id) else {
      throw APIError(.notFound, .notFound, "Job not found: there is no job `\(name)`")
    }
    return try accepted(id, job.videos.count, job.state, request)
  }

  /// Throws 413, 415 and 400, in this order.
  private static func body(of request: Request) async throws -> BodyText {
    var request = request
    let type = request.headers[.contentType].flatMap(MediaType.init)?.essence ?? ""
    // The contract's own examples send JSON with `curl -d`, which calls everything a form.
    if type == "application/x-www-form-urlencoded" {
      try request.headers.set(.contentType, to: "application/json")
    } else if !BodyText.jsonTypes.contains(type), !type.hasSuffix("+json") {
      throw APIError(
        .unsupportedMediaType, .unsupportedMediaType,
        "send `application/json`, and say so in `Content-Type`")
    }
    do {
      return try await BodyText.read(request)
    } catch var error as APIError where error.code == .validation {
      error.code = .badRequest
      error.details = error.message
      error.message = "Invalid JSON"
      throw error
    }
  }

  private func accept(
    _ wanted: [RunRequest], as id: JobID, _ request: APIRequest
  ) async throws -> Response {
    var submitted: [String] = []
    do {
      guard api.service.vacancyCount >= wanted.count || api.service.isDraining else {
        throw RunService.Refusal.queueIsFull(waiting: api.service.count)
      }
      for (index, video) in wanted.enumerated() {
        var video = video
        let name = id.video(index + 1)
        // Accepted by a process that died before it could answer.
        if try await shelf.video(id, index + 1) != nil { continue }
        video.id = name
        _ = try await api.service.submit(video)
        submitted.append(name)
      }
    } catch let refusal as RunService.Refusal {
      // Somebody was quicker: half a job would be of no use to anybody.
      for name in submitted { try? await api.service.cancel(name, .now) }
      throw APIError(refusal)
    }
    return try accepted(id, wanted.count, .pending, request)
  }

  private func accepted(
    _ id: JobID, _ count: Int, _ state: JobState, _ request: APIRequest
  ) throws -> Response {
    let members: [String: JSON] = [
      "job_id": .string(id.description), "video_id": .string(id.video(1)),
      "video_ids": .array((1...max(1, count)).map { .string(id.video($0)) }),
      "status": .string(state.rawValue), "status_url": .string(Self.statusPath(id)),
    ]
    var response = try Self.success(
      members, request, message: "Video generation started", status: .accepted)
    try response.headers.set(.location, to: "/api/v1/jobs/\(id)")
    return response
  }
}

extension APIRequest {
  /// Throws 400 for a key that cannot be used.
  func idempotencyKey() throws(APIError) -> String? {
    let keys = request.headers.values(of: .idempotencyKey)
    guard let key = keys.first else { return nil }
    guard keys.count == 1, (1...200).contains(key.utf8.count) else {
      throw .invalid("`Idempotency-Key` is one text of 1 to 200 characters")
    }
    return key
  }
}
