import HTTPClient

/// Why a provider did not do what it was asked.
public struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The key is missing, wrong, or may not do this.
    case authentication
    /// What was paid for is used up.
    case quota
    case rateLimited = "rate-limited"
    /// A failure of the service or of the way there that may go away.
    case transient
    case timeout
    /// The service does not take this text or sound.
    case invalidInput = "invalid-input"
    /// A wrong voice, model or address, or something that this service cannot do.
    case configuration
    /// The service said that all is well, but what it gave is no usable sound or transcript.
    case badAnswer = "bad-answer"
    /// It failed so often that it is left alone for a while.
    case resting
    case cancelled
  }

  public var kind: Kind
  /// Of the provider, as pipelines call it.
  public var provider: String
  public var message: String
  /// How long the service asked us to wait, or how long it is left alone.
  public var retryAfter: Duration?

  public init(
    _ kind: Kind, _ provider: String, _ message: String, retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.provider = provider
    self.message = message
    self.retryAfter = retryAfter
  }

  init(_ error: HTTPError, _ provider: String) {
    let kind: Kind =
      switch error.reason {
      case .nameNotFound, .cannotConnect, .connectionLost, .badResponse, .file, .system: .transient
      case .timeout: .timeout
      case .cancelled: .cancelled
      case .tls: error.isTransient ? .transient : .configuration
      case .tooLarge: .badAnswer
      case .invalidRequest, .refused, .badRedirect, .status: .configuration
      }
    self.init(kind, provider, error.message, retryAfter: error.retryAfter)
  }

  public var description: String { "`\(provider)`: \(message)" }

  /// Whether the same request may succeed at the same provider a little later.
  var mayBeTriedAgain: Bool {
    switch kind {
    case .rateLimited, .transient, .timeout, .badAnswer: true
    case .authentication, .quota, .invalidInput, .configuration, .resting, .cancelled: false
    }
  }
}
