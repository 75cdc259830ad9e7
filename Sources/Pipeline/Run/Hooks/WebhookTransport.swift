/// A message on its way: method POST, with these headers and exactly these bytes.
public struct WebhookRequest: Sendable, Hashable {
  public var url: String
  public var headers: [String: String]
  public var body: [UInt8]
}

/// What the receiver said.
public struct WebhookAnswer: Sendable, Hashable {
  public var status: Int
  /// How long it asks to be left alone; nil when it does not.
  public var retryAfter: Duration?

  public init(status: Int, retryAfter: Duration? = nil) {
    self.status = status
    self.retryAfter = retryAfter
  }
}

/// Carries messages to receivers.
public protocol WebhookTransport: Sendable {
  /// Every status is an answer, redirects among them: they are not followed.
  ///
  /// Throws `CancellationError` when cancelled, and otherwise an error of which `StageError(wrapping:)` tells by its
  /// class whether it may go away by itself. Ends within a minute.
  func post(_ request: WebhookRequest) async throws -> WebhookAnswer
}
