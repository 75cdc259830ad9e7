public import HTTPTypes

/// What there is to say about one exchange when it is over.
public struct AccessRecord: Sendable {
  public enum Outcome: String, Sendable {
    case completed
    /// It could not be understood or there was no room for it.
    case refused
    /// The connection ended before the answer did.
    case aborted
    /// The handler did not answer in time.
    case timedOut
  }

  /// Nil when the request could not be understood.
  public let method: Method?
  /// As it was sent.
  public let target: String?
  public let status: Status?
  public let peer: Peer
  /// Empty where a feed made the body, which may take long.
  public let headers: Headers
  /// Of the request's body, as far as it was received.
  public let receivedByteCount: Int
  /// Of everything that was sent, fields included.
  public let sentByteCount: Int
  /// From the request's head to that of the answer; nil when there was none.
  public let timeToAnswer: Duration?
  /// From the request's head to the end.
  public let totalTime: Duration
  public let outcome: Outcome
}
