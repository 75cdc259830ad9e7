/// Why a stage could not do its work. The class decides whether trying again makes sense.
public struct StageError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  public enum Class: String, Sendable, Hashable, Codable, CaseIterable {
    /// May go away by itself: a busy service, a dropped connection.
    case transient
    /// A service asks for patience.
    case rateLimited = "rate-limited"
    /// What came in cannot be used; the same input will fail again.
    case invalidInput = "invalid-input"
    /// A setting, a missing program, font, key or file of the host.
    case configuration
    /// The process that did the work died.
    case lost
    case timeout
    case cancelled
    /// A mistake in VideoCraft or in the stage.
    case `internal`
  }

  public var errorClass: Class
  /// What happened, to which thing (quoted), and what to do about it.
  public var message: String
  /// What a library or process said, for the log.
  public var cause: String?
  /// The setting or port at fault, as written in YAML.
  public var field: String?
  /// How long a service asked us to wait.
  public var retryAfter: Duration?

  public init(
    _ errorClass: Class, _ message: String, cause: String? = nil, field: String? = nil,
    retryAfter: Duration? = nil
  ) {
    self.errorClass = errorClass
    self.message = message
    self.cause = cause
    self.field = field
    self.retryAfter = retryAfter
  }

  /// The same error about one thing among many, such as `scene 3`.
  public func about(_ thing: String) -> StageError {
    var copy = self
    copy.message = "\(thing): \(message)"
    return copy
  }

  /// What to report for an error that a stage let through.
  public init(wrapping error: any Error) {
    switch error {
    case let error as StageError: self = error
    case is CancellationError: self.init(.cancelled, "cancelled")
    case let error as any ClassifiedError: self = error.stageError
    default: self.init(.internal, "unexpected error", cause: String(describing: error))
    }
  }

  public var description: String {
    let end = cause.map { " (\($0))" } ?? ""
    return "\(errorClass.rawValue): \(message)\(end)"
  }
}

/// A library's error that knows how it looks to a pipeline author.
public protocol ClassifiedError: Error {
  var stageError: StageError { get }
}
