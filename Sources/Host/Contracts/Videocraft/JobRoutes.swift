import HTTPTypes
import Pipeline

/// Jobs: what was asked for, and how far it is.
extension VideocraftContract {
  private static let summary = ["id": "The job's id, or that of one of its videos."]

  private static let statusMembers: [String: JSON] = [
    "job_id": Schemas.text("A UUID."), "video_id": Schemas.text("Of its first video."),
    "status": Schemas.choice(JobState.allCases.map(\.rawValue), "Of the job."),
    "progress": Schemas.integer("0 to 100, weighted over the stages; never falls."),
    "created_at": Schemas.text("RFC 3339."), "updated_at": Schemas.text("RFC 3339."),
    "duration_seconds": Schemas.number("From its creation to its newest event."),
    "stages": Schemas.list(["type": "object"], "Each with its own status and progress."),
  ]

  var jobEndpoints: [Endpoint] {
    let status = Endpoint(
      method: .get, path: "/api/v1/jobs/{id}/status", operation: "getJobStatus",
      summary: "How far a job is, and each of its stages.", tag: "jobs", scope: .readRuns,
      pathSummaries: Self.summary,
      answers: [Self.answer("How far it is.", Self.statusMembers)], handler: getStatus)
    return [
      Endpoint(
        method: .get, path: "/api/v1/jobs", operation: "listJobs",
        summary: "Jobs, the newest first, with statistics.", tag: "jobs", scope: .readRuns,
        query: Self.listFields,
        answers: [
          Self.answer(
            "A list.",
            [
              "jobs": Schemas.list(["type": "object"], "Newest first."),
              "total_count": Schemas.integer("Of all that match, also beyond the limit."),
              "statistics": Schemas.map(["type": "number"], "Of all that match."),
            ])
        ], handler: listJobs),
      Endpoint(
        method: .get, path: "/api/v1/jobs/{id}", operation: "getJob",
        summary: "A job with its stages and videos.", tag: "jobs", scope: .readRuns,
        pathSummaries: Self.summary,
        answers: [
          Self.answer(
            "The job.",
            Self.statusMembers.merging(["videos": Schemas.list(["type": "object"])]) { $1 })
        ], handler: getJob),
      Endpoint(
        method: .post, path: "/api/v1/jobs/{id}/cancel", operation: "cancelJob",
        summary: "Ends a job for good.", tag: "jobs", scope: .writeRuns,
        pathSummaries: Self.summary,
        headers: ["X-CSRF-Token": "Of `/api/v1/csrf-token`; browsers need it."],
        answers: [
          Self.answer("It has ended.", Self.statusMembers),
          Self.answer("It ends soon.", Self.statusMembers, status: .accepted),
        ],
        errors: [.conflict], handler: cancel),
    ] + Self.aliases(of: status, "/api/v1/status/{id}", "/status/{id}")
  }

  private static let listFields = [
    FieldDescription(
      name: "status", summary: "Only jobs in this state.", type: .optional(.text)),
    FieldDescription(
      name: "limit", summary: "How many at most.", type: .integer, defaultValue: .integer(50),
      range: 0...1000),
    FieldDescription(
      name: "offset", summary: "How many to leave out, from the newest on.", type: .integer,
      defaultValue: .integer(0), range: 0...1_000_000_000),
  ]

  // MARK: Looking

  private func getStatus(_ request: APIRequest) async throws -> Response {
    try Self.success(try await status(try await job(of: request)), request)
  }

  private func getJob(_ request: APIRequest) async throws -> Response {
    try Self.success(try await details(try await job(of: request)), request)
  }

  private func listJobs(_ request: APIRequest) async throws -> Response {
    let wanted = try Self.state(request.text("status") ?? "")
    let all = try await shelf.heads().filter { wanted == nil || $0.state == wanted }
    var jobs: [JSON] = []
    let page = all.dropFirst(request.integer("offset") ?? 0).prefix(request.integer("limit") ?? 50)
    for head in page {
      guard let job = try await shelf.job(head.id) else { continue }
      jobs.append(.object(try await brief(job)))
    }
    return try Self.success(
      [
        "jobs": .array(jobs), "total_count": .int(all.count),
        "statistics": JobStatistics(all).json,
      ], request)
  }

  /// Nil for all.
  private static func state(_ text: String) throws(APIError) -> JobState? {
    guard !text.isEmpty else { return nil }
    guard let state = JobState(rawValue: text) else {
      let names = JobState.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      throw APIError(
        .badRequest, .badRequest,
        "Invalid status filter: `\(text.prefix(60))` is none of \(names)")
    }
    return state
  }

  // MARK: Ending

  private static let endingTime = Duration.seconds(5)

  private func cancel(_ request: APIRequest) async throws -> Response {
    let job = try await job(of: request)
    guard !job.state.isOver else {
      throw APIError(.conflict, .conflict, "job `\(job.id)` is \(job.state.rawValue) already")
    }
    for video in job.videos where !video.state.isOver {
      do {
        try await api.service.cancel(video.record.id, .now)
      } catch let error as StageError {
        // It ended just now, which is what was wanted.
        guard try await shelf.journal.run(video.record.id)?.state.isOver == true else {
          throw APIError(error, .conflict, .conflict)
        }
      }
    }
    await waitForEnd(of: job)
    let now = try await self.job(of: request)
    return try Self.success(
      try await status(now), request,
      message: now.state.isOver ? "Job cancelled" : "Job is being cancelled",
      status: now.state.isOver ? .ok : .accepted)
  }

  private func waitForEnd(of job: Job) async {
    let hub = api.service.hub
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for video in job.videos where !video.state.isOver {
          try? await hub.follow(video.record.id, after: video.lastSeq) { follower in
            while try await follower.next() != nil {}
          }
        }
      }
      group.addTask { try? await Task.sleep(for: Self.endingTime) }
      await group.next()
      group.cancelAll()
    }
  }
}

/// What became of many jobs.
struct JobStatistics: Sendable, Hashable {
  private(set) var counts: [JobState: Int] = [:]
  private var seconds = 0.0

  init(_ jobs: [JobHead]) {
    for job in jobs {
      counts[job.state, default: 0] += 1
      if job.state == .completed { seconds += Double(job.changedAt - job.createdAt) / 1000 }
    }
  }

  var json: JSON {
    var members = Dictionary(
      uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, JSON.int(counts[$0] ?? 0)) })
    members["total"] = .int(counts.values.reduce(0, +))
    let completed = counts[.completed] ?? 0
    let over = completed + (counts[.failed] ?? 0)
    if over > 0 { members["success_rate"] = .double(Double(completed) / Double(over)) }
    if completed > 0 {
      members["average_duration_seconds"] = .double(seconds / Double(completed))
    }
    return .object(members)
  }
}
