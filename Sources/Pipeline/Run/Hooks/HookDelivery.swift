/// A message to somebody who wants to know what happens to a run, from when it is due until it has arrived.
///
/// It is written down together with the event that causes it, so that neither exists without the other.
public struct HookDelivery: Sendable, Hashable, Codable {
  public enum State: String, Sendable, Hashable, Codable {
    /// To be sent, for the first time or again.
    case pending
    case delivered
    /// Given up: refused for good, or tried often enough.
    case failed

    public var isOver: Bool { self != .pending }
  }

  /// One try.
  public struct Attempt: Sendable, Hashable, Codable {
    /// Milliseconds since 1970.
    public var at: Int
    /// What the receiver answered; nil without an answer.
    public var status: Int?
    /// What went wrong; nil for a success.
    public var message: String?

    public init(at: Int, status: Int? = nil, message: String? = nil) {
      self.at = at
      self.status = status
      self.message = message
    }
  }

  /// The same for every try, so that the receiver can tell a repetition (`webhook-id`).
  public var id: String
  public var run: String
  public var occasion: HookDeclaration.Occasion
  public var url: String
  /// The name of the secret that signs, never its text; nil for a message without a signature.
  public var secret: String?
  /// JSON, byte for byte as it is sent and signed.
  public var body: String
  /// Milliseconds since 1970.
  public var createdAt: Int
  public var state: State
  /// Not to be sent earlier; milliseconds since 1970.
  public var dueAt: Int
  /// Oldest first.
  public var attempts: [Attempt]

  public init(
    id: String, run: String, occasion: HookDeclaration.Occasion, url: String, secret: String?,
    body: String, createdAt: Int, state: State = .pending, dueAt: Int? = nil,
    attempts: [Attempt] = []
  ) {
    self.id = id
    self.run = run
    self.occasion = occasion
    self.url = url
    self.secret = secret
    self.body = body
    self.createdAt = createdAt
    self.state = state
    self.dueAt = dueAt ?? createdAt
    self.attempts = attempts
  }
}
