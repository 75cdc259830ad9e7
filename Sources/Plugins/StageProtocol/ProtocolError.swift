public import Pipeline

/// What one side says about the other's message that it cannot take.
public struct ProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String

  public init(_ message: String) { self.message = message }

  public var description: String { message }
}

/// The error of a JSON-RPC answer.
public struct AnsweredError: Error, Sendable, Hashable, Codable {
  /// What a program can make of it.
  public struct Details: Sendable, Hashable, Codable {
    /// `StageError.Class` by its name.
    public var `class`: String?
    public var cause: String?
    public var retryAfterMs: Int?
    /// The setting at fault.
    public var field: String?
    /// The input or output at fault.
    public var port: String?
    /// Where in the setting or port, such as `scenes[2].image`.
    public var at: String?

    public init() {}
  }

  public enum Code {
    public static let unreadable = -32700
    public static let wrongRequest = -32600
    public static let unknownMethod = -32601
    public static let wrongParameters = -32602
    public static let cancelled = -32800
    public static let failed = -32000
  }

  public var code: Int
  public var message: String
  public var data: Details?

  public init(_ code: Int, _ message: String, data: Details? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  public init(_ error: StageError) {
    let code = error.errorClass == .cancelled ? Code.cancelled : Code.failed
    var data = Details()
    data.class = error.errorClass.rawValue
    data.cause = error.cause
    data.field = error.field
    data.retryAfterMs = error.retryAfter.map { MediaTime($0).milliseconds }
    self.init(code, error.message, data: data)
  }

  /// The same for whoever asked. A class that there is none of is `internal`.
  public var stageError: StageError {
    let named = data?.class.flatMap(StageError.Class.init(rawValue:))
    let errorClass = code == Code.cancelled ? .cancelled : named ?? .internal
    var error = StageError(errorClass, message.isEmpty ? "failed without saying why" : message)
    error.cause = data?.cause
    let place = data?.field ?? data?.port
    error.field =
      data?.at.map { at in place.map { at.hasPrefix($0) ? at : "\($0)\(at)" } ?? at }
      ?? place
    if let wait = data?.retryAfterMs, (0...86_400_000).contains(wait) {
      error.retryAfter = .milliseconds(wait)
    }
    return error
  }
}
