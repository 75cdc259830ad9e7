import Foundation
import HTTPTypes
import Pipeline

/// The videos of the streaming contract. Each is a run of one of the operator's pipelines, and nothing about it is
/// kept anywhere but in the journal.
struct Videos: Sendable {
  /// What the pipeline calls itself, its input and its output.
  static let pipeline = "upload-hls"
  static let input = "video"
  static let output = "hls"

  let service: RunService
  let pipelines: PipelineFolder
  let artifacts: any ArtifactStore
  let log: ServerLog
  /// What marks the run as one that came over HTTP.
  let clientFolder: URL

  private var journal: any RunJournal { service.journal }

  // MARK: Beginning

  /// Throws what a client is told when nothing could come of an upload now.
  func checkReadiness() throws(APIError) {
    if service.isDraining { throw APIError(.draining) }
    if service.vacancyCount == 0 { throw APIError(.queueIsFull(waiting: service.count)) }
    _ = try loaded()
  }

  /// Makes a video of a file. Asking again for the same one changes nothing.
  func begin(_ id: VideoID, with file: FileReference) async throws {
    if try await journal.run(id.description) != nil { return }
    let pipeline = try loaded()
    var inputs = pipeline.graph.bindInputs().values
    let type = pipeline.graph.inputs.first { $0.name == Self.input }?.type.unwrapped
    inputs[Self.input] = type == .video ? .video(.file(file)) : .file(file)
    var request = RunRequest(
      graph: pipeline.graph, source: pipeline.source, inputs: inputs, inputFolder: clientFolder)
    request.id = id.description
    do {
      _ = try await service.submit(request)
    } catch let refusal as RunService.Refusal {
      throw APIError(refusal)
    }
  }

  /// The operator's pipeline, if it can do what the contract needs.
  private func loaded() throws(APIError) -> PipelineFolder.Loaded {
    guard let pipeline = pipelines.entry(named: Self.pipeline)?.pipeline else {
      throw unusable("there is none in its folder of pipelines")
    }
    let graph = pipeline.graph
    guard let input = graph.inputs.first(where: { $0.name == Self.input }),
      input.type.unwrapped.isFile
    else { throw unusable("it has no input `\(Self.input)` that takes a video") }
    if let other = graph.inputs.first(where: { $0.isRequired && $0.name != Self.input }) {
      throw unusable("its input `\(other.name)` has no default")
    }
    guard graph.outputs.contains(where: { $0.name == Self.output }) else {
      throw unusable("it has no output `\(Self.output)`")
    }
    return pipeline
  }

  private func unusable(_ why: String) -> APIError {
    log.write(
      .error, "videos cannot be made", ["pipeline": .string(Self.pipeline), "why": .string(why)])
    return APIError(
      .serviceUnavailable, .unavailable,
      "this host cannot make streams: its operator has to give it the pipeline `\(Self.pipeline)`; \(why)"
    )
  }

  // MARK: Looking

  /// Throws 404 for a video that there is none of.
  func run(of text: String) async throws -> (id: VideoID, status: RunStatus) {
    guard let id = VideoID(text), let status = try await journal.run(id.description),
      status.record.pipeline == Self.pipeline
    else { throw APIError.notFound("video `\(text.prefix(80))`") }
    return (id, status)
  }

  func status(_ id: VideoID, _ run: RunStatus) async throws -> VideoStatus {
    let state = run.videoState
    return VideoStatus(
      id, state, at: run.changedAt, error: state == .failed ? try await failure(of: run) : nil)
  }

  /// For people.
  private func failure(of run: RunStatus) async throws -> String {
    switch run.state {
    case .cancelled: return "it was cancelled"
    case .completed: return "the pipeline gave no stream"
    default:
      let last = try await journal.events(of: run.record.id, after: run.lastSeq - 1).last
      return last?.message ?? "it could not be processed"
    }
  }

  /// The videos that can be played, newest first.
  func ready() async throws -> [VideoID] {
    var found: [VideoID] = []
    var search = RunSearch(pipeline: Self.pipeline, states: [.completed], limit: Self.pageSize)
    while true {
      let runs = try await journal.runs(matching: search)
      for run in runs {
        guard let id = VideoID(run.record.id), let stream = run.stream,
          let manifest = stream.files[stream.entry], await artifacts.contains(manifest)
        else { continue }
        found.append(id)
      }
      guard runs.count == Self.pageSize, let last = runs.last else { return found }
      search.before = last.record.id
    }
  }

  private static let pageSize = 200

  /// What can be played of a video. Throws 409 with its state while there is nothing.
  func stream(of text: String) async throws -> FileBundle {
    let (id, run) = try await run(of: text)
    if run.videoState == .ready, let stream = run.stream { return stream }
    let status = try await status(id, run)
    guard status.state == .failed else {
      throw APIError(
        .conflict, .notReady, "video `\(id)` is \(status.state.rawValue); wait until it is READY"
      ).retrying(after: 2)
    }
    throw APIError(
      .conflict, .notReady, "video `\(id)` is FAILED and will not be ready: \(status.error ?? "")")
  }
}

extension Videos {
  init(_ api: NativeAPI) {
    service = api.service
    pipelines = api.pipelines
    artifacts = api.artifacts
    log = api.log
    clientFolder = api.maker.clientFolder
  }
}
