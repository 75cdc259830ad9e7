import Foundation
import HTTPTypes
import Pipeline

/// What a host does for the commands of those who own its data folder. Served over its socket only: whoever can
/// connect to that may do everything already, with files and processes.
///
/// A run lives as long as the command that waits for it, as it does without a host: when the command goes away, the
/// run is interrupted, and can be continued.
struct LocalControl: Contract {
  let service: RunService
  let registry: StageRegistry
  let collect: @Sendable (CollectionPolicy, _ dryRun: Bool) async throws -> CollectionReport

  private static let bodyLimit = 64 << 20

  var endpoints: [Endpoint] {
    [
      endpoint(.get, "", "greetCommand", "Who serves this data folder.") { _ in
        try NativeAPI.json(
          LocalMessages.Greeting(
            version: Videocraft.version, process: ProcessInfo.processInfo.processIdentifier))
      },
      endpoint(
        .post, "/runs", "performRun", "Begins, repeats or continues a run, and tells how it goes.",
        handler: perform),
      endpoint(
        .post, "/runs/{run}/release", "releaseRun", "Interrupts a run, which can be continued."
      ) { request in
        service.release(request[parameter: "run"])
        return Response(.noContent)
      },
      endpoint(.post, "/collect", "collect", "Makes room in the artifact store.") { request in
        let order = try await Self.body(LocalMessages.Collection.self, of: request)
        return try NativeAPI.json(try await collect(order.policy, order.isDryRun))
      },
    ]
  }

  private func endpoint(
    _ method: HTTPTypes.Method, _ path: String, _ operation: String, _ summary: String,
    handler: @escaping Endpoint.Handler
  ) -> Endpoint {
    Endpoint(
      method: method, path: RoutePattern(stringLiteral: LocalMessages.path + path),
      operation: operation, summary: summary, tag: "local", scope: .admin,
      pathSummaries: path.contains("{run}") ? ["run": "The run's id."] : [:],
      answers: [Endpoint.Answer(status: .ok, summary: "What a command wants to know.")],
      options: Router.RouteOptions(bodyLimit: Self.bodyLimit, timeLimit: .unlimited),
      handler: handler)
  }

  private static func body<Body: Decodable>(
    _ type: Body.Type, of request: APIRequest
  ) async throws -> Body {
    let bytes = try await request.request.body.collect(upTo: bodyLimit)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw APIError.invalid("the command and the host do not understand each other: \(error)")
    }
  }

  // MARK: Runs

  private func perform(_ request: APIRequest) async throws -> Response {
    let order = try await Self.body(LocalMessages.Order.self, of: request)
    let end = RunEnd()
    let (run, seq) = try await begin(order, end)
    if Task.isCancelled { service.release(run) }
    return .events { [service] writer in
      do {
        try await writer.send(ServerSentEvent(run, name: LocalMessages.Name.accepted))
        try await Self.tell(run, after: seq, end, service, to: writer)
      } catch {
        service.release(run)
        throw error
      }
    }
  }

  /// Returns the run's id and the number of the last event that the command knows.
  private func begin(
    _ order: LocalMessages.Order, _ end: RunEnd
  ) async throws -> (run: String, seq: Int) {
    do {
      switch order {
      case .begin(let record):
        var request = try RunRequest(record, registry: registry)
        request.id = record.id
        return (try await service.submit(request, end: end).id, 0)
      case .retry(let run, let stage, let folder):
        var request = try await service.engine.retryRequest(run, from: stage, registry: registry)
        request.outputFolder = folder
        return (try await service.submit(request, end: end).id, 0)
      case .resume(let run):
        guard let status = try await service.journal.run(run) else {
          throw APIError.notFound("run `\(run)`")
        }
        guard try service.resume(run, end: end) else {
          throw APIError(.conflict, .conflict, "run `\(run)` is being worked on already")
        }
        return (run, status.lastSeq)
      }
    } catch let refusal as RunService.Refusal {
      throw APIError(refusal)
    } catch let error as StageError {
      throw APIError(error)
    }
  }

  /// Every event, and then how it ended.
  private static func tell(
    _ run: String, after seq: Int, _ end: RunEnd, _ service: RunService, to writer: EventWriter
  ) async throws {
    let outcome = try await withThrowingTaskGroup(of: Result<RunResult, StageError>?.self) {
      group in
      group.addTask {
        try await service.hub.follow(run, after: seq) { follower in
          while let frames = try await follower.next() {
            try await writer.send(encoded: frames.flatMap(\.serverSentEvent))
            if frames.contains(where: \.endsWork) { break }
          }
        }
        return nil
      }
      group.addTask {
        do { return .success(try await end.result()) } catch let error as StageError {
          return .failure(error)
        }
      }
      var outcome: Result<RunResult, StageError>?
      while let finished = try await group.next() {
        guard let finished else { continue }
        outcome = finished
        // A run that could not be written down has no event that ends it.
        if case .failure = finished { group.cancelAll() }
      }
      return outcome
    }
    switch outcome {
    case .success(let result):
      try await writer.send(
        ServerSentEvent(try line(result), name: LocalMessages.Name.result))
    case .failure(let error):
      try await writer.send(
        ServerSentEvent(try line(error), name: LocalMessages.Name.failure))
    case nil: throw CancellationError()
    }
  }

  private static func line(_ value: some Encodable) throws -> String {
    String(try JSONText.line(value).dropLast())
  }
}

extension APIError {
  init(_ refusal: RunService.Refusal) {
    switch refusal {
    case .draining:
      self = APIError(
        .serviceUnavailable, .unavailable, "the host is about to stop; try again soon"
      ).retrying(after: 10)
    case .queueIsFull(let waiting):
      self = APIError(
        .tooManyRequests, .queueIsFull, "the queue is full: \(waiting) runs wait or are under way"
      ).retrying(after: 15)
    case .noRoom(let needed, let left):
      self = APIError(
        .serviceUnavailable, .unavailable,
        "the run is estimated to need \(Amount.bytes(needed)) of the disk, and \(Amount.bytes(left)) are left "
          + "beside what other runs need; try again when some of them have ended"
      ).retrying(after: 60)
    case .tooLarge(let needed, let left):
      self = APIError(
        .insufficientStorage, .noRoom,
        "the run is estimated to need \(Amount.bytes(needed)) of the disk, and \(Amount.bytes(left)) are left; "
          + "the operator can make room with `videocraft gc`"
      ).retrying(after: 600)
    }
  }
}
