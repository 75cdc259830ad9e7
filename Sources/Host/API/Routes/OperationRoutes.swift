import HTTPTypes
import Pipeline

/// How the host is, for those who run it. Open to everybody: nothing in it is about anybody's runs.
extension NativeAPI {
  /// This is also its form in JSON.
  private struct HealthAnswer: Encodable {
    var status: String
    /// RFC 3339.
    var timestamp = Timestamp.text(.now)
    var version: String
    /// Seconds.
    var uptime: Int
    var checks: [HostHealth.Check]?
    var runs: [String: Int]?
    var disk: [String: Int]?
    /// `healthy`, or `unhealthy: ` and why.
    var services: [String: String]?
    var system: JSON?
    /// By state.
    var jobs: JSON?
  }

  var operationEndpoints: [Endpoint] { operationEndpoints(below: "", scope: nil) }

  /// - Parameter prefix: of the paths; with one, the operations' names end in `V1`.
  func operationEndpoints(below prefix: String, scope: Scope?) -> [Endpoint] {
    let operations:
      [(path: String, name: String, summary: String, type: String, handler: Endpoint.Handler)] = [
        ("/health", "getHealth", "Whether the host works, as just tried.", Self.jsonType, healthy),
        (
          "/health/detailed", "getHealthInDetail", "The same with everything that was tried.",
          Self.jsonType, detailed
        ),
        (
          "/ready", "getReadiness", "200 when new runs are accepted, else 503.", Self.jsonType,
          ready
        ),
        (
          "/live", "getLiveness", "200 as long as requests are answered.", Self.jsonType,
          { _ in try Self.json(["status": "alive"]) }
        ),
        ("/ping", "ping", "Answers `pong`.", Self.textType, { _ in .text("pong\n") }),
        ("/metrics", "getMetrics", "Numbers for Prometheus.", Self.textType, numbers),
      ]
    return operations.map { path, name, summary, type, handler in
      let schema: JSON = type == Self.textType ? ["type": "string"] : ["type": "object"]
      return Endpoint(
        method: .get, path: RoutePattern(stringLiteral: prefix + path),
        operation: prefix.isEmpty ? name : name + "V1", summary: summary, tag: "operation",
        scope: scope,
        answers: [Endpoint.Answer(status: .ok, summary: summary, content: [type: schema])],
        handler: handler)
    }
  }

  private static let jsonType = "application/json"
  private static let textType = "text/plain"

  private func status(_ report: HostHealth.Report) -> String {
    service.isDraining ? "draining" : report.isHealthy ? "healthy" : "degraded"
  }

  private var uptime: Int { Int((ContinuousClock.now - startedAt) / .seconds(1)) }

  private func healthy(_ request: APIRequest) async throws -> Response {
    let report = await health.look()
    let answer = HealthAnswer(
      status: status(report), version: Videocraft.version, uptime: uptime)
    return try Self.json(answer, status: report.isHealthy ? .ok : .serviceUnavailable)
  }

  /// 200 also when something is wrong: who asks wants to read what.
  private func detailed(_ request: APIRequest) async throws -> Response {
    let report = await health.look()
    let queue = service.engine.environment.queue?.snapshot()
    let services = Self.services(report)
    let areHealthy = services.values.allSatisfy { $0 == "healthy" }
    let jobs = try await JobHead.all(of: journal.heads(ofPipeline: VideocraftFilm.pipeline))
    let answer = HealthAnswer(
      status: areHealthy || service.isDraining ? status(report) : "degraded",
      version: Videocraft.version, uptime: uptime, checks: report.checks,
      runs: [
        "active": queue?.active.count ?? 0, "waiting": queue?.waiting.count ?? 0,
        "followers": service.hub.followerCount,
      ],
      disk: [
        "freeByteCount": report.freeByteCount, "artifactByteCount": report.artifactByteCount,
      ], services: services, system: MachineFigures.json, jobs: JobStatistics(jobs).json)
    return try Self.json(answer)
  }

  /// What was tried, by the names that clients of the videos know.
  private static func services(_ report: HostHealth.Report) -> [String: String] {
    let names = [
      "encoder": "ffmpeg", "transcriber": "transcription", "journal": "storage", "disk": "storage",
    ]
    return Dictionary(grouping: report.checks) { names[$0.name] ?? $0.name }.mapValues { checks in
      let problems = checks.filter { !$0.isHealthy }.map(\.message)
      return problems.isEmpty ? "healthy" : "unhealthy: \(problems.joined(separator: ", "))"
    }
  }

  private func ready(_ request: APIRequest) async throws -> Response {
    let report = await health.look()
    let isReady = report.isHealthy && !service.isDraining
    return try Self.json(
      ["status": isReady ? "ready" : status(report)],
      status: isReady ? .ok : .serviceUnavailable)
  }

  private func checks(_ report: HostHealth.Report) -> [MetricFamily] {
    var healthy = MetricFamily(
      "videocraft_check_healthy", .gauge, "Whether a part of the host works, as just tried.",
      labels: ["check"])
    var seconds = MetricFamily(
      "videocraft_check_duration_seconds", .gauge, "How long it took to find that out.",
      labels: ["check"])
    for check in report.checks {
      healthy.set(check.isHealthy ? 1 : 0, check.name)
      seconds.set(Double(check.elapsed) / 1000, check.name)
    }
    return [healthy, seconds]
  }

  private func numbers(_ request: APIRequest) async throws -> Response {
    let report = await health.look()
    let queue = service.engine.environment.queue?.snapshot()
    func gauge(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
      var family = MetricFamily(name, .gauge, help)
      family.set(Double(value))
      return family
    }
    let measured = [
      gauge("videocraft_runs_active", "Runs that are under way.", queue?.active.count ?? 0),
      gauge("videocraft_runs_waiting", "Runs that wait for their turn.", queue?.waiting.count ?? 0),
      gauge(
        "videocraft_event_followers", "Clients that follow runs.", service.hub.followerCount),
      gauge(
        "videocraft_artifacts_bytes", "Size of the artifact store.", report.artifactByteCount),
      gauge("videocraft_disk_free_bytes", "Room that is left.", report.freeByteCount),
      gauge("videocraft_healthy", "Whether all checks passed.", report.isHealthy ? 1 : 0),
      gauge("videocraft_uptime_seconds", "Time since the host began.", uptime),
    ]
    let type = MediaType("text/plain; version=0.0.4; charset=utf-8") ?? .plainText
    return .text(metrics.text(measured + checks(report) + gauges() + providerMetrics), type)
  }
}
