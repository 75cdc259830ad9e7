import BuiltInStages
import ChildProcess
import Confinement
import Foundation
import Pipeline
import PluginHost
import StageProtocol
import TestSupport
import Testing
import Threads

@Suite("stage protocol 1", .timeLimit(.minutes(5)))
struct ProtocolTests {
  private static let documentation = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation")

  /// The contents of the code blocks of the specification in a language.
  private static func blocks(_ language: String) throws -> [String] {
    let text = try String(
      contentsOf: documentation.appendingPathComponent("stage-protocol.md"), encoding: .utf8)
    return text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
  }

  /// Checks messages, each with the name of its schema, by the schemas of the specification.
  private func check(_ messages: [(schema: String, message: String)]) async throws {
    let folder = try TestFolder()
    let lines = messages.map { "\($0.schema)\t\($0.message)" }.joined(separator: "\n")
    let file = try folder.write(lines, to: "messages.txt")
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      seen = 0
      for line in open(sys.argv[2]):
          name, message = line.rstrip("\\n").split("\\t", 1)
          assert name in schema["$defs"], name
          validator = jsonschema.Draft202012Validator({**schema, "$ref": "#/$defs/" + name.replace("/", "~1")})
          errors = list(validator.iter_errors(json.loads(message)))
          for error in errors[:3]: print(name, list(error.path), error.message[:300])
          seen += 1
      print(seen, "checked")
      """
    let schema = Self.documentation.appendingPathComponent("stage-protocol.schema.json")
    let result = try await TestProgram.run(
      "/usr/bin/python3", ["-c", script, schema.path, file.path], checked: false)
    #expect(result.text == "\(messages.count) checked\n", "\(result.errors)")
  }

  private func text(_ message: some Encodable) throws -> String {
    String(decoding: try WireCoder.encode(message), as: UTF8.self)
  }

  @Test("says what every message of the host and of the Swift side looks like")
  func schemas() async throws {
    let services = try TestStageServices()
    let file = try services.add(Data("a".utf8), named: "a.txt")
    var run = RunParams(type: "burn", context: try services.context(item: 2), scratch: "/s")
    run.options = [
      "size": .value(.size(PixelSize(width: 2, height: 2))), "data": .spilled(path: "/x"),
    ]
    run.files = [file.digest.hex: "/f"]
    run.resume = .integer(3)
    run.deadlineMs = 5
    let introduction = Introduction(
      plugin: .init(id: "all", version: "1.0.0"),
      stages: BuiltInStages.all.map(StageDescription.init), features: [.validate],
      concurrency: 64)
    var details = AnsweredError(StageError(.rateLimited, "wait", retryAfter: .seconds(2)))
    details.data?.at = "[2]"
    try await check([
      (
        "initialize",
        try text(
          RequestMessage(
            .initialize, id: 1,
            Greeting(host: .init(name: "videocraft", version: "1"), features: [.open])))
      ),
      ("initialize.result", try text(AnswerMessage(1, introduction))),
      (
        "stage/validate",
        try text(
          RequestMessage(.validate, id: 2, ValidateParams(type: "burn", options: ["a": .text("b")]))
        )
      ),
      (
        "stage/validate.result",
        try text(AnswerMessage(2, ValidateResult([.init(field: "a", message: "b")])))
      ),
      ("stage/run", try text(RequestMessage(.run, id: 3, run))),
      (
        "stage/run.result",
        try text(
          AnswerMessage(
            3, CallResult(outputs: ["file": .value(.file(file)), "made": .made(.init(path: "x"))])))
      ),
      ("$/cancel", try text(RequestMessage(.cancel, CancelParams(id: 3)))),
      ("ping", try text(RequestMessage(.ping, id: 4, Nothing()))),
      ("shutdown", try text(RequestMessage(.shutdown, id: 5, Nothing()))),
      ("empty.result", try text(AnswerMessage(5, Nothing()))),
      ("empty.result", try text(AnswerMessage(5, Nothing?.none))),
      ("error", try text(ErrorMessage(3, details))),
      ("error", try text(ErrorMessage(nil, AnsweredError(-32700, "what?")))),
      (
        "stage/progress",
        try text(
          RequestMessage(
            .progress,
            ProgressParams(run: 3, StageProgress(done: 1, total: nil, unit: .frames, phase: "a"))))
      ),
      ("stage/log", try text(RequestMessage(.log, LogParams(run: 3, message: "a")))),
      (
        "stage/diagnostic",
        try text(RequestMessage(.diagnostic, DiagnosticParams(run: 3, message: "a", field: nil)))
      ),
      (
        "stage/checkpoint",
        try text(RequestMessage(.checkpoint, id: 1, CheckpointParams(run: 3, state: .list([]))))
      ),
      (
        "stage/store",
        try text(RequestMessage(.store, id: 2, StoreParams(run: 3, path: "a", name: "b")))
      ),
      ("file.result", try text(AnswerMessage(2, FileResult(file)))),
      ("stage/open", try text(RequestMessage(.open, id: 3, OpenParams(run: 3, file: file)))),
      ("stage/open.result", try text(AnswerMessage(3, OpenResult(path: "/a")))),
      (
        "stage/render",
        try text(RequestMessage(.render, id: 4, RenderParams(run: 3, video: .spilled(path: "a"))))
      ),
      (
        "stage/part",
        try text(RequestMessage(.part, id: 5, PartParams(run: 3, key: file.digest, name: "p")))
      ),
      ("stage/part.result", try text(AnswerMessage(5, PartResult(part: 1)))),
      (
        "stage/partMade",
        try text(RequestMessage(.partMade, id: 6, PartMadeParams(run: 3, part: 1, files: [file])))
      ),
      ("stage/part.result", try text(AnswerMessage(6, PartResult(files: [file])))),
    ])
  }

  @Test("has a transcript of messages that are what the schemas say")
  func transcript() async throws {
    let block = try Self.blocks("transcript").first
    let lines = try #require(block).split(separator: "\n")
    var asked: [String: String] = [:]
    var messages: [(String, String)] = []
    for line in lines {
      let sender = String(line.prefix(1))
      let message = String(line.dropFirst(2))
      let read = try WireCoder.header(of: Array(message.utf8))
      let header = try #require(read)
      if let method = header.method {
        messages.append((method, message))
        if let id = header.id { asked["\(sender)\(id)"] = method }
      } else if header.error != nil {
        messages.append(("error", message))
      } else {
        let other = sender == "→" ? "←" : "→"
        let id = try #require(header.id)
        let method = try #require(asked["\(other)\(id)"])
        let special = [
          "ping": "empty", "shutdown": "empty", "stage/checkpoint": "empty",
          "stage/store": "file", "stage/render": "file", "stage/partMade": "stage/part",
        ]
        messages.append(("\(special[method] ?? method).result", message))
      }
    }
    #expect(messages.count > 15)
    try await check(messages)
  }

  @Test("has a plugin to copy that works")
  func example() async throws {
    let folder = try TestFolder()
    let manifest = try Self.blocks("json").first
    let script = try Self.blocks("python").first
    let plugins = try OddPlugin.install(
      in: folder, named: "shout", manifest: try #require(manifest), script: try #require(script))
    let catalogue = PluginBench.catalogue([plugins], in: folder)
    catalogue.places.use(scratch: folder.url, readable: [])
    catalogue.refresh()
    let spec = try #require(catalogue.registry["shout"], "\(catalogue.listings)")
    let outputs = try await spec.run(
      with: ["marks": .integer(3)], in: ["text": .text("hello")], services: try TestStageServices())
    #expect(outputs == ["text": .text("HELLO!!!")])
  }

  @Test("carries every description of a stage of the host there and back")
  func descriptions() throws {
    for spec in BuiltInStages.all {
      let form = StageDescription(spec)
      let line = try WireCoder.encode(form)
      let checked = try DescriptionChecker.check(
        try WireCoder.decode(StageDescription.self, from: line))
      #expect(checked.info == spec.info)
      #expect(checked.options == spec.options, "\(spec.info.name)")
      #expect(checked.inputs == spec.inputs)
      #expect(checked.outputs == spec.outputs)
    }
  }

  @Test(
    "says what is wrong with a message",
    arguments: [
      (#"{"jsonrpc": "1.0", "id": 1}"#, #"`jsonrpc` is "2.0", found "1.0""#),
      (#"{"jsonrpc": "2.0"}"#, "it has neither `method` nor `id`"),
      (#"{"id": 1}"#, "`jsonrpc` is missing"),
      (#"{"jsonrpc": "2.0", "id": "seven"}"#, "`id` is not an integer"),
      (#"{"jsonrpc": "2.0", "id": 1, "error": {"code": 1}}"#, "`error.message` is missing"),
    ])
  func wrong(_ line: String, _ message: String) {
    #expect(throws: ProtocolError(message)) { try WireCoder.header(of: Array(line.utf8)) }
  }

  @Test("takes what is no object for a stray line", arguments: ["hello", "", "[1]", "{ no", "42"])
  func stray(_ line: String) throws {
    #expect(try WireCoder.header(of: Array(line.utf8)) == nil)
  }

  @Test("cuts a stream into lines, wherever it is cut", arguments: [1, 2, 3, 7, 100])
  func framing(_ size: Int) {
    var framer = LineFramer(limit: 8)
    var lines: [LineFramer.Line] = []
    let bytes = Array("a\n\n12345678\n123456789\nrest".utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { piece in
        framer.append(piece) { lines.append($0) }
      }
    }
    if let last = framer.finish() { lines.append(last) }
    #expect(
      lines == [
        .complete(Array("a".utf8)), .complete([]), .complete(Array("12345678".utf8)),
        .tooLong(byteCount: 9), .complete(Array("rest".utf8)),
      ])
  }
}
