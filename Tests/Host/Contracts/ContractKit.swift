import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Threads

@testable import videocraft

/// The contract over a small pipeline: `{"text": "…", "gate": "…"}`, or several in a list. A gate that is not named is
/// open.
enum ContractKit {
  static let movie = """
    version: 1
    name: movie
    inputs:
      text: { type: text }
      gate: { type: text }
    stages:
      shoot:
        uses: shoot
        description: Shooting
        with: { text: "${{ inputs.text }}", gate: "${{ inputs.gate }}" }
      cut:
        uses: cut
        in: { take: shoot.take }
        with: { text: "${{ inputs.text }}", gate: "${{ inputs.gate }}" }
    outputs: { video: cut.film }
    """

  static let openGate = "always open"

  static func make(
    after earlier: ServingKit? = nil, limit: Int = 200,
    keys: ((KeyFile) throws -> KeyRing)? = nil, limiter: RateLimiter? = nil,
    origins: Set<String> = [], allowsCredentials: Bool = false,
    rule: CSRFMiddleware.Rule? = .browsers, tokens: CSRFTokens = CSRFTokens(secret: "a secret"),
    collect: @escaping @Sendable () async -> Void = {}
  ) throws -> ServingKit {
    Gate.named(openGate).open()
    Gate.named("\(openGate) again").open()
    var kit = try ServingKit(after: earlier, limit: limit)
    try kit.folder.write(movie, to: "pipelines/movie.yaml")
    kit.api.probes = HostProbes(encoder: { nil }, transcriber: { "there is no model" })
    let contract = VideocraftContract(
      api: kit.api, pipeline: "movie", tokens: tokens, bodySchema: ["type": "object"],
      read: reading(kit.api), collect: collect)
    let log = kit.api.log
    kit.application = kit.api.application(
      beside: [contract], keys: try keys?(KeyFile(dataFolder: kit.folder.url)), limiter: limiter,
      allowedOrigins: origins, allowsCredentials: allowsCredentials,
      csrf: rule.map { CSRFMiddleware(tokens: tokens, rule: $0, log: log) })
    return kit
  }

  private static func reading(_ api: NativeAPI) -> VideocraftContract.Reading {
    { body, _ in
      let json = try JSONDecoder().decode(JSON.self, from: Data(body.text.utf8))
      let projects = if case .array(let items) = json { items } else { [json] }
      var problems: [DiagnosticReport] = []
      var runs: [RunRequest] = []
      guard let movie = api.pipelines.entry(named: "movie")?.pipeline else {
        throw APIError.notFound("pipeline")
      }
      for (index, project) in projects.enumerated() {
        guard case .string(let text)? = project["text"] else {
          problems.append(
            DiagnosticReport(
              Diagnostic("missing-field", "`text` is missing", at: nil), path: "[\(index)].text"))
          continue
        }
        var gate = openGate
        if case .string(let name)? = project["gate"] { gate = name }
        runs.append(
          RunRequest(
            graph: movie.graph, source: movie.source,
            inputs: ["text": .text(text), "gate": .text(gate)],
            inputFolder: api.maker.clientFolder))
      }
      guard problems.isEmpty, !runs.isEmpty else {
        throw APIError.invalid("Validation failed", problems)
      }
      return runs
    }
  }
}

extension ServingKit {
  /// Asks for videos; the answer's members.
  func create(_ json: String, _ headers: (FieldName, String)...) async throws -> Created {
    let answer = try await ask(
      .post, "/api/v1/videos", [(.contentType, "application/json")] + headers,
      body: Array(json.utf8))
    guard answer.status == 202, case .string(let job)? = answer.json["job_id"],
      case .string(let video)? = answer.json["video_id"]
    else { throw TestProblem("\(answer.status) \(answer.text)") }
    return Created(job: job, video: video, answer: answer)
  }

  /// Waits until a job is over; what is told of it then.
  func ended(_ job: String) async throws -> JSON {
    var told = JSON.null
    try await eventually("the end of job \(job)") {
      told = try await get("/api/v1/jobs/\(job)/status").json
      guard case .string(let status)? = told["status"] else { throw TestProblem("\(told)") }
      return JobState(rawValue: status)?.isOver == true
    }
    return told
  }

  /// Waits until a stage of a video's says that it is at its gate.
  func atGate(_ video: String, _ stage: String) async throws {
    try await service.hub.follow(video, after: 0) { follower in
      while let frames = try await follower.next() {
        let isThere = frames.contains {
          $0.json.contains("\"stage.log\"") && $0.json.contains("\"stage\":\"\(stage)\"")
        }
        if isThere { return }
      }
    }
  }
}

struct Created: Sendable {
  var job: String
  var video: String
  var answer: Answer
}
