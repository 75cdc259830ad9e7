import Foundation
import HTTPTypes
import Pipeline
import SpeechProviders

/// How the services for speech have been since the host began.
extension NativeAPI {
  private var providerReports: [ProviderReport] {
    service.engine.environment.facilities[ProviderDesk.self]?.reports ?? []
  }

  var providerEndpoints: [Endpoint] {
    [
      Endpoint(
        method: .get, path: "/api/v1/providers", operation: "listProviders",
        summary:
          "The services for speech: whether they are used, how often they fail, how long they take.",
        tag: "operation", scope: .readRuns,
        answers: [
          Endpoint.Answer(
            status: .ok, summary: "In the order of the configuration.",
            content: ["application/json": Schemas.list(Self.providerSchema)])
        ]
      ) { _ in try Self.json(providerReports.map(ProviderAnswer.init)) }
    ]
  }

  /// This is also its form in JSON.
  private struct ProviderAnswer: Encodable {
    struct Failure: Encodable {
      var kind: String
      var message: String
      /// Milliseconds since 1970.
      var at: Int
    }

    var name: String
    var kind: String
    var task: String
    var state: String
    var triedAgainIn: Int?
    var successes: Int
    var failures: [String: Int]
    var reused: Int
    var successRate: Double?
    var medianLatency: Int?
    var highLatency: Int?
    var inFlight: Int
    var lastFailure: Failure?
    var lastSuccessAt: Int?

    init(_ report: ProviderReport) {
      name = report.name
      kind = report.kind.rawValue
      task = report.task.rawValue
      state = report.state.rawValue
      triedAgainIn = report.opensAgainIn
      successes = report.successes
      failures = report.failures
      reused = report.reused
      successRate = report.successRate
      medianLatency = report.medianLatency
      highLatency = report.highLatency
      inFlight = report.inFlight
      lastFailure = report.lastFailure.map {
        Failure(
          kind: $0.kind.rawValue, message: $0.message,
          at: Int($0.at.timeIntervalSince1970 * 1000))
      }
      lastSuccessAt = report.lastSuccess.map { Int($0.timeIntervalSince1970 * 1000) }
    }
  }

  private static let providerSchema: JSON = Schemas.object(
    [
      "name": Schemas.text("What pipelines call it."),
      "kind": Schemas.choice(ProviderKind.allCases.map(\.rawValue), "Whose API it speaks."),
      "task": Schemas.choice(["speaking", "listening"], "What it does."),
      "state": Schemas.choice(
        CircuitBreaker.State.allCases.map(\.rawValue),
        "open: it is left alone; half-open: it is being tried again."),
      "triedAgainIn": Schemas.integer("Milliseconds; only while it is open."),
      "successes": Schemas.integer("Answers that were good."),
      "failures": ["type": "object", "description": "How many of each kind."],
      "reused": Schemas.integer("Answers that were in the store already."),
      "successRate": ["type": "number", "description": "Of the last 100 calls, 0 to 1."],
      "medianLatency": Schemas.integer("Milliseconds, of the last 100 good answers."),
      "highLatency": Schemas.integer("Milliseconds that 95 of 100 good answers took at most."),
      "inFlight": Schemas.integer("Calls under way."),
      "lastFailure": ["type": "object", "description": "Its kind, message and time."],
      "lastSuccessAt": Schemas.integer("Milliseconds since 1970."),
    ],
    required: [
      "name", "kind", "task", "state", "successes", "failures", "reused", "inFlight",
    ])

  /// The same as numbers for Prometheus; empty without providers.
  var providerMetrics: [MetricFamily] {
    let reports = providerReports
    guard !reports.isEmpty else { return [] }
    var state = MetricFamily(
      "videocraft_provider_state", .gauge, "1 for the state of a provider's circuit breaker.",
      labels: ["provider", "state"])
    var calls = MetricFamily(
      "videocraft_provider_calls_total", .counter, "Calls of a provider by how they ended.",
      labels: ["provider", "outcome"])
    var reused = MetricFamily(
      "videocraft_provider_reused_total", .counter, "Answers that were in the store already.",
      labels: ["provider"])
    var seconds = MetricFamily(
      "videocraft_provider_seconds_total", .counter, "Time that good answers took together.",
      labels: ["provider"])
    for report in reports {
      for known in CircuitBreaker.State.allCases {
        state.set(known == report.state ? 1 : 0, report.name, known.rawValue)
      }
      calls.add(Double(report.successes), report.name, "success")
      for (kind, count) in report.failures { calls.add(Double(count), report.name, kind) }
      reused.add(Double(report.reused), report.name)
      seconds.add(report.secondsSpent, report.name)
    }
    return [state, calls, reused, seconds]
  }
}
