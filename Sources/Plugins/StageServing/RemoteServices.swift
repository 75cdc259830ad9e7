import Foundation
import Pipeline
import StageProtocol
import Threads

/// What stands behind the context of a call: the host, asked through the protocol.
struct RemoteServices: StageServices {
  /// The id of the `stage/run` request.
  let run: MessageID
  let scratch: URL
  let secrets: [String: String]
  let provenance: Provenance?
  let pipes: HostPipes
  let requests: HostRequests

  func report(_ progress: StageProgress) {
    tell(.progress, ProgressParams(run: run, progress))
  }

  func log(_ message: String) {
    tell(.log, LogParams(run: run, message: Self.bounded(message)))
  }

  func warn(_ message: String, field: String?) {
    tell(.diagnostic, DiagnosticParams(run: run, message: Self.bounded(message), field: field))
  }

  func announce(_ segment: PlayableSegment) {
    tell(.segment, SegmentParams(run: run, segment: segment))
  }

  private func tell(_ method: Wire.Method, _ params: some Codable & Sendable) {
    // What cannot be written (a number that is none) is no news.
    try? pipes.send(RequestMessage(method, params))
  }

  private static func bounded(_ text: String) -> String {
    text.utf8.count <= 64 << 10 ? text : String(text.prefix(16 << 10)) + "…"
  }

  func store(_ url: URL, as name: String) async throws -> FileReference {
    let params = StoreParams(run: run, path: url.path, name: name)
    return try await requests.ask(.store, params, for: FileResult.self).file
  }

  func open(_ file: FileReference) async throws -> URL {
    let params = OpenParams(run: run, file: file)
    return URL(fileURLWithPath: try await requests.ask(.open, params, for: OpenResult.self).path)
  }

  func render(_ timeline: Timeline) async throws -> FileReference {
    let video = try PassedValue(.video(.timeline(timeline)), spillingInto: scratch)
    return try await requests.ask(
      .render, RenderParams(run: run, video: video), for: FileResult.self
    ).file
  }

  func secret(named name: String) async throws -> String {
    guard let text = secrets[name] else {
      throw StageError(
        .configuration,
        "the secret `\(name)` has no text on this host; give it to the host that runs the pipeline")
    }
    return text
  }

  func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    let params = PartParams(run: run, key: key, name: name)
    let answer = try await requests.ask(.part, params, for: PartResult.self)
    if let files = answer.files { return files }
    guard let part = answer.part else {
      throw StageError(.internal, "the host said nothing of the part `\(name)`")
    }
    var made = PartMadeParams(run: run, part: part)
    do {
      made.files = try await make()
    } catch {
      made.error = AnsweredError(StageError(wrapping: error))
      _ = try? await requests.ask(.partMade, made, for: PartResult.self)
      throw error
    }
    return try await requests.ask(.partMade, made, for: PartResult.self).files ?? []
  }
}
