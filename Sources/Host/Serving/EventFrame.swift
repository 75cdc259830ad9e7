import Foundation
import HTTPTypes
import Pipeline

/// An event as it travels to followers: encoded once, for however many of them.
final class EventFrame: Sendable {
  let seq: Int
  /// Nothing follows.
  let endsRun: Bool
  /// Nothing follows for now.
  let endsWork: Bool
  /// One object, without a line end.
  let json: String
  let serverSentEvent: [UInt8]
  let message: EncodedMessage

  init(_ event: RunEvent) throws {
    seq = event.seq
    endsRun = event.type.endsRun
    endsWork = endsRun || event.type == .runInterrupted
    json = String(try JSONText.line(event).dropLast())
    serverSentEvent =
      ServerSentEvent(json, name: event.type.rawValue, id: String(event.seq)).encoded
    message = EncodedMessage(.text(json))
  }
}
