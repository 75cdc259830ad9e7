import Foundation
import HTTPClient
import Pipeline
import Threads

/// Carries spans to a collector in batches. Never holds up what made them: what does not fit in the queue, or is not
/// taken after some tries, is dropped and counted.
final class SpanExporter: Sendable {
  struct Settings: Sendable {
    /// Where OTLP over HTTP is taken, with its path.
    var endpoint: String
    /// Sent along, such as a collector's key; never logged.
    var headers: [String: String] = [:]
    var capacity = 4096
    var batch = 512
    /// How long a span waits for others at most.
    var pause = Duration.seconds(2)
    var tries = 4
  }

  /// What a collector said to a batch.
  enum Reply: Sendable, Hashable {
    case taken
    /// It may take it later; after so long, if it said.
    case busy(Duration?)
    case refused(String)
  }

  struct Counts: Sendable, Hashable {
    var exported = 0
    var dropped = 0
    var failedBatches = 0
  }

  private struct State: Sendable {
    var queue: [Span] = []
    var counts = Counts()
    var isClosed = false
    var waiter: CheckedContinuation<Void, Never>?

    mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
      defer { waiter = nil }
      return waiter
    }
  }

  private let settings: Settings
  private let resource: [String: Span.Attribute]
  private let log: ServerLog
  private let clock: any Clock<Duration>
  private let send: @Sendable ([UInt8]) async -> Reply
  private let state = Locked(State())

  /// - Parameter send: carries a document to the collector.
  init(
    _ settings: Settings, log: ServerLog, clock: any Clock<Duration> = ContinuousClock(),
    send: @escaping @Sendable ([UInt8]) async -> Reply
  ) {
    self.settings = settings
    self.log = log
    self.clock = clock
    self.send = send
    resource = [
      "service.name": .text("videocraft"), "service.version": .text(Videocraft.version),
      "host.name": .text(ProcessInfo.processInfo.hostName),
      "process.pid": .integer(Int(ProcessInfo.processInfo.processIdentifier)),
    ]
  }

  var counts: Counts { state.withLock { $0.counts } }
  var waitingCount: Int { state.withLock { $0.queue.count } }

  /// Never waits.
  func add(_ spans: [Span]) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      let room = state.isClosed ? 0 : max(0, settings.capacity - state.queue.count)
      state.queue += spans.prefix(room)
      state.counts.dropped += max(0, spans.count - room)
      return state.takeWaiter()
    }
    waiter?.resume()
  }

  /// Exports until cancelled, and then once more what is there, without trying again.
  func run() async {
    while !Task.isCancelled {
      await waitForSpans()
      if state.withLock({ $0.queue.count < settings.batch }) {
        try? await clock.sleep(for: settings.pause)
      }
      await exportBatch(tries: Task.isCancelled ? 1 : settings.tries)
    }
    while waitingCount > 0 { await exportBatch(tries: 1) }
    state.withLock { $0.isClosed = true }
  }

  private func waitForSpans() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if !state.queue.isEmpty || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.takeWaiter() }?.resume()
    }
  }

  private func exportBatch(tries: Int) async {
    let batch = state.withLock { state in
      defer { state.queue.removeFirst(min(settings.batch, state.queue.count)) }
      return Array(state.queue.prefix(settings.batch))
    }
    guard !batch.isEmpty else { return }
    var problem = "the collector is busy or cannot be reached"
    // What is on its way when the host stops is still carried.
    let document = Result { try OTLPDocument.encode(batch, resource: resource) }
    if case .success(let bytes) = document {
      for attempt in 1...max(1, tries) {
        switch await Task(operation: { [send] in await send(bytes) }).value {
        case .taken:
          state.withLock { $0.counts.exported += batch.count }
          return
        case .refused(let reason):
          problem = reason
          return drop(batch.count, problem)
        case .busy(let wait):
          guard attempt < tries, !Task.isCancelled else { break }
          let usual = Duration.seconds(1 << min(attempt, 5))
          try? await clock.sleep(for: min(wait ?? usual, .seconds(60)))
        }
      }
    }
    drop(batch.count, problem)
  }

  private func drop(_ count: Int, _ problem: String) {
    state.withLock { state in
      state.counts.dropped += count
      state.counts.failedBatches += 1
    }
    log.write(.warn, "spans dropped", ["spans": .int(count), "problem": .string(problem)])
  }
}

extension SpanExporter {
  /// One that speaks to a collector over the network. The address is the operator's: it may be a private one.
  static func overHTTP(_ settings: Settings, log: ServerLog) -> SpanExporter {
    let everywhere = ["0.0.0.0/0", "::/0"].compactMap { IPNetwork($0) }
    let client = HTTPClient(rules: OutboundRules(networks: everywhere), connections: 2)
    let headers =
      [HTTPHeader("Content-Type", "application/json")]
      + settings.headers.sorted { $0.key < $1.key }.map { HTTPHeader($0.key, $0.value) }
    return SpanExporter(settings, log: log) { bytes in
      let request = HTTPRequest(
        "POST", settings.endpoint, headers: headers, body: .bytes(bytes),
        limits: HTTPLimits(
          connect: .seconds(5), total: .seconds(10), maximumBytes: 64 << 10, redirects: 0))
      do {
        let response = try await client.send(request)
        if response.isSuccess { return .taken }
        return [429, 502, 503, 504].contains(response.status)
          ? .busy(response.retryAfter) : .refused("the collector answered \(response.status)")
      } catch let error as HTTPError where error.isTransient {
        return .busy(nil)
      } catch {
        return .refused("\(error)")
      }
    }
  }
}
