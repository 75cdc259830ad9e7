import Foundation
import HTTPServer
import HTTPTypes
import Pipeline
import TestSupport
import Threads

@testable import videocraft

/// A host with the streaming contract and tus, without a socket.
struct StreamingKit: Sendable {
  let kit: ServingKit
  let tus: TusContract
  let application: Application

  /// - Parameters:
  ///   - gate: where videos wait while they are processed; empty for nowhere.
  ///   - hasPipeline: whether the operator has put the pipeline where it belongs.
  init(
    after earlier: StreamingKit? = nil, gate: String = "", hasPipeline: Bool = true,
    limit: Int = 200, uploadLimit: Int = 1 << 20, keys: ((KeyFile) throws -> KeyRing)? = nil,
    patience: Duration = .seconds(3600), now: @escaping @Sendable () -> Int = { .now }
  ) throws {
    kit = try ServingKit(after: earlier?.kit, limit: limit, uploadLimit: uploadLimit)
    if hasPipeline {
      try kit.folder.write(Self.pipeline(gate), to: "pipelines/upload-hls.yaml")
    }
    tus = TusContract(
      kit.api, shelf: TusShelf(dataFolder: kit.folder.url, pool: kit.api.pool, now: now),
      locks: TusLocks(patience: patience))
    application = kit.api.application(
      beside: [StreamingContract(kit.api), tus],
      keys: try keys?(KeyFile(dataFolder: kit.folder.url)), limiter: nil, allowedOrigins: [])
  }

  static func pipeline(_ gate: String) -> String {
    """
    version: 1
    name: upload-hls
    inputs:
      video: { type: file }
    stages:
      package:
        uses: pack
        in: { file: inputs.video }
        with: { gate: "\(gate)" }
    outputs: { hls: package.playlist }
    """
  }

  /// Works on videos while `body` runs.
  func working<Result: Sendable>(
    _ body: @escaping @Sendable (StreamingKit) async throws -> Result
  ) async throws -> Result {
    try await kit.working { _ in try await body(self) }
  }

  // MARK: Asking

  func respond(
    _ method: HTTPTypes.Method, _ target: String, _ headers: [(FieldName, String)] = [],
    body: RequestBody = .empty
  ) async throws -> Response {
    var fields = Headers()
    for (name, value) in headers { try fields.append(name, value) }
    return await application.respond(to: try Request(method, target, headers: fields, body: body))
  }

  func ask(
    _ method: HTTPTypes.Method, _ target: String, _ headers: [(FieldName, String)] = [],
    body: RequestBody = .empty
  ) async throws -> Answer {
    try await Answer(try await respond(method, target, headers, body: body))
  }

  func get(_ target: String, _ headers: (FieldName, String)...) async throws -> Answer {
    try await ask(.get, target, headers)
  }

  static let formType = (FieldName.contentType, "multipart/form-data; boundary=x")

  static func form(_ text: String, name: String = "file", fileName: String? = "a.mp4") -> String {
    let file = fileName.map { "; filename=\"\($0)\"" } ?? ""
    return
      "--x\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(text)\r\n--x--\r\n"
  }

  /// Uploads a video; its id.
  func upload(_ text: String = "a video") async throws -> String {
    let answer = try await ask(
      .post, "/upload", [Self.formType], body: RequestBody(Array(Self.form(text).utf8)))
    guard answer.status == 201, case .string(let id)? = answer.json["videoId"] else {
      throw TestProblem("\(answer.status) \(answer.text)")
    }
    return id
  }

  /// Follows a video until it is ready or has failed; the messages.
  @discardableResult
  func follow(_ id: String) async throws -> [JSON] {
    let channel = TestChannel()
    try await connect(id, channel)
    return channel.messages
  }

  func connect(_ id: String, _ channel: TestChannel) async throws {
    let response = try await respond(.get, "/video/\(id)/status/stream", Self.upgrade)
    guard case .webSocket(let upgrade) = response.body else {
      throw TestProblem("\(response.status)")
    }
    try await upgrade.handler(channel)
  }

  static let upgrade: [(FieldName, String)] = [
    (.upgrade, "websocket"), (.connection, "Upgrade"), (.webSocketVersion, "13"),
    (.webSocketKey, "dGhlIHNhbXBsZSBub25jZQ=="),
  ]

  /// What is on disk of uploads.
  var remains: [String] {
    ["scratch/uploads", "uploads", "tus"].flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: kit.folder.file($0).path)) ?? []
    }
  }
}

/// The server's end of a WebSocket, for a client that only listens.
final class TestChannel: WebSocketChannel {
  private let sent = Locked<[EncodedMessage]>([])
  private let leaving = Gate.named(UUID().uuidString)
  /// When so many messages came, the client goes away.
  private let limit: Int?

  init(leavingAfter limit: Int? = nil) { self.limit = limit }

  /// What came, without the frames around it.
  var messages: [JSON] {
    sent.withLock { $0 }.map { message in
      let long = message.bytes[1] == 126
      let text = message.bytes.dropFirst(long ? 4 : 2)
      return (try? JSONDecoder().decode(JSON.self, from: Data(text))) ?? .null
    }
  }

  var states: [JSON] { messages.compactMap { $0["state"] } }

  func receive() async throws -> WebSocketMessage? {
    try await leaving.pass()
    return nil
  }

  func send(_ message: EncodedMessage) async throws { post(message) }

  @discardableResult
  func post(_ message: EncodedMessage) -> Bool {
    let count = sent.withLock { sent in
      sent.append(message)
      return sent.count
    }
    if count == limit { leaving.open() }
    return true
  }

  func close(_ code: WebSocketCloseCode, reason: String) { leaving.open() }
}

/// A body that stops coming: its client went away, or is silent until a gate opens.
struct StoppingBody: BodySource {
  private let pieces: Locked<[[UInt8]]>
  private let gate: Gate?

  init(_ pieces: [[UInt8]], until gate: Gate? = nil) {
    self.pieces = Locked(pieces.reversed())
    self.gate = gate
  }

  func next() async throws -> [UInt8]? {
    if let piece = pieces.withLock({ $0.popLast() }) { return piece }
    guard let gate else { throw BodyError.disconnected }
    try await gate.pass()
    return nil
  }
}
