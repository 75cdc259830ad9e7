import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Traces", .timeLimit(.minutes(2)))
struct TraceTests {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"
  private static let span = "b7ad6b7169203331"

  @Test(
    "a traceparent is read exactly as W3C says, and counts for nothing else",
    arguments: [
      ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", true),
      ("00-\(trace)-\(span)-ff", true), ("cc-\(trace)-\(span)-01", true),
      ("cc-\(trace)-\(span)-01-what-comes-later", true),
      ("00-\(trace)-\(span)-01-more", false), ("cc-\(trace)-\(span)-01more", false),
      ("ff-\(trace)-\(span)-01", false), ("00-\(trace.uppercased())-\(span)-01", false),
      ("00-\(String(repeating: "0", count: 32))-\(span)-01", false),
      ("00-\(trace)-0000000000000000-01", false), ("00-\(trace)-\(span)-1", false),
      ("00-\(trace)-\(span)-0g", false), ("00-\(trace)-\(span)", false), ("", false),
      (" 00-\(trace)-\(span)-01", false), ("00_\(trace)_\(span)_01", false),
      ("0é-\(trace)-\(span)-01", false), ("00-\(trace)\(span)--01", false),
    ])
  func traceparent(text: String, isGood: Bool) {
    let context = SpanContext(traceparent: text)
    #expect((context != nil) == isGood)
    guard let context else { return }
    #expect(context.trace == Self.trace && context.span == Self.span)
    #expect(context.isSampled == (text.dropFirst(53).first == "0" ? text.contains("-01") : true))
    #expect(context.child().trace == context.trace && context.child().span != context.span)
    #expect(SpanContext(traceparent: context.traceparent) == context)
  }

  // MARK: A collector

  private static func collect(
    _ body: @escaping @Sendable (ServingKit, TestServer) async throws -> Void,
    answer: @escaping @Sendable (Int) -> Int = { _ in 200 }
  ) async throws -> [JSON] {
    let count = Locked(0)
    let server = try TestServer { _, connection in
      let number = count.withLock { count in
        count += 1
        return count
      }
      connection.reply(answer(number), ["Content-Type: application/json"], "{}")
    }
    let kit = try ServingKit(exporter: { log in
      .overHTTP(
        SpanExporter.Settings(
          endpoint: server.url("/v1/traces"), headers: ["X-Collector-Key": "k"], pause: .zero),
        log: log)
    })
    let exporter = try #require(kit.api.tracer?.exporter)
    let export = Task { await exporter.run() }
    do {
      try await kit.working { try await body($0, server) }
    } catch {
      export.cancel()
      throw error
    }
    export.cancel()
    await export.value
    #expect(server.requests.allSatisfy { $0.target == "/v1/traces" && $0.method == "POST" })
    #expect(server.requests.allSatisfy { $0.headers["content-type"] == "application/json" })
    #expect(server.requests.allSatisfy { $0.headers["x-collector-key"] == "k" })
    #expect(exporter.waitingCount == 0)
    return try server.requests.flatMap { request in
      try OTLPCheck.spans(JSONDecoder().decode(JSON.self, from: request.body))
    }
  }

  @Test("a request, its run, the stages and their attempts are one trace, which the caller began")
  func run() async throws {
    let spans = try await Self.collect { kit, _ in
      let answer = try await kit.post(
        "/api/v1/runs", json: #"{"pipeline": "say", "inputs": {"text": "a secret"}}"#,
        ("traceparent", "00-\(Self.trace)-\(Self.span)-01"))
      guard case .string(let run)? = answer.json["run"] else { throw TestProblem(answer.text) }
      _ = try await kit.finish(run)
      let exporter = try #require(kit.api.tracer?.exporter)
      try await eventually("it happens") { exporter.counts.exported + exporter.waitingCount >= 4 }
    }
    let own = spans.filter { $0["traceId"] == .string(Self.trace) }
    func named(_ name: String) throws -> JSON {
      try #require(own.first { $0["name"] == .string(name) }, "\(own)")
    }
    let request = try named("POST /api/v1/runs")
    #expect(request["parentSpanId"] == .string(Self.span) && request["kind"] == 2)
    let run = try named("run say")
    #expect(run["parentSpanId"] == request["spanId"])
    let stage = try named("stage voice")
    #expect(stage["parentSpanId"] == run["spanId"])
    #expect(try named("attempt voice")["parentSpanId"] == stage["spanId"])
    // Following the run was a request of its own, in a trace of its own.
    #expect(spans.contains { $0["name"] == "GET /api/v1/runs/{run}/events" })
    let text = try JSONText.line(spans)
    #expect(!text.contains("a secret"))
  }

