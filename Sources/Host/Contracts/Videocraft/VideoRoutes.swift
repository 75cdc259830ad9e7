import Foundation
import HTTPServer
import HTTPTypes
import Pipeline

/// Videos that were made.
extension VideocraftContract {
  static let videoSummary = ["id": "The video's id, or that of its job."]

  var videoEndpoints: [Endpoint] {
    [
      Endpoint(
        method: .get, path: "/api/v1/videos", operation: "listVideos",
        summary: "Videos that can be downloaded, the newest first.", tag: "videos",
        scope: .readRuns, query: Self.pageFields,
        answers: [
          Self.answer(
            "A page.",
            [
              "videos": Schemas.list(["type": "object"], "Newest first."),
              "pagination": Schemas.map(["type": "integer"], "total, limit and offset."),
              "disk_usage": Schemas.map(["type": "integer"], "Bytes."),
            ])
        ], handler: listVideos),
      Endpoint(
        method: .get, path: "/api/v1/videos/{id}", operation: "getVideo",
        summary: "What is known of a video, also while it is made.", tag: "videos",
        scope: .readRuns, pathSummaries: Self.videoSummary,
        answers: [
          Self.answer(
            "The video.",
            ["video_id": Schemas.text("A UUID."), "status": Schemas.text("Its state.")])
        ], handler: getVideo),
      Endpoint(
        method: .delete, path: "/api/v1/videos/{id}", operation: "deleteVideo",
        summary: "Removes a video's file. What is being made has to be cancelled first.",
        tag: "videos", scope: .writeRuns, pathSummaries: Self.videoSummary,
        headers: ["X-CSRF-Token": "Of `/api/v1/csrf-token`; browsers need it."],
        answers: [Self.answer("It is gone.", ["video_id": Schemas.text("A UUID.")])],
        errors: [.conflict], handler: deleteVideo),
    ] + Self.aliases(of: downloadEndpoint, "/api/v1/download/{id}", "/download/{id}")
  }

  private static let pageFields = [
    FieldDescription(
      name: "limit", summary: "How many; of more than 100, 100 are given.", type: .integer,
      defaultValue: .integer(50), range: 0...1_000_000_000),
    FieldDescription(
      name: "offset", summary: "How many to leave out, from the newest on.", type: .integer,
      defaultValue: .integer(0), range: 0...1_000_000_000),
  ]

  private static let longestPage = 100

  private var downloadEndpoint: Endpoint {
    let bytes: [String: JSON] = ["video/mp4": ["type": "string", "format": "binary"]]
    return Endpoint(
      method: .get, path: "/api/v1/videos/{id}/download", operation: "downloadVideo",
      summary: "The video's bytes, or those that `Range` asks for.", tag: "videos",
      scope: .readRuns, pathSummaries: Self.videoSummary,
      headers: ["Range": "Such as bytes=0-1023."],
      answers: [
        Endpoint.Answer(
          status: .ok, summary: "The bytes.", content: bytes, headers: ["ETag": "Of the bytes."]),
        Endpoint.Answer(
          status: .partialContent, summary: "As many as `Range` asked for.", content: bytes),
        Endpoint.Answer(status: .notModified, summary: "The client has it."),
      ],
      errors: [.gone, .preconditionFailed, .rangeNotSatisfiable],
      // A download may take as long as its bytes flow.
      options: Router.RouteOptions(timeLimit: .unlimited), handler: download)
  }

  // MARK: Lists

  private func listVideos(_ request: APIRequest) async throws -> Response {
    let limit = min(request.integer("limit") ?? 50, Self.longestPage)
    let offset = request.integer("offset") ?? 0
    let all = try await shelf.heads().flatMap(\.videos).filter {
      $0.state == .completed && $0.hasOutputs
    }
    var videos: [JSON] = []
    for head in all.dropFirst(offset).prefix(limit) {
      guard let run = try await shelf.journal.run(head.id) else { continue }
      videos.append(.object(try await video(run)))
    }
    let report = await api.health.look()
    return try Self.success(
      [
        "videos": .array(videos),
        "pagination": [
          "total": .int(all.count), "limit": .int(limit), "offset": .int(offset),
        ],
        "disk_usage": [
          "used_bytes": .int(report.artifactByteCount), "free_bytes": .int(report.freeByteCount),
        ],
      ], request)
  }

  private func getVideo(_ request: APIRequest) async throws -> Response {
    let video = try await video(of: request)
    try checkPresence(of: video)
    return try Self.success(try await self.video(video), request)
  }

  /// A video that was deleted is not there, although it is remembered that it was made.
  private func checkPresence(of video: RunStatus) throws(APIError) {
    guard video.state == .completed, Self.file(of: video) == nil else { return }
    throw Self.noVideo(video.record.id, details: "it was deleted")
  }

  // MARK: Bytes

  private func download(_ request: APIRequest) async throws -> Response {
    let video = try await video(of: request)
    let id = video.record.id
    guard let file = Self.file(of: video) else {
      throw Self.noVideo(id, details: Self.reason(of: video))
    }
    let stored: StoredFile
    do {
      let url = try await api.artifacts.open(file)
      stored = try await StoredFile.open(url.path, on: api.pool)
    } catch let error as ArtifactDamaged {
      api.log.write(
        .error, "video is damaged", ["run": .string(id), "error": .string(error.description)])
      throw APIError(
        .gone, .gone, "the bytes of this video are damaged or gone; ask for the video again")
    }
    var response = Response.file(
      stored, MediaType(file.mediaType) ?? .octetStream,
      validators: Validators(eTag: ETag(file.digest.hex)), for: request.request)
    try response.headers.set(
      .contentDisposition, to: "attachment; filename=\"\(Self.fileName(of: id, file))\"")
    try response.headers.set(.cacheControl, to: "private, no-cache")
    return response
  }

  private static func reason(of video: RunStatus) -> String {
    switch JobState(video.state) {
    case .completed: "it was deleted"
    case .pending, .processing: "it is not there yet: its job is \(JobState(video.state).rawValue)"
    case .failed, .cancelled: "it was not made: its job is \(JobState(video.state).rawValue)"
    }
  }

  // MARK: Removing

  private func deleteVideo(_ request: APIRequest) async throws -> Response {
    let video = try await video(of: request)
    let id = video.record.id
    guard video.state.isOver else {
      let job = JobID.parse(id)?.job.description ?? ""
      throw APIError(
        .conflict, .conflict,
        "video `\(id)` is \(JobState(video.state).rawValue); cancel job `\(job)` first")
    }
    guard try await shelf.journal.discardOutputs(of: id) else {
      throw Self.noVideo(id, details: Self.reason(of: video))
    }
    await collect()
    return try Self.success(["video_id": .string(id)], request, message: "Video deleted")
  }
}
