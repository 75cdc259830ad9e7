import ChildProcess
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import videocraft

/// Uploads to `videocraft serve` as a process of its own, with the pipeline that comes with it.
@Suite("Uploads to a host that is killed", .blocking, .timeLimit(.minutes(5)))
struct StreamingProcessTests {
  private static let key = "a-key-of-the-tests"
  private static let rules = OutboundRules(
    allowsPublicInternet: false, networks: [IPNetwork("127.0.0.0/8")].compactMap { $0 })
  private static let pipelines = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../pipelines").standardizedFileURL

  private let folder: TestFolder
  private let client = HTTPClient(rules: Self.rules)

  init() throws { folder = try TestFolder() }

  private func start() async throws -> (process: TestProcess, address: String) {
    let process = try await TestProcess.videocraft(
      ["serve", "--port", "0", "--data-dir", folder.file("data").path], in: folder,
      environment: [
        "VIDEOCRAFT_AUTH_API_KEY": Self.key, "VIDEOCRAFT_SECURITY_RATE_LIMIT": "0",
        "VIDEOCRAFT_SERVER_DRAIN_TIMEOUT": "0s",
        "VIDEOCRAFT_PIPELINES_DIR": Self.pipelines.path,
      ])
    try #require(try await process.says("listens on"), "\(process.errorOutput)")
    let text = process.errorOutput
    let start = try #require(text.range(of: "listens on ")?.upperBound)
    return (process, String(text[start...].prefix { $0 != ";" }))
  }

  private func ask(
    _ method: String, _ url: String, _ headers: [HTTPHeader] = [],
    body: HTTPRequest.Body = .none
  ) async throws -> HTTPResponse {
    try await client.send(
      HTTPRequest(
        method, url,
        headers: [
          HTTPHeader("Authorization", "Bearer \(Self.key)"), HTTPHeader("Tus-Resumable", "1.0.0"),
        ] + headers, body: body))
  }

  private func offset(_ url: String) async throws -> Int {
    let answer = try await ask("HEAD", url)
    return Int(answer.headers["Upload-Offset"] ?? "") ?? -1
  }

  /// Until the video is ready.
  private func play(_ address: String, _ video: String) async throws -> String {
    try await eventually("the video is ready") {
      let answer = try await ask("GET", "\(address)/stream/\(video)/manifest")
      if answer.status == 200 { return true }
      guard answer.status == 409 else { throw TestProblem("\(answer.status)") }
      return false
    }
    let master = try await ask("GET", "\(address)/stream/\(video)/manifest")
    return String(decoding: master.body, as: UTF8.self)
  }

  /// Sends slowly, as a process that can be killed.
  private func send(_ arguments: [String]) async throws -> TestProcess {
    try await TestProcess(
      "curl",
      [
        "-sS", "--limit-rate", "64k", "-H", "Authorization: Bearer \(Self.key)", "-H", "Expect:",
      ] + arguments, in: folder.url)
  }

  @Test("an upload by tus goes on where it was when the host was killed, and becomes the video")
  func resumed() async throws {
    let clip = try await TestMedia.make(
      folder.file("clip.mp4"),
      [
        "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2", "-c:v", "libx264",
        "-preset", "ultrafast", "-qp", "5", "-pix_fmt", "yuv420p",
      ])
    let bytes = [UInt8](try Data(contentsOf: clip))
    let (first, before) = try await start()
    let created = try await ask(
      "POST", "\(before)/files/",
      [
        HTTPHeader("Upload-Length", "\(bytes.count)"),
        HTTPHeader("Upload-Metadata", "filename \(Data("clip.mp4".utf8).base64EncodedString())"),
      ])
    #expect(created.status == 201)
    let place = try #require(created.headers["Location"])
    let sender = try await send([
      "-X", "PATCH", "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Offset: 0", "-H",
      "Content-Type: application/offset+octet-stream", "--data-binary", "@clip.mp4", before + place,
    ])
    try await eventually("some bytes have come") { try await offset(before + place) > 0 }
    first.send(SIGKILL)
    try await first.wait()
    try await sender.wait()
    let (second, after) = try await start()
    let reached = try await offset(after + place)
    #expect(reached > 0 && reached < bytes.count)
    let rest = try await ask(
      "PATCH", after + place,
      [
        HTTPHeader("Upload-Offset", "\(reached)"),
        HTTPHeader("Content-Type", "application/offset+octet-stream"),
      ], body: .bytes(Array(bytes[reached...])))
    #expect(rest.status == 204)
    let video = try #require(rest.headers["Video-Id"])
    let master = try await play(after, video)
    #expect(master.contains("RESOLUTION=320x180"))
    second.send(SIGTERM)
    #expect(try await second.wait() == .code(0))
  }

  @Test("a form that was coming in when the host was killed leaves nothing; the next one is taken")
  func form() async throws {
    let clip = try await TestMedia.clip(folder.file("clip.mp4"))
    try folder.write(Data(repeating: 7, count: 4 << 20), to: "large.mp4")
    let (first, before) = try await start()
    let sender = try await send(["-F", "file=@large.mp4", "\(before)/upload"])
    let scratch = folder.file("data/scratch/uploads").path
    try await eventually("some bytes have come") {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? []
      return !names.isEmpty
    }
    first.send(SIGKILL)
    try await first.wait()
    try await sender.wait()
    let (second, after) = try await start()
    #expect(((try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? []).isEmpty)
    let listed = try await ask("GET", "\(after)/stream/ready")
    #expect(String(decoding: listed.body, as: UTF8.self) == "[]")
    let taken = try await TestProgram.run(
      "curl",
      [
        "-sS", "-H", "Authorization: Bearer \(Self.key)", "-F", "file=@\"\(clip.path)\"",
        "\(after)/upload",
      ])
    let answer = try JSONDecoder().decode([String: String].self, from: taken.output)
    let video = try #require(answer["videoId"])
    _ = try await play(after, video)
    // Killed again, the video is what it was.
    second.send(SIGKILL)
    try await second.wait()
    let (third, last) = try await start()
    let ready = try await ask("GET", "\(last)/stream/ready")
    #expect(String(decoding: ready.body, as: UTF8.self) == "[\"\(video)\"]")
    third.send(SIGTERM)
    #expect(try await third.wait() == .code(0))
  }
}