  @Test(
    "a caller that does not record is not recorded either, and its trace still stands in the log")
  func unsampled() async throws {
    let spans = try await Self.collect { kit, _ in
      _ = try await kit.get(
        "/ping", ("traceparent", "00-\(Self.trace)-\(Self.span)-00"))
      for await line in kit.log where line.contains("/ping") {
        #expect(line.contains(#""trace_id":"\#(Self.trace)""#))
        break
      }
    }
    #expect(spans.isEmpty)
  }

  @Test("a run goes on in its trace after its host was restarted")
  func restarted() async throws {
    let gate = "trace \(UUID().uuidString)"
    let sent = Locked<[[UInt8]]>([])
    func exporter(_ log: ServerLog) -> SpanExporter {
      SpanExporter(.init(endpoint: "", pause: .zero), log: log) { bytes in
        sent.withLock { $0.append(bytes) }
        return .taken
      }
    }
    let first = try ServingKit(exporter: exporter)
    let run = try await first.working { kit in
      let answer = try await kit.post(
        "/api/v1/runs", json: #"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#,
        ("traceparent", "00-\(Self.trace)-\(Self.span)-01"))
      guard case .string(let run)? = answer.json["run"] else { throw TestProblem(answer.text) }
      try await kit.until(.stageLog, in: run)
      return run
    }
    Gate.named(gate).open()
    let second = try ServingKit(after: first, exporter: exporter)
    try await second.working { kit in
      _ = try await kit.service.engine.recover()
      kit.service.continue([run])
      _ = try await kit.finish(run)
      let exporter = try #require(kit.api.tracer?.exporter)
      try await eventually("it happens") { exporter.waitingCount >= 3 }
      let export = Task { await exporter.run() }
      export.cancel()
      await export.value
    }
    let spans = try sent.withLock { $0 }.flatMap {
      try OTLPCheck.spans(JSONDecoder().decode(JSON.self, from: Data($0)))
    }
    let found = try #require(spans.first { $0["name"] == "run wait" })
    #expect(found["traceId"] == .string(Self.trace))
    let text = try JSONText.line(found)
    #expect(text.contains("run.interrupted") && text.contains("run.resumed"))
    #expect(spans.contains { $0["name"] == "attempt wait" || $0["name"] == "attempt stop" })
  }

  // MARK: Trouble

  private static func spans(_ count: Int) -> [Span] {
    (0..<count).map {
      Span(context: .new(recording: 1), name: "span \($0)", start: $0, end: $0 + 1)
    }
  }

  private static var log: ServerLog { ServerLog(level: .error, isJSON: true) { _ in } }

  @Test("a full queue drops what comes, and never waits")
  func full() async {
    let exporter = SpanExporter(.init(endpoint: "", capacity: 10), log: Self.log) { _ in .taken }
    exporter.add(Self.spans(8))
    exporter.add(Self.spans(8))
    #expect(exporter.waitingCount == 10 && exporter.counts.dropped == 6)
    let export = Task { await exporter.run() }
    export.cancel()
    await export.value
    #expect(exporter.counts == .init(exported: 10, dropped: 6, failedBatches: 0))
    exporter.add(Self.spans(1))
    #expect(exporter.counts.dropped == 7)
  }

