import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("What clients send", .timeLimit(.minutes(2)))
struct RequestTests {
  @Test(
    "what cannot be used is refused with its path",
    arguments: [
      (#"{"pipeline": "say", "input": {}}"#, "input"),
      (#"{"pipeline": "say", "inputs": {"txt": "x"}}"#, "inputs.txt"),
      (#"{"pipeline": "say", "inputs": {"text": [1, {"a": 2}]}}"#, "inputs.text"),
      (#"{"pipeline": "say", "priority": 1000}"#, "priority"),
      (#"{"pipeline": "sya"}"#, "pipeline"),
      (#"{"pipeline": "say", "pipeline": "read"}"#, "pipeline"),
      (#"{"pipeline": "read", "inputs": {"file": "/etc/passwd"}}"#, "inputs.file"),
      (#"{"pipeline": "read", "inputs": {"file": "../pipelines/say.yaml"}}"#, "inputs.file"),
      (#"{"pipeline": "read", "inputs": {"file": "http://127.0.0.1/x"}}"#, "inputs.file"),
      (
        #"{"pipeline": "read", "inputs": {"file": "upload:0123456789abcdef0123456789abcdef"}}"#,
        "inputs.file"
      ),
      (
        #"{"definition": {"version": 1, "name": "x", "stages": {"a": {"uses": "sai"}}}}"#,
        "definition.stages.a.uses"
      ),
      (
        #"{"version": 1, "name": "x", "stages": {"a": {"uses": "say", "wit": {}}}}"#, "stages.a.wit"
      ),
    ])
  func refused(body: String, path: String) async throws {
    let answer = try await ServingKit().post("/api/v1/runs", json: body)
    #expect(answer.status == 400)
    #expect(answer.paths.contains(path), "\(answer.text)")
  }

  @Test(
    "what is no JSON is refused before anything in it is understood",
    arguments: [
      "", "{", #"{"a": 1,}"#, "{'a': 1}", "[1] 2", "{\"a\": 01}", #"{"a": "\x"}"#,
      #"{"a": "\ud83d"}"#, "{\"a\": \"\u{1}\"}", "nul", "{a: 1}", "# comment", "NaN", "--1",
      String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 5000),
    ])
  func notJSON(body: String) async throws {
    let answer = try await ServingKit().post("/api/v1/runs", json: body)
    #expect(answer.status == 400)
  }

  @Test("a body that is too large, of another type or not UTF-8 is refused")
  func otherBodies() async throws {
    let kit = try ServingKit()
    let large = #"{"pipeline": ""# + String(repeating: "x", count: 2 << 20) + #""}"#
    #expect(try await kit.post("/api/v1/runs", json: large).status == 413)
    let text = try await kit.ask(.post, "/api/v1/runs", [(.contentType, "text/plain")], body: [65])
    #expect(text.status == 415)
    #expect(try await kit.ask(.post, "/api/v1/runs", body: [65]).status == 415)
    let bytes = try await kit.ask(
      .post, "/api/v1/runs", [(.contentType, "application/json")], body: [0x22, 0xff, 0x22])
    #expect(bytes.status == 400)
    let laughs = (0..<9).map { level in
      let item = level == 0 ? "lol" : "*a\(level - 1)"
      let items = [String](repeating: item, count: 9).joined(separator: ",")
      return "a\(level): &a\(level) [\(items)]"
    }
    #expect(try await kit.post("/api/v1/runs", yaml: laughs.joined(separator: "\n")).status == 400)
  }

  @Test("paths of JSON are found, keys and values alike")
  func paths() {
    let text = #"{"a": [{"b": 1}, {"c": {"d": null}}], "e": "x"}"#
    let wanted = [
      #""a""#: "a", #"{"b""#: "a[0]", #""b""#: "a[0].b", "1": "a[0].b", #""d""#: "a[1].c.d",
      "null": "a[1].c.d", #""x""#: "e",
    ]
    for (piece, path) in wanted {
      let offset = text.utf8.distance(
        from: text.startIndex, to: text.range(of: piece)?.lowerBound ?? text.startIndex)
      #expect(StrictJSON.paths(at: [offset], in: text)[offset] == path, "\(piece)")
    }
  }

  @Test("the same diagnostics come as on the command line, for YAML and JSON")
  func linting() async throws {
    let kit = try ServingKit()
    let broken = ServingKit.say.replacing("text: \"${{", with: "txt: \"${{")
    let (_, known) = PipelineGraph.load(
      PipelineSource(.init(name: nil, text: broken)), registry: ServingKit.registry)
    let answer = try await kit.post("/api/v1/pipelines/lint", yaml: broken)
    #expect(answer.status == 200)
    #expect(answer.json["isValid"] == false)
    #expect(answer.diagnostics.count == known.count && !known.isEmpty)
    for (told, diagnostic) in zip(answer.diagnostics, known) {
      #expect(told["code"] == .string(diagnostic.code))
      #expect(told["message"] == .string(diagnostic.message))
      #expect(told["range"]?["start"]?["line"] == diagnostic.range.map { .int($0.start.line) })
    }
    let right = try await kit.post(
      "/api/v1/pipelines/lint",
      json: String(
        decoding: try JSONEncoder().encode(["definition": ServingKit.say]), as: UTF8.self))
    #expect(right.json["isValid"] == true && right.json["pipeline"] == "say")
  }

  @Test("a plan says what would run, and afterwards what is known")
  func planning() async throws {
    try await ServingKit().working { kit in
      let before = try await kit.post("/api/v1/pipelines/plan", json: #"{"pipeline": "say"}"#)
      #expect(before.json["totals"]?["run"] == 1)
      #expect(await kit.journal.runs(limit: 1).isEmpty)
      _ = try await kit.finish(try await kit.begin(#"{"pipeline": "say"}"#))
      let after = try await kit.post("/api/v1/pipelines/plan", json: #"{"pipeline": "say"}"#)
      #expect(after.json["totals"]?["cached"] == 1)
    }
  }

  @Test("a file is sent as a body or in a form, and used as an input")
  func uploading() async throws {
    try await ServingKit().working { kit in
      let body = try await kit.ask(
        .post, "/api/v1/uploads?name=..%2F..%2Fpasswd.txt", [(.contentType, "text/plain")],
        body: Array("from a body".utf8))
      let form =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nfrom a form\r\n--x--\r\n"
      let posted = try await kit.ask(
        .post, "/api/v1/uploads", [(.contentType, "multipart/form-data; boundary=x")],
        body: Array(form.utf8))
      #expect(body.status == 201 && posted.status == 201)
      #expect(body.json["file"]?["name"] == "passwd.txt")
      for (answer, text) in [(body, "from a body"), (posted, "from a form")] {
        guard case .string(let upload)? = answer.json["upload"] else {
          throw TestProblem(answer.text)
        }
        let run = try await kit.begin(
          #"{"pipeline": "read", "inputs": {"file": "\#(upload)"}}"#)
        let events = try await kit.finish(run)
        #expect(events.last?.outputs?["text"] == .text(text))
      }
    }
  }

  @Test("a file that is too large is not kept, and neither is a form without one")
  func badUploads() async throws {
    let kit = try ServingKit(uploadLimit: 10)
    let large = try await kit.ask(
      .post, "/api/v1/uploads", [(.contentType, "video/mp4")], body: Array(repeating: 1, count: 11))
    #expect(large.status == 413)
    for form in [
      "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--\r\n",
      "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n12345", "--x--\r\n",
    ] {
      let answer = try await kit.ask(
        .post, "/api/v1/uploads", [(.contentType, "multipart/form-data; boundary=x")],
        body: Array(form.utf8))
      #expect(answer.status == 400)
    }
    let left = try? FileManager.default.contentsOfDirectory(
      atPath: kit.folder.file("scratch/uploads").path)
    #expect((left ?? []).isEmpty)
    #expect(try await kit.ask(.post, "/api/v1/uploads", body: [1]).status == 415)
  }

  @Test("a pipeline of a client's reads no file that the host did not open, however it is named")
  func forbiddenFiles() async throws {
    try await ServingKit().working { kit in
      let secret = try kit.folder.write("secret", to: "secret.txt")
      try kit.folder.write("open", to: "inputs/open.txt")
      try FileManager.default.createSymbolicLink(
        at: kit.folder.file("inputs/link.txt"), withDestinationURL: secret)
      for (path, isOpen) in [
        (kit.folder.file("inputs/open.txt").path, true), (secret.path, false),
        (kit.folder.file("inputs/link.txt").path, false),
        (kit.folder.file("inputs/../secret.txt").path, false), ("/etc/hostname", false),
        ("/etc/no-such-file", false),
      ] {
        let quoted = String(decoding: try APIEncoder.make().encode(path), as: UTF8.self)
        let pipeline = """
          version: 1
          name: thief
          stages: { a: { uses: read, with: { file: \(quoted) } } }
          outputs: { text: a.text }
          """
        let answer = try await kit.post("/api/v1/runs", yaml: pipeline)
        guard case .string(let run)? = answer.json["run"] else { throw TestProblem(answer.text) }
        let end = try await kit.finish(run).last
        #expect(end?.type == (isOpen ? .runCompleted : .runFailed), "\(path)")
        if !isOpen { #expect(end?.message?.contains("not among the files") == true) }
      }
    }
  }
}
