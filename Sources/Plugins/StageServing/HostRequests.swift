import Pipeline
import StageProtocol
import Threads

/// What this process has asked the host and was not answered yet.
final class HostRequests: Sendable {
  private struct State: Sendable {
    var nextID = 1
    var waiting: [MessageID: CheckedContinuation<Result<[UInt8], StageError>, Never>] = [:]
    var isOver = false
  }

  private let pipes: HostPipes
  private let state = Locked(State())

  init(pipes: HostPipes) { self.pipes = pipes }

  /// Throws what the host answered, or `cancelled` when it let go.
  func ask<Params: Codable & Sendable, Answer: Codable & Sendable>(
    _ method: Wire.Method, _ params: Params, for type: Answer.Type
  ) async throws -> Answer {
    let result = await withCheckedContinuation { continuation in
      let id = state.withLock { state -> MessageID? in
        guard !state.isOver else { return nil }
        defer { state.nextID += 1 }
        state.waiting[state.nextID] = continuation
        return state.nextID
      }
      guard let id else {
        continuation.resume(returning: .failure(StageError(.cancelled, "the host has let go")))
        return
      }
      do {
        try pipes.send(RequestMessage(method, id: id, params))
      } catch {
        settle(id, .failure(StageError(.internal, "a request could not be sent: \(error)")))
      }
    }
    let line = try result.get()
    return try WireCoder.decode(AnswerMessage<Answer>.self, from: line).result
  }

  func answered(_ id: MessageID, _ line: [UInt8], _ error: AnsweredError?) {
    settle(id, error.map { .failure($0.stageError) } ?? .success(line))
  }

  private func settle(_ id: MessageID, _ result: Result<[UInt8], StageError>) {
    state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: result)
  }

  /// Nobody will answer any more.
  func end() {
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.waiting = [:] }
      return state.waiting.values.map(\.self)
    }
    for continuation in waiting {
      continuation.resume(returning: .failure(StageError(.cancelled, "the host has let go")))
    }
  }
}