  @Test(
    "a busy collector is asked again, and not for ever; one that refuses is not asked again",
    arguments: [(2, 3, 1, 0), (100, 4, 0, 1), (-1, 1, 0, 1)])
  func busy(failures: Int, asked: Int, exported: Int, failed: Int) async throws {
    let count = Locked(0)
    let exporter = SpanExporter(
      .init(endpoint: "", pause: .zero, tries: 4), log: Self.log, clock: JumpingClock()
    ) { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if failures < 0 { return .refused("no") }
      return number <= failures ? .busy(.seconds(30)) : .taken
    }
    exporter.add(Self.spans(1))
    let export = Task { await exporter.run() }
    try await eventually("it happens") { exporter.counts.exported + exporter.counts.dropped == 1 }
    export.cancel()
    await export.value
    #expect(count.withLock { $0 } == asked)
    #expect(
      exporter.counts == .init(exported: exported, dropped: 1 - exported, failedBatches: failed))
  }
}

/// Holds documents to `ExportTraceServiceRequest` as OTLP 1.x writes it in JSON.
enum OTLPCheck {
  static func spans(_ document: JSON) throws -> [JSON] {
    var spans: [JSON] = []
    for resource in try array(document["resourceSpans"]) {
      let attributes = try array(resource["resource"]?["attributes"])
      try attributes.forEach(attribute)
      #expect(attributes.contains { $0["key"] == "service.name" })
      for scope in try array(resource["scopeSpans"]) {
        #expect(scope["scope"]?["name"] == "videocraft")
        spans += try array(scope["spans"])
      }
    }
    for span in spans { try check(span) }
    return spans
  }

  private static func check(_ span: JSON) throws {
    let known: Set<String> = [
      "traceId", "spanId", "parentSpanId", "flags", "name", "kind", "startTimeUnixNano",
      "endTimeUnixNano", "attributes", "status", "events",
    ]
    guard case .object(let members) = span else { throw TestProblem("no span: \(span)") }
    #expect(Set(members.keys).isSubset(of: known))
    try hex(span["traceId"], 32)
    try hex(span["spanId"], 16)
    if let parent = span["parentSpanId"] { try hex(parent, 16) }
    guard case .int(let kind)? = span["kind"] else { throw TestProblem("no kind") }
    #expect((1...5).contains(kind))
    let (start, end) = (try number(span["startTimeUnixNano"]), try number(span["endTimeUnixNano"]))
    #expect(start > 1_700_000_000_000_000_000 && end >= start)
    try array(span["attributes"]).forEach(attribute)
    for event in members["events"] == nil ? [] : try array(span["events"]) {
      #expect(try number(event["timeUnixNano"]) >= start)
    }
    if case .object(let status)? = span["status"], let code = status["code"] { #expect(code == 2) }
  }

  private static func attribute(_ attribute: JSON) throws {
    guard case .string? = attribute["key"], case .object(let value)? = attribute["value"],
      value.count == 1, let (kind, content) = value.first.map({ ($0.key, $0.value) })
    else { throw TestProblem("no attribute: \(attribute)") }
    switch (kind, content) {
    case ("stringValue", .string), ("boolValue", .bool), ("doubleValue", .double),
      ("doubleValue", .int):
      break
    case ("intValue", .string(let text)): #expect(Int64(text) != nil)
    default: throw TestProblem("no attribute: \(attribute)")
    }
  }

  private static func array(_ value: JSON?) throws -> [JSON] {
    guard case .array(let values)? = value else { throw TestProblem("no list: \(value ?? .null)") }
    return values
  }

  private static func number(_ value: JSON?) throws -> Int {
    guard case .string(let text)? = value, let number = Int(text) else {
      throw TestProblem("64-bit numbers are texts: \(value ?? .null)")
    }
    return number
  }

  private static func hex(_ value: JSON?, _ count: Int) throws {
    guard case .string(let text)? = value, text.utf8.count == count,
      text.allSatisfy({ $0.isHexDigit && !$0.isUppercase }), text.contains(where: { $0 != "0" })
    else { throw TestProblem("no id: \(value ?? .null)") }
  }
}
