import Foundation
public import Threads

/// Requests and answers as one JSON value per line, one request at a time.
public struct JSONLinesChannel: ~Copyable {
  public var process: RunningProcess

  public init(_ command: Command) throws(ProcessError) {
    process = try RunningProcess(command)
  }

  /// Sends `request` and hands every message to `handle` until that returns something.
  ///
  /// - Parameter silence: how long the child may say nothing; nil for ever.
  public mutating func request<Request: Encodable, Message: Decodable, Answer>(
    _ request: Request, reading type: Message.Type, silence: Duration? = nil,
    cancellation: CancellationFlag, handle: (Message) throws(ProcessError) -> Answer?
  ) throws(ProcessError) -> Answer {
    let line = try encode(request)
    try process.send(line: line, cancellation: cancellation)
    while true {
      switch try process.receive(cancellation: cancellation, within: silence) {
      case .ended: throw process.lost()
      case .line(let line):
        if line.isEmpty { continue }
        if let answer = try handle(try decode(type, line)) { return answer }
      }
    }
  }

  private func encode(_ request: some Encodable) throws(ProcessError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    do {
      return Array(try encoder.encode(request))
    } catch {
      throw ProcessError(
        .unreadable, program: process.program, message: "a request cannot be written: \(error)")
    }
  }

  private func decode<Message: Decodable>(
    _ type: Message.Type, _ line: [UInt8]
  ) throws(ProcessError) -> Message {
    do {
      return try JSONDecoder().decode(type, from: Data(line))
    } catch {
      let text = String(decoding: line.prefix(200), as: UTF8.self)
      throw ProcessError(
        .unreadable, program: process.program, message: "sent a line that is no answer: `\(text)`",
        errorTail: process.errorTail)
    }
  }
}
