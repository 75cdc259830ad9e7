import HTTPServer
import Pipeline
import Threads

/// What a host counts while it serves.
final class HostMetrics: Sendable {
  fileprivate struct State: Sendable {
    var requests = MetricFamily(
      "videocraft_http_requests_total", .counter, "Requests that were answered.",
      labels: ["method", "route", "status"])
    var requestSeconds = MetricFamily(
      "videocraft_http_request_duration_seconds", .histogram,
      "Time until the head of the answer.", labels: ["method", "route"],
      bounds: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10])
    var traffic = MetricFamily(
      "videocraft_http_bytes_total", .counter,
      "Bytes of requests' bodies and of answers over the network.", labels: ["direction"])
    var failures = MetricFamily(
      "videocraft_http_unanswered_total", .counter,
      "Requests that were refused unread, ended early or took too long.", labels: ["outcome"])
    var ended = MetricFamily(
      "videocraft_runs_ended_total", .counter, "Runs that ended since the host began.",
      labels: ["state"])
    var stageSeconds = MetricFamily(
      "videocraft_stage_duration_seconds", .histogram,
      "Time that a stage of a run took with all its tasks, by what it uses.",
      labels: ["stage", "state"],
      bounds: [0.1, 0.5, 2, 10, 60, 300, 1800, 7200])
    var tasks = MetricFamily(
      "videocraft_cached_tasks_total", .counter, "Tasks that were answered from earlier results.")
    var frames = MetricFamily(
      "videocraft_frames_total", .counter, "Frames that stages reported as done.")
    var bytes = MetricFamily(
      "videocraft_stage_bytes_total", .counter, "Bytes that stages reported as done.")
    var removed = MetricFamily(
      "videocraft_removed_total", .counter, "What was removed because it was old or too much.",
      labels: ["kind"])
    var removedBytes = MetricFamily(
      "videocraft_removed_bytes_total", .counter, "Bytes that were freed by that.")
    var refused = MetricFamily(
      "videocraft_runs_refused_total", .counter, "Runs that were not accepted.", labels: ["reason"])
    /// What the stages of runs that are not over use, by their ids.
    var modules: [String: [String: String]] = [:]
    /// Frames of each task that were counted already.
    var framesSeen: [String: [String: Double]] = [:]
  }

  private let state = Locked(State())

  init() {
    // Counters that begin with nothing can be compared from the first failure on.
    state.withLock { state in
      for end in ["completed", "failed", "cancelled", "interrupted"] { state.ended.add(0, end) }
      for direction in ["in", "out"] { state.traffic.add(0, direction) }
      state.tasks.add(0)
      state.frames.add(0)
      state.bytes.add(0)
      state.removedBytes.add(0)
      for kind in ["run", "result", "file", "upload"] { state.removed.add(0, kind) }
    }
  }

  /// - Parameter route: the pattern and not the path, so that there are few of them.
  func answered(method: String, route: String, status: Int, in time: Duration) {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    let method = known.contains(method) ? method : "other"
    state.withLock { state in
      state.requests.add(1, method, route, String(status))
      state.requestSeconds.observe(time / .seconds(1), method, route)
    }
  }

  func ended(_ record: AccessRecord) {
    state.withLock { state in
      state.traffic.add(Double(record.receivedByteCount), "in")
      state.traffic.add(Double(record.sentByteCount), "out")
      if record.outcome != .completed { state.failures.add(1, record.outcome.rawValue) }
    }
  }

  /// A run is about to be worked on, or is not any more.
  ///
  /// - Parameter modules: what its stages use, by their ids; empty at the end.
  func begins(_ run: String, _ modules: [String: String]) {
    state.withLock { $0.modules[run] = modules.isEmpty ? nil : modules }
  }

  func refused(_ reason: String) { state.withLock { $0.refused.add(1, reason) } }

  func removed(_ report: CollectionReport, uploads: Int) {
    state.withLock { state in
      state.removed.add(Double(report.removedRuns.count), "run")
      state.removed.add(Double(report.removedResults), "result")
      state.removed.add(Double(report.removedFiles), "file")
      state.removed.add(Double(uploads), "upload")
      state.removedBytes.add(Double(report.freedBytes))
    }
  }

  func happened(_ event: RunEvent) {
    state.withLock { state in
      switch event.type {
      case .runCompleted: state.end(event.run, "completed")
      case .runFailed: state.end(event.run, "failed")
      case .runCancelled: state.end(event.run, "cancelled")
      case .runInterrupted: state.end(event.run, "interrupted")
      case .stageCompleted, .stageFailed:
        state.tasks.add(Double(event.cached ?? 0))
        guard let elapsed = event.elapsed else { return }
        // The modules are few; what clients call their stages is not.
        let stage = event.stage.flatMap { state.modules[event.run]?[$0] } ?? "other"
        state.stageSeconds.observe(
          Double(elapsed) / 1000, stage, event.type == .stageCompleted ? "completed" : "failed")
      case .stageProgress: state.count(event)
      default: break
      }
    }
  }

  /// All of them, with `more` that is measured now.
  func text(_ more: [MetricFamily]) -> String {
    let families = state.withLock {
      [
        $0.requests, $0.requestSeconds, $0.traffic, $0.failures, $0.ended, $0.stageSeconds,
        $0.tasks, $0.frames, $0.bytes, $0.removed, $0.removedBytes, $0.refused,
      ]
    }
    return (families + more).map(\.text).joined()
  }
}

extension HostMetrics.State {
  fileprivate mutating func end(_ run: String, _ state: String) {
    ended.add(1, state)
    framesSeen[run] = nil
  }

  fileprivate mutating func count(_ event: RunEvent) {
    guard event.unit == .frames || event.unit == .bytes, let done = event.done,
      let stage = event.stage
    else { return }
    let task = "\(stage)/\(event.item ?? -1)/\(event.attempt ?? 0)/\(event.phase ?? "")"
    let before = framesSeen[event.run]?[task] ?? 0
    guard done > before else { return }
    framesSeen[event.run, default: [:]][task] = done
    if event.unit == .frames { frames.add(done - before) } else { bytes.add(done - before) }
  }
}
