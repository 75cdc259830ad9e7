import Foundation
import HTTPClient
import Pipeline
import Threads

/// The host that works in a data folder, as a command sees it: spoken to over its socket.
struct LocalHost: Sendable {
  /// What there is to look at while it works.
  let archive: Archive
  private let client: HTTPClient

  private static let address = "http://localhost"
  private static let patience = HTTPLimits(total: .seconds(30))
  /// A run may be silent for as long as it likes.
  private static let endless = HTTPLimits(stall: .seconds(10 * 86_400), total: nil)

  /// The host of a folder. Nil when none listens there, as while `videocraft run` works alone in it.
  ///
  /// Throws when it is one of another version, whose words may mean something else.
  static func find(_ archive: Archive) async throws -> LocalHost? {
    let socket = LocalMessages.socket(in: archive.folder).path
    guard FileManager.default.fileExists(atPath: socket) else { return nil }
    let host = LocalHost(archive: archive, client: HTTPClient(socket: socket))
    guard let response = try await host.greeting() else { return nil }
    let greeting = try? JSONDecoder().decode(
      LocalMessages.Greeting.self, from: Data(response.body))
    guard let greeting, greeting.version == Videocraft.version else {
      let other = greeting.map { "version \($0.version)" } ?? "another version"
      let process = greeting.map { " (process \($0.process))" } ?? ""
      throw LookupError(
        """
        the host that works in `\(archive.folder.path)`\(process) is VideoCraft in \(other), and this is \
        version \(Videocraft.version); use that version's videocraft, or restart the host with this one
        """)
    }
    return host
  }

  /// Nil when nobody answers.
  private func greeting() async throws -> HTTPResponse? {
    let request = HTTPRequest(
      "GET", Self.address + LocalMessages.path, limits: HTTPLimits(total: .seconds(10)))
    do {
      return try await client.send(request)
    } catch {
      let isNobody = error.reason == .cannotConnect || error.reason == .connectionLost
      if isNobody { return nil }
      throw error
    }
  }

  /// Has the host do something, and hears of each event of the run once, in order.
  ///
  /// Cancelling the current task interrupts the run, which still is told to its end.
  func perform(
    _ order: LocalMessages.Order, onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> RunResult {
    let listener = LocalListener(onEvent: onEvent)
    let body = try JSONEncoder().encode(order)
    let request = HTTPRequest(
      "POST", "\(Self.address)\(LocalMessages.path)/runs",
      headers: [HTTPHeader("Content-Type", "application/json")], body: .bytes([UInt8](body)),
      limits: Self.endless)
    // Not cancelled with the current task: how the run ends is to be heard.
    let stream = Task { [client] in
      try await client.stream(request) { listener.take($0) }
    }
    do {
      let response = try await withTaskCancellationHandler {
        try await stream.value
      } onCancel: {
        // `onCancel` cannot wait; the stream's end, which is awaited, comes after this.
        Task { await release(listener.run, or: stream) }
      }
      guard response.isSuccess else { throw Self.error(in: response) }
    } catch let error as HTTPError {
      try Task.checkCancellation()
      throw LookupError(gone(listener.run) + ": \(error.message)")
    }
    guard let result = listener.result else { throw LookupError(gone(listener.run)) }
    return try result.get()
  }

  private func gone(_ run: String?) -> String {
    guard let run else { return "the host that works in `\(archive.folder.path)` went away" }
    return "the host that worked on run \(run) went away; `videocraft resume \(run)` continues it"
  }

  private func release(_ run: String?, or stream: Task<HTTPResponse, any Error>) async {
    guard let run else { return stream.cancel() }
    do {
      _ = try await client.send(
        HTTPRequest(
          "POST", "\(Self.address)\(LocalMessages.path)/runs/\(run)/release", limits: Self.patience)
      ).checked()
    } catch {
      stream.cancel()
    }
  }

  /// Ends a run for good.
  func cancel(_ run: String, _ mode: CancelMode) async throws {
    _ = try await post("/api/v1/runs/\(run)/cancel?mode=\(mode.rawValue)", [], Self.patience)
  }

  func collect(_ policy: CollectionPolicy, dryRun: Bool) async throws -> CollectionReport {
    let body = try JSONEncoder().encode(
      LocalMessages.Collection(policy: policy, isDryRun: dryRun))
    let answer = try await post("\(LocalMessages.path)/collect", [UInt8](body), Self.endless)
    return try JSONDecoder().decode(CollectionReport.self, from: Data(answer))
  }

  private func post(
    _ path: String, _ body: [UInt8], _ limits: HTTPLimits
  ) async throws -> [UInt8] {
    let response = try await client.send(
      HTTPRequest(
        "POST", Self.address + path, headers: [HTTPHeader("Content-Type", "application/json")],
        body: .bytes(body), limits: limits))
    guard response.isSuccess else { throw Self.error(in: response) }
    return response.body
  }

  private static func error(in response: HTTPResponse) -> LookupError {
    let body = try? JSONDecoder().decode(JSON.self, from: Data(response.body))
    guard case .string(let message)? = body?["error"] else {
      return LookupError("the host answered with \(response.status)")
    }
    return LookupError(message)
  }
}

/// Makes events of the bytes that a host sends, on the thread that receives them.
final class LocalListener: Sendable {
  private struct State: Sendable {
    var parser = EventStreamParser()
    var run: String?
    var result: Result<RunResult, StageError>?
  }

  private let state = Locked(State())
  private let onEvent: @Sendable (RunEvent) -> Void

  init(onEvent: @escaping @Sendable (RunEvent) -> Void) { self.onEvent = onEvent }

  var run: String? { state.withLock { $0.run } }
  var result: Result<RunResult, StageError>? { state.withLock { $0.result } }

  func take(_ bytes: [UInt8]) {
    for message in state.withLock({ $0.parser.take(bytes) }) { take(message) }
  }

  private func take(_ message: EventStreamParser.Message) {
    let data = Data(message.data.utf8)
    let decoder = JSONDecoder()
    switch message.name {
    case LocalMessages.Name.accepted: state.withLock { $0.run = message.data }
    case LocalMessages.Name.result:
      guard let result = try? decoder.decode(RunResult.self, from: data) else { return }
      state.withLock { $0.result = .success(result) }
    case LocalMessages.Name.failure:
      guard let error = try? decoder.decode(StageError.self, from: data) else { return }
      state.withLock { $0.result = .failure(error) }
    default:
      if let event = try? decoder.decode(RunEvent.self, from: data) { onEvent(event) }
    }
  }
}
