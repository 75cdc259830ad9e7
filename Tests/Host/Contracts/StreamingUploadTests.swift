import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The streaming contract: uploads", .timeLimit(.minutes(2)))
struct StreamingUploadTests {
  @Test("a form with a field `file` is answered with 201 and the video's id, a UUID")
  func upload() async throws {
    let host = try StreamingKit()
    let answer = try await host.ask(
      .post, "/upload", [StreamingKit.formType],
      body: RequestBody(Array(StreamingKit.form("a video").utf8)))
    #expect(answer.status == 201)
    guard case .object(let members) = answer.json, case .string(let id)? = members["videoId"] else {
      throw TestProblem(answer.text)
    }
    #expect(members.count == 1)
    #expect(UUID(uuidString: id) != nil && id == id.lowercased())
    #expect(try await host.upload() != id)
  }

  @Test(
    "400 where no file is provided, and nothing is left of it",
    arguments: [
      ("another field", "multipart/form-data; boundary=x", StreamingKit.form("a", name: "video")),
      ("no field", "multipart/form-data; boundary=x", "--x--\r\n"),
      ("no file chosen", "multipart/form-data; boundary=x", StreamingKit.form("", fileName: "")),
      ("an empty file", "multipart/form-data; boundary=x", StreamingKit.form("")),
      ("no boundary", "multipart/form-data", StreamingKit.form("a")),
      ("no type", nil, StreamingKit.form("a")),
      ("nothing", nil, ""),
      (
        "two files", "multipart/form-data; boundary=x",
        StreamingKit.form("a").replacing("--x--\r\n", with: "") + StreamingKit.form("b")
      ),
      (
        "a field before the file", "multipart/form-data; boundary=x",
        StreamingKit.form("a", name: "title").replacing("--x--\r\n", with: "")
          + StreamingKit.form("b")
      ),
      (
        "no closing boundary", "multipart/form-data; boundary=x",
        StreamingKit.form("a").replacing("--x--\r\n", with: "")
      ),
      (
        "CR LF in the name", "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"fi\r\nle\"\r\n\r\na\r\n--x--\r\n"
      ),
    ] as [(String, String?, String)])
  func noFile(_ what: String, type: String?, body: String) async throws {
    let host = try StreamingKit()
    let headers = type.map { [(FieldName.contentType, $0)] } ?? []
    let answer = try await host.ask(
      .post, "/upload", headers, body: RequestBody(Array(body.utf8)))
    #expect(answer.status == 400 && answer.code != nil, "\(what): \(answer.text)")
    #expect(host.remains.isEmpty)
    #expect(await host.kit.journal.runs(limit: 1).isEmpty)
  }

  @Test("a form is asked for, and one that is too large is refused")
  func refused() async throws {
    let host = try StreamingKit(uploadLimit: 10)
    let other = try await host.ask(
      .post, "/upload", [(.contentType, "video/mp4")], body: RequestBody([1]))
    #expect(other.status == 415)
    let large = try await host.ask(
      .post, "/upload", [StreamingKit.formType],
      body: RequestBody(Array(StreamingKit.form("eleven byte").utf8)))
    #expect(large.status == 413)
    #expect(host.remains.isEmpty)
  }

  @Test("nothing is left of an upload whose connection breaks half-way")
  func broken() async throws {
    let host = try StreamingKit()
    let bytes = Array(StreamingKit.form(String(repeating: "v", count: 5000)).utf8)
    let source = StoppingBody([Array(bytes[..<2000]), Array(bytes[2000..<4000])])
    let answer = try await host.ask(
      .post, "/upload", [StreamingKit.formType],
      body: RequestBody(declaredByteCount: bytes.count, source: source))
    #expect(answer.status == 400)
    #expect(host.remains.isEmpty)
    #expect(await host.kit.journal.runs(limit: 1).isEmpty)
  }

  @Test("500 when the video cannot be stored")
  func storage() async throws {
    let host = try StreamingKit()
    try host.kit.folder.write("in the way", to: "scratch")
    let answer = try await host.ask(
      .post, "/upload", [StreamingKit.formType],
      body: RequestBody(Array(StreamingKit.form("a video").utf8)))
    #expect(answer.status == 500 && answer.code != nil)
    #expect(!answer.text.contains(host.kit.folder.url.path))
  }

  @Test("it is said when the operator has no pipeline for videos, or one that does not fit")
  func pipeline() async throws {
    let host = try StreamingKit(hasPipeline: false)
    func refusal() async throws -> Answer {
      try await host.ask(
        .post, "/upload", [StreamingKit.formType],
        body: RequestBody(Array(StreamingKit.form("a video").utf8)))
    }
    let missing = try await refusal()
    #expect(missing.status == 503 && missing.text.contains("the pipeline `upload-hls`"))
    for (text, problem) in [
      (StreamingKit.pipeline("").replacing("hls: package", with: "stream: package"), "no output"),
      (
        StreamingKit.pipeline("").replacing("video:", with: "file:").replacing(
          "inputs.video", with: "inputs.file"), "no input `video`"
      ),
      (
        StreamingKit.pipeline("").replacing(
          "inputs:\n", with: "inputs:\n  more: { type: text }\n"), "`more` has no default"
      ),
    ] {
      try host.kit.folder.write(text, to: "pipelines/upload-hls.yaml")
      let answer = try await refusal()
      #expect(answer.status == 503 && answer.text.contains(problem), "\(answer.text)")
    }
    #expect(host.remains.isEmpty)
    try host.kit.folder.write(StreamingKit.pipeline(""), to: "pipelines/upload-hls.yaml")
    #expect(try await refusal().status == 201)
  }

  @Test("a full host says when to try again, before it reads the video")
  func full() async throws {
    let host = try StreamingKit(limit: 1)
    _ = try await host.upload()
    let answer = try await host.ask(
      .post, "/upload", [StreamingKit.formType],
      body: RequestBody(declaredByteCount: nil, source: StoppingBody([])))
    #expect(answer.status == 429 && answer.headers[.retryAfter] != nil)
    #expect(host.remains.isEmpty)
  }

  @Test("keys and scopes are those of all other endpoints")
  func keys() async throws {
    let host = try StreamingKit(keys: { try KeyRing(file: $0, configuredKey: nil) })
    let (reader, text) = APIKey.make(name: "r", scopes: [.readRuns], now: 0)
    try KeyFile(dataFolder: host.kit.folder.url).update { $0 += [reader] }
    let key = (FieldName.authorization, "Bearer \(text)")
    #expect(try await host.get("/stream/ready").status == 401)
    #expect(try await host.get("/stream/ready", key).status == 200)
    #expect(try await host.ask(.post, "/upload", [key]).status == 403)
    #expect(
      try await host.ask(.post, "/files/", [key, ("Tus-Resumable", "1.0.0")]).status == 403)
    #expect(try await host.ask(.options, "/files/").status == 401)
    let id = UUID().uuidString
    for path in ["/video/\(id)/status/stream", "/stream/\(id)/manifest", "/stream/\(id)/segment/a"]
    {
      #expect(try await host.get(path).status == 401)
      #expect(try await host.get(path, key).status == 404)
    }
  }
}
