import HTTPTypes
import Pipeline

/// Videos that are uploaded, followed while they are processed, and played as HLS.
struct StreamingContract: Contract {
  let api: NativeAPI
  let videos: Videos

  init(_ api: NativeAPI) {
    self.api = api
    videos = Videos(api)
  }

  private static let tag = "streaming"
  private static let videoSummary = ["video": "The video's id."]
  private static let unlimited = Router.RouteOptions(timeLimit: .unlimited)

  var endpoints: [Endpoint] {
    [uploadEndpoint, statusEndpoint, readyEndpoint, manifestEndpoint, segmentEndpoint]
  }

  private var uploadEndpoint: Endpoint {
    Endpoint(
      method: .post, path: "/upload", operation: "uploadVideo",
      summary: "Takes a video, and makes a stream of it from then on.", tag: Self.tag,
      scope: .writeRuns,
      body: Endpoint.Body(
        types: ["multipart/form-data"], schema: ["type": "string", "format": "binary"],
        summary: "A form with one field `file`."),
      answers: [
        Endpoint.Answer(
          status: .created, summary: "The video has this id for ever.",
          content: [
            "application/json": Schemas.object(
              ["videoId": Schemas.text("The video's id.", ["format": "uuid"])],
              required: ["videoId"])
          ])
      ],
      errors: [.internalServerError], options: .upload(limit: api.uploadLimit + Self.formOverhead),
      handler: upload)
  }

  private var statusEndpoint: Endpoint {
    Endpoint(
      method: .get, path: "/video/{video}/status/stream", operation: "followVideo",
      summary:
        "Tells the state of a video over a WebSocket, at once and when it changes, until it is READY or FAILED.",
      tag: Self.tag, scope: .readRuns, pathSummaries: Self.videoSummary,
      answers: [Endpoint.Answer(status: .switchingProtocols, summary: "The WebSocket is open.")],
      options: Self.unlimited, handler: follow)
  }

  private var readyEndpoint: Endpoint {
    Endpoint(
      method: .get, path: "/stream/ready", operation: "listReadyVideos",
      summary: "The ids of the videos that can be played, newest first.", tag: Self.tag,
      scope: .readRuns,
      answers: [
        Endpoint.Answer(
          status: .ok, summary: "All of them.",
          content: ["application/json": Schemas.list(["type": "string", "format": "uuid"])])
      ]
    ) { [videos] _ in try NativeAPI.json(try await videos.ready().map(\.description)) }
  }

  private var manifestEndpoint: Endpoint {
    Endpoint(
      method: .get, path: "/stream/{video}/manifest", operation: "getManifest",
      summary: "The HLS playlist of a video.", tag: Self.tag, scope: .readRuns,
      pathSummaries: Self.videoSummary,
      query: [
        FieldDescription(
          name: "playlist",
          summary: "One of the playlists that the manifest names; the manifest itself without it.",
          type: .optional(.text), range: 1...1000)
      ],
      answers: Self.answers("application/vnd.apple.mpegurl", "The playlist."),
      errors: Self.refusals, handler: manifest)
  }

  private var segmentEndpoint: Endpoint {
    Endpoint(
      method: .get, path: "/stream/{video}/segment/{segment}", operation: "getSegment",
      summary: "A segment of a video, or another file that its playlists name.", tag: Self.tag,
      scope: .readRuns,
      pathSummaries: ["video": "The video's id.", "segment": "As playlists name it."],
      answers: Self.answers("video/MP2T", "The segment."), errors: Self.refusals,
      options: Self.unlimited, handler: segment)
  }

  private static let refusals: [Status] = [
    .conflict, .gone, .preconditionFailed, .rangeNotSatisfiable,
  ]

  private static func answers(_ type: String, _ summary: String) -> [Endpoint.Answer] {
    let content: [String: JSON] = [type: ["type": "string"]]
    return [
      Endpoint.Answer(
        status: .ok, summary: summary, content: content, headers: ["ETag": "Of the bytes."]),
      Endpoint.Answer(
        status: .partialContent, summary: "As much of it as `Range` asked for.", content: content),
      Endpoint.Answer(status: .notModified, summary: "The client has it."),
    ]
  }

  /// What a form has around its file.
  static let formOverhead = 64 << 10
}
