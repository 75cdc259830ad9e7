import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Uploads by tus", .timeLimit(.minutes(2)))
struct TusTests {
  static let version = (FieldName(stringLiteral: "Tus-Resumable"), "1.0.0")
  static let patchType = (FieldName.contentType, "application/offset+octet-stream")

  @Test("OPTIONS tells what there is, also without a version")
  func options() async throws {
    for path in ["/files", "/files/"] {
      let answer = try await StreamingKit().ask(.options, path)
      #expect(answer.status == 204)
      #expect(answer.headers["Tus-Version"] == "1.0.0")
      #expect(answer.headers["Tus-Max-Size"] == "1048576")
      #expect(answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256")
      let extensions = answer.headers.list(of: "Tus-Extension")
      #expect(
        Set(extensions) == [
          "creation", "creation-with-upload", "creation-defer-length", "termination", "checksum",
          "expiration",
        ])
    }
  }

  @Test("412 for every other request without the version that is spoken here")
  func versions() async throws {
    let host = try StreamingKit()
    let id = String(repeating: "0", count: 32)
    for (method, path) in [
      (.post, "/files/"), (.head, "/files/\(id)"), (.patch, "/files/\(id)"),
      (.delete, "/files/\(id)"), (.post, "/files/\(id)"),
    ] as [(HTTPTypes.Method, String)] {
      for headers in [[], [(FieldName(stringLiteral: "Tus-Resumable"), "0.2.2")]] {
        let answer = try await host.ask(method, path, headers)
        #expect(answer.status == 412 && answer.headers["Tus-Version"] == "1.0.0")
        #expect(answer.headers["Tus-Resumable"] == "1.0.0")
      }
    }
  }

  @Test("an upload comes in pieces, becomes a video and an input, and says which")
  func pieces() async throws {
    try await StreamingKit().working { host in
      let client = TusClient(host)
      let place = try await client.create(10, ["filename": "a.txt", "filetype": "video/mp4"])
      #expect(place.hasPrefix("/files/"))
      let start = try await client.head(place)
      #expect(start.status == 200 && start.headers["Upload-Offset"] == "0")
      #expect(start.headers["Upload-Length"] == "10" && start.headers["Video-Id"] == nil)
      #expect(start.headers[.cacheControl] == "no-store")
      #expect(start.headers["Upload-Metadata"]?.contains("filename YS50eHQ=") == true)
      let first = try await client.patch(place, at: 0, "0123")
      #expect(first.status == 204 && first.headers["Upload-Offset"] == "4")
      #expect(first.headers["Upload-Expires"].flatMap(HTTPDate.init) != nil)
      #expect(first.headers["Tus-Resumable"] == "1.0.0")
      #expect(try await client.head(place).headers["Upload-Offset"] == "4")
      let last = try await client.patch(place, at: 4, "456789")
      #expect(last.status == 204 && last.headers["Upload-Offset"] == "10")
      let video = try #require(last.headers["Video-Id"])
      #expect(try await host.follow(video).last?["state"] == "READY")
      #expect(
        try await host.get("/stream/\(video)/segment/720p~segment-00000.ts").text == "0123456789")
      let input = try #require(last.headers["Upload-Input"])
      let run = try await host.kit.begin(
        #"{"pipeline": "read", "inputs": {"file": "\#(input)"}}"#)
      #expect(try await host.kit.finish(run).last?.outputs?["text"] == .text("0123456789"))
      // A client that missed the answer asks again and hears the same.
      let end = try await client.head(place)
      #expect(end.headers["Video-Id"] == video && end.headers["Upload-Offset"] == "10")
      #expect(try await client.patch(place, at: 10, "").headers["Video-Id"] == video)
      #expect(try await client.patch(place, at: 10, "x").status == 413)
      #expect(try await host.get("/stream/ready").json == [.string(video)])
      #expect(
        try host.kit.folder.contents().filter { $0.hasSuffix(".part") }.isEmpty)
    }
  }

  @Test("creation with bytes may be all there is to do")
  func withUpload() async throws {
    try await StreamingKit().working { host in
      let client = TusClient(host)
      let answer = try await client.post([("Upload-Length", "7"), Self.patchType], "a video")
      #expect(answer.status == 201 && answer.headers["Upload-Offset"] == "7")
      let video = try #require(answer.headers["Video-Id"])
      #expect(try await host.follow(video).last?["state"] == "READY")
      let part = try await client.post([("Upload-Length", "7"), Self.patchType], "a v")
      #expect(part.status == 201 && part.headers["Upload-Offset"] == "3")
      let other = try await client.post(
        [("Upload-Length", "7"), (.contentType, "text/plain")], "a")
      #expect(other.status == 415)
      let long = try await client.post([("Upload-Length", "2"), Self.patchType], "long")
      #expect(long.status == 413 && host.remains.filter { $0.hasSuffix(".part") }.count == 1)
    }
  }

  @Test("the length may come later, once")
  func deferred() async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let made = try await client.post([("Upload-Defer-Length", "1")])
    let place = try #require(made.headers[.location])
    #expect(made.status == 201)
    let head = try await client.head(place)
    #expect(head.headers["Upload-Defer-Length"] == "1" && head.headers["Upload-Length"] == nil)
    #expect(try await client.patch(place, at: 0, "0123").headers["Upload-Offset"] == "4")
    let short = try await client.patch(place, at: 4, "", [("Upload-Length", "3")])
    #expect(short.status == 400)
    #expect(try await client.patch(place, at: 4, "", [("Upload-Length", "6")]).status == 204)
    #expect(try await client.head(place).headers["Upload-Length"] == "6")
    #expect(try await client.patch(place, at: 4, "4", [("Upload-Length", "7")]).status == 400)
    let last = try await client.patch(place, at: 4, "45", [("Upload-Length", "6")])
    #expect(last.status == 204 && last.headers["Video-Id"] != nil)
  }

  @Test(
    "400 for creations that say nothing clear",
    arguments: [
      [], [("Upload-Length", "-1")], [("Upload-Length", "1e3")], [("Upload-Length", "")],
      [("Upload-Length", "1"), ("Upload-Length", "1")], [("Upload-Defer-Length", "2")],
      [("Upload-Length", "1"), ("Upload-Defer-Length", "1")],
      [("Upload-Length", "1"), ("Upload-Metadata", "filename Y,filename Y")],
      [("Upload-Length", "1"), ("Upload-Metadata", "filename !!")],
      [("Upload-Length", "1"), ("Upload-Metadata", "filename /w==")],
      [("Upload-Length", "1"), ("Upload-Metadata", "a YQ== YQ==")],
      [("Upload-Length", "1"), ("Upload-Metadata", "a YQ==,,b YQ==")],
      [("Upload-Length", "1"), ("Upload-Metadata", "a YQ==,a Yg==")],
    ] as [[(String, String)]])
  func badCreation(fields: [(String, String)]) async throws {
    let host = try StreamingKit()
    let headers = fields.map { (FieldName($0.0) ?? "X", $0.1) }
    #expect(try await TusClient(host).post(headers).status == 400)
    #expect(host.remains.isEmpty)
  }

  @Test("a client may say nothing about its file")
  func noMetadata() async throws {
    let client = TusClient(try StreamingKit())
    let made = try await client.post([("Upload-Length", "1"), ("Upload-Metadata", "")])
    let place = try #require(made.headers[.location])
    #expect(try await client.head(place).headers["Upload-Metadata"] == nil)
  }

  @Test("a file that is too large is refused before its bytes come")
  func tooLarge() async throws {
    let client = TusClient(try StreamingKit())
    #expect(try await client.post([("Upload-Length", "1048577")]).status == 413)
    let huge = String(repeating: "9", count: 30)
    #expect(try await client.post([("Upload-Length", huge)]).status == 413)
    let made = try await client.post([("Upload-Defer-Length", "1")])
    let place = try #require(made.headers[.location])
    #expect(
      try await client.patch(place, at: 0, "a", [("Upload-Length", "1048577")]).status == 413)
    #expect(
      try await client.patch(place, at: 0, String(repeating: "x", count: 1 << 20 + 1)).status
        == 413)
    #expect(try await client.head(place).headers["Upload-Offset"] == "0")
  }

  @Test("what does not fit is refused: the place, the type, the size, the upload")
  func refusals() async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let place = try await client.create(10)
    let conflict = try await client.patch(place, at: 3, "abc")
    #expect(conflict.status == 409 && conflict.headers["Upload-Offset"] == "0")
    let headers = [Self.version, ("Upload-Offset", "0")] as [(FieldName, String)]
    #expect(
      try await host.ask(.patch, place, headers + [(.contentType, "video/mp4")]).status == 415)
    #expect(try await host.ask(.patch, place, headers).status == 415)
    #expect(try await host.ask(.patch, place, [Self.version, Self.patchType]).status == 400)
    for offset in ["-1", "0x0", "", " 0", "99999999999999999999999999999999999999999999"] {
      let bad: (FieldName, String) = ("Upload-Offset", offset)
      #expect(
        try await host.ask(.patch, place, [Self.version, Self.patchType, bad]).status == 400)
    }
    #expect(try await client.patch(place, at: 0, "eleven byte").status == 413)
    // A client that does not say how much it sends is stopped as well, and nothing of it is kept.
    let pieces = StoppingBody([Array("01234".utf8), Array("567890".utf8)], until: .named("open"))
    Gate.named("open").open()
    let endless = try await host.ask(
      .patch, place, headers + [Self.patchType],
      body: RequestBody(declaredByteCount: nil, source: pieces))
    #expect(endless.status == 413)
    #expect(try await client.head(place).headers["Upload-Offset"] == "0")
    for id in [
      "0123456789abcdef0123456789abcdef", "x", String(repeating: "A", count: 32), "..~..~x",
      "%252e%252e",
      String(repeating: "é", count: 16).addingPercentEncoding(withAllowedCharacters: [])
        ?? "",
    ] {
      #expect(try await client.head("/files/\(id)").status == 404, "\(id)")
      #expect(try await client.patch("/files/\(id)", at: 0, "a").status == 404)
      #expect(try await client.delete("/files/\(id)").status == 404)
    }
    #expect(try await host.ask(.get, place, [Self.version]).status == 405)
  }

  @Test(
    "a piece counts as a whole or not at all when it has a checksum", arguments: ["sha1", "sha256"])
  func checksums(name: String) async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let place = try await client.create(8)
    // Of `0123`, by another program.
    let digest =
      name == "sha1"
      ? "xLXIa9V32j2T/qfInLphx4tI5Yk=" : "G+LkUrRteg2WVrux92joJI66G3W67WX12Z6vqUiJmmo="
    let right = "\(name) \(digest)"
    let wrong = try await client.patch(place, at: 0, "0124", [("Upload-Checksum", right)])
    #expect(wrong.status == 460 && wrong.code == "CHECKSUM_MISMATCH")
    #expect(try await client.head(place).headers["Upload-Offset"] == "0")
    let good = try await client.patch(place, at: 0, "0123", [("Upload-Checksum", right)])
    #expect(good.status == 204 && good.headers["Upload-Offset"] == "4")
    let broken = try await client.patch(
      place, at: 4, StoppingBody([Array("45".utf8)]), declared: 4, [("Upload-Checksum", right)])
    #expect(broken.status == 400)
    #expect(try await client.head(place).headers["Upload-Offset"] == "4")
    for field in ["md5 \(digest)", name, "\(name) !", "\(name) YQ=="] {
      #expect(
        try await client.patch(place, at: 4, "4567", [("Upload-Checksum", field)]).status == 400)
    }
    let created = try await client.post(
      [("Upload-Length", "4"), Self.patchType, ("Upload-Checksum", right)], "0124")
    #expect(created.status == 460 && created.headers[.location] == nil)
    #expect(host.remains.filter { $0.hasSuffix(".part") }.count == 1)
  }

  @Test("what came before a connection broke is kept, and it goes on from there")
  func broken() async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let place = try await client.create(10)
    let broken = try await client.patch(
      place, at: 0, StoppingBody([Array("012".utf8), Array("34".utf8)]), declared: 10)
    #expect(broken.status == 400)
    #expect(try await client.head(place).headers["Upload-Offset"] == "5")
    // Another process goes on as well: what is on disk is all there is to know.
    let second = try StreamingKit(after: host)
    try await second.working { host in
      let client = TusClient(host)
      #expect(try await client.head(place).headers["Upload-Offset"] == "5")
      let last = try await client.patch(place, at: 5, "56789")
      let video = try #require(last.headers["Video-Id"])
      try await host.follow(video)
      #expect(
        try await host.get("/stream/\(video)/segment/720p~segment-00000.ts").text == "0123456789")
    }
  }

  @Test("a process that died within a piece with a checksum leaves nothing of that piece")
  func diedUnverified() async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let place = try await client.create(10)
    #expect(try await client.patch(place, at: 0, "0123").status == 204)
    let id = String(place.dropFirst("/files/".count))
    var upload = try #require(try await host.tus.shelf.progress(of: id)).upload
    upload.unverifiedFrom = 4
    try await host.tus.shelf.save(upload)
    let file = try #require(try TusFile.open(host.tus.shelf.bytes(of: id), O_RDWR))
    try file.write(Array("????????".utf8), at: 4)
    #expect(try await client.head(place).headers["Upload-Offset"] == "4")
    #expect(try await client.patch(place, at: 4, "45").headers["Upload-Offset"] == "6")
    #expect(try Data(contentsOf: host.tus.shelf.bytes(of: id)) == Data("012345".utf8))
  }

  @Test("one request at a time changes an upload; another is told to wait")
  func locked() async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let place = try await client.create(10)
    let gate = Gate.named(UUID().uuidString)
    async let slow = client.patch(
      place, at: 0, StoppingBody([Array("012".utf8)], until: gate), declared: nil)
    try await eventually("the first bytes") {
      try await client.head(place).headers["Upload-Offset"] == "3"
    }
    let other = try await client.patch(place, at: 3, "345")
    #expect(other.status == 423 && other.code == "LOCKED" && other.headers[.retryAfter] == "1")
    #expect(try await client.delete(place).status == 423)
    gate.open()
    #expect(try await slow.status == 204)
    #expect(try await client.patch(place, at: 3, "345").status == 204)
  }

  @Test("a request that has been silent for long gives way, and writes nothing afterwards")
  func givesWay() async throws {
    let host = try StreamingKit(patience: .zero)
    let client = TusClient(host)
    let place = try await client.create(10)
    let gate = Gate.named(UUID().uuidString)
    let late = LateBody([Array("012".utf8)], gate, Array("LATE".utf8))
    async let slow = client.patch(place, at: 0, late, declared: nil)
    try await eventually("the first bytes") {
      try await client.head(place).headers["Upload-Offset"] == "3"
    }
    try await eventually("the other is waiting for its client") {
      try await client.patch(place, at: 3, "345").status == 204
    }
    gate.open()
    #expect(try await slow.status == 423)
    let id = String(place.dropFirst("/files/".count))
    #expect(try Data(contentsOf: host.tus.shelf.bytes(of: id)) == Data("012345".utf8))
  }

  @Test("DELETE forgets an upload, and its bytes")
  func termination() async throws {
    let host = try StreamingKit()
    let client = TusClient(host)
    let place = try await client.create(10)
    _ = try await client.patch(place, at: 0, "012")
    #expect(try await client.delete(place).status == 204)
    #expect(host.remains.isEmpty)
    #expect(try await client.head(place).status == 404)
    #expect(try await client.patch(place, at: 3, "3").status == 404)
  }

  @Test("an upload that does not go on expires, and is swept with what dead processes left")
  func expiration() async throws {
    let clock = Locked(Int.now)
    let host = try StreamingKit(now: { clock.withLock { $0 } })
    let client = TusClient(host)
    let place = try await client.create(10)
    let other = try await client.create(10)
    try host.kit.folder.write("orphan", to: "tus/0123456789abcdef0123456789abcdef.part")
    await host.tus.tidy()
    #expect(host.remains.filter { $0.hasSuffix(".part") }.count == 3)
    clock.withLock { $0 += 25 * 3600 * 1000 }
    #expect(try await client.head(place).status == 410)
    #expect(try await client.patch(place, at: 0, "a").status == 410)
    let young = try await client.create(10)
    await host.tus.tidy()
    #expect(try await client.head(other).status == 404)
    #expect(try await client.head(young).status == 200)
    #expect(host.remains.filter { $0.hasSuffix(".part") }.count == 1)
  }

  @Test("an upload that could not become a video when it came becomes one when there is room")
  func later() async throws {
    let host = try StreamingKit(limit: 1)
    let client = TusClient(host)
    let place = try await client.create(4)
    _ = try await host.upload()
    #expect(try await client.post([("Upload-Length", "4")]).status == 429)
    #expect(try await client.patch(place, at: 0, "0123").status == 429)
    #expect(try await client.head(place).status == 429)
    let second = try StreamingKit(after: host)
    try await second.working { host in
      await host.tus.tidy()
      let head = try await TusClient(host).head(place)
      let video = try #require(head.headers["Video-Id"])
      #expect(try await host.follow(video).last?["state"] == "READY")
    }
  }

  @Test(
    "what is said to be no video becomes only an input",
    arguments: [
      ("image/png", false), ("audio/mpeg", false), ("text/plain", false), ("video/mp4", true),
      ("application/octet-stream", true), ("", true), ("nonsense", true),
    ])
  func fileTypes(type: String, isVideo: Bool) async throws {
    let client = TusClient(try StreamingKit())
    let place = try await client.create(1, ["filetype": type])
    let last = try await client.patch(place, at: 0, "a")
    #expect(last.headers["Upload-Input"]?.hasPrefix("upload:") == true)
    #expect((last.headers["Video-Id"] != nil) == isVideo)
  }

  @Test("clients that can only POST name their method")
  func overriding() async throws {
    let host = try StreamingKit()
    let place = try await TusClient(host).create(4)
    func post(_ method: String, _ more: [(FieldName, String)] = [], _ text: String = "")
      async throws
      -> Answer
    {
      try await host.ask(
        .post, place, [Self.version, ("X-HTTP-Method-Override", method)] + more,
        body: RequestBody(Array(text.utf8)))
    }
    let patched = try await post("PATCH", [Self.patchType, ("Upload-Offset", "0")], "01")
    #expect(patched.status == 204 && patched.headers["Upload-Offset"] == "2")
    #expect(try await post("HEAD").headers["Upload-Offset"] == "2")
    #expect(try await post("PUT").status == 405)
    #expect(try await host.ask(.post, place, [Self.version]).status == 405)
    #expect(try await post("DELETE").status == 204)
    #expect(try await post("HEAD").status == 404)
  }

  @Test(
    "a full disk is said to be one",
    .disabled(if: !FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let file = try #require(try TusFile.open(URL(fileURLWithPath: "/dev/full"), O_RDWR))
    let error = #expect(throws: StageError.self) { try file.write([1, 2, 3], at: 0) }
    #expect(error?.message.contains("disk is full") == true)
  }
}

