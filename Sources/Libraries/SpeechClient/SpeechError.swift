import ChildProcess
public import Speech

/// Why speech could not be made or understood.
public struct SpeechError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Named like the classes of stage errors.
  public enum Kind: String, Sendable, Hashable {
    case configuration
    case invalidInput = "invalid-input"
    case lost
    case timeout
    case cancelled
    case `internal`
  }

  public var kind: Kind
  public var message: String
  /// What the process wrote to standard error, for the log.
  public var cause: String?
  /// What the helper said, when it was the helper.
  public var fault: SpeechFault?

  public init(_ kind: Kind, _ message: String, cause: String? = nil) {
    self.kind = kind
    self.message = message
    self.cause = cause
  }

  init(_ fault: SpeechFault) {
    let kind: Kind =
      switch fault.code {
      case .unknownVoice, .missingData: .configuration
      case .nothingToSay, .wordTooLong, .badAudio, .scriptMismatch: .invalidInput
      case .badRequest, .outputFailed, .engineFailed: .internal
      }
    self.init(kind, fault.message)
    self.fault = fault
  }

  init(_ error: ProcessError) {
    let kind: Kind =
      switch error.reason {
      case .cannotStart: .configuration
      case .ended: .lost
      case .timedOut: .timeout
      case .cancelled: .cancelled
      case .system, .unreadable: .internal
      }
    let message =
      switch error.reason {
      case .ended: "the speech program \(error.message) before it had answered"
      case .timedOut: "the speech program has been silent for too long and was ended"
      case .cannotStart: "the speech program `\(error.program)` \(error.message)"
      default: "the speech program: \(error.message)"
      }
    self.init(kind, message, cause: error.errorTail.isEmpty ? nil : error.errorTail)
  }

  public var description: String { "\(kind.rawValue): \(message)" }
}
