import HTTPTypes
import Pipeline

/// How the host is, for those who run it. Open to everybody: nothing in it is about anybody's runs.
extension NativeAPI {
  /// This is also its form in JSON.
  private struct HealthAnswer: Encodable {
    var status: String
    var version: String
    /// Seconds.
    var uptime: Int
    var checks: [HostHealth.Check]?
    var runs: [String: Int]?
    var disk: [String: Int]?
  }

  var operationEndpoints: [Endpoint] {
    [
      operation("/health", "getHealth", "Whether the host works, as just tried.", handler: healthy),
      operation(
        "/health/detailed", "getHealthInDetail", "The same with everything that was tried.",
        handler: detailed),
      operation(
        "/ready", "getReadiness", "200 when new runs are accepted, else 503.", handler: ready),
      operation("/live", "getLiveness", "200 as long as requests are answered.") { _ in
        try Self.json(["status": "alive"])
      },
      operation("/ping", "ping", "Answers `pong`.", type: "text/plain") { _ in .text("pong\n") },
      operation(
        "/metrics", "getMetrics", "Numbers for Prometheus.", type: "text/plain", handler: numbers),
    ]
  }

  private func operation(
    _ path: RoutePattern, _ name: String, _ summary: String, type: String = "application/json",
    handler: @escaping Endpoint.Handler
  ) -> Endpoint {
    let schema: JSON = type == "text/plain" ? ["type": "string"] : ["type": "object"]
    return Endpoint(
      method: .get, path: path, operation: name, summary: summary, tag: "operation", scope: nil,
      answers: [Endpoint.Answer(status: .ok, summary: summary, content: [type: schema])],
      handler: handler)
  }

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

  private func detailed(_ request: APIRequest) async throws -> Response {
    let report = await health.look()
    let queue = service.engine.environment.queue?.snapshot()
    let answer = HealthAnswer(
      status: status(report), version: Videocraft.version, uptime: uptime, checks: report.checks,
      runs: [
        "active": queue?.active.count ?? 0, "waiting": queue?.waiting.count ?? 0,
        "followers": service.hub.followerCount,
      ],
      disk: [
        "freeByteCount": report.freeByteCount, "artifactByteCount": report.artifactByteCount,
      ])
    return try Self.json(answer, status: report.isHealthy ? .ok : .serviceUnavailable)
  }

  private func ready(_ request: APIRequest) async throws -> Response {
    let report = await health.look()
    let isReady = report.isHealthy && !service.isDraining
    return try Self.json(
      ["status": isReady ? "ready" : status(report)],
      status: isReady ? .ok : .serviceUnavailable)
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
    return .text(metrics.text(measured + providerMetrics), type)
  }
}