/// Speaks tus to a host without a socket.
struct TusClient: Sendable {
  let host: StreamingKit

  init(_ host: StreamingKit) { self.host = host }

  func post(_ headers: [(FieldName, String)], _ text: String = "") async throws -> Answer {
    try await host.ask(
      .post, "/files/", [TusTests.version] + headers, body: RequestBody(Array(text.utf8)))
  }

  /// Where it is.
  func create(_ length: Int, _ metadata: [String: String] = [:]) async throws -> String {
    var headers: [(FieldName, String)] = [("Upload-Length", "\(length)")]
    if !metadata.isEmpty {
      let pairs = metadata.map { "\($0.key) \(Data($0.value.utf8).base64EncodedString())" }
      headers.append(("Upload-Metadata", pairs.joined(separator: ",")))
    }
    let answer = try await post(headers)
    guard answer.status == 201, let place = answer.headers[.location] else {
      throw TestProblem("\(answer.status) \(answer.text)")
    }
    return place
  }

  func head(_ place: String) async throws -> Answer {
    try await host.ask(.head, place, [TusTests.version])
  }

  func delete(_ place: String) async throws -> Answer {
    try await host.ask(.delete, place, [TusTests.version])
  }

  func patch(
    _ place: String, at offset: Int, _ text: String, _ more: [(FieldName, String)] = []
  ) async throws -> Answer {
    try await patch(place, at: offset, RequestBody(Array(text.utf8)), more)
  }

