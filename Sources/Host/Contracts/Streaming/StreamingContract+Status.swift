import HTTPTypes
import Pipeline

/// Following videos.
extension StreamingContract {
  func follow(_ request: APIRequest) async throws -> Response {
    let (id, run) = try await videos.run(of: request[parameter: "video"])
    let status = try await videos.status(id, run)
    do {
      return try .webSocket(for: request.request) { channel in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await tell(channel, id, run, status) }
          // Notices that the client went away; what it says means nothing here.
          group.addTask { while try await channel.receive() != nil {} }
          try await group.next()
          group.cancelAll()
        }
      }
    } catch {
      var refusal = APIError(
        .badRequest, .badRequest, "this is no WebSocket upgrade: \(error.message)")
      refusal.headers = error.headers
      throw refusal
    }
  }

  private func tell(
    _ channel: any WebSocketChannel, _ id: VideoID, _ run: RunStatus, _ first: VideoStatus
  ) async throws {
    try await channel.send(try first.text)
    if first.isTerminal { return }
    var told = first.state
    try await api.service.hub.follow(run.record.id, after: run.lastSeq) { follower in
      while let frames = try await follower.next() {
        for frame in frames where frame.type.changesVideo {
          guard let now = try await api.journal.run(run.record.id) else { return }
          let status = try await videos.status(id, now)
          if status.state != told { try await channel.send(try status.text) }
          told = status.state
          if status.isTerminal { return }
        }
      }
    }
  }
}

extension RunEvent.Kind {
  fileprivate var changesVideo: Bool { endsRun || self == .runStarted || self == .runResumed }
}