  func patch(
    _ place: String, at offset: Int, _ source: some BodySource, declared: Int?,
    _ more: [(FieldName, String)] = []
  ) async throws -> Answer {
    try await patch(
      place, at: offset, RequestBody(declaredByteCount: declared, source: source), more)
  }

  private func patch(
    _ place: String, at offset: Int, _ body: RequestBody, _ more: [(FieldName, String)]
  ) async throws -> Answer {
    let headers: [(FieldName, String)] = [
      TusTests.version, TusTests.patchType, ("Upload-Offset", "\(offset)"),
    ]
    return try await host.ask(.patch, place, headers + more, body: body)
  }
}

/// Pieces at once, and another when a gate opens.
private struct LateBody: BodySource {
  private let pieces: Locked<[[UInt8]]>
  private let last: Locked<[UInt8]?>
  private let gate: Gate

  init(_ pieces: [[UInt8]], _ gate: Gate, _ last: [UInt8]) {
    self.pieces = Locked(pieces.reversed())
    self.last = Locked(last)
    self.gate = gate
  }

  func next() async throws -> [UInt8]? {
    if let piece = pieces.withLock({ $0.popLast() }) { return piece }
    try await gate.pass()
    return last.withLock { last in
      defer { last = nil }
      return last
    }
  }
}
