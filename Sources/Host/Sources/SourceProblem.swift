import Foundation
import HTTPClient
import Pipeline

/// Says what went wrong with a source: what happened, to which, and what to do.
enum SourceProblem {
  static func error(
    _ error: HTTPError, _ address: SourceAddress, _ settings: SourceSettings
  ) -> StageError {
    let (errorClass, what, advice) = explained(error, settings)
    return StageError(
      errorClass, "`\(address)` could not be fetched: \(what)\(advice.map { "; \($0)" } ?? "")",
      cause: error.function.map { "\($0): \(error.code)" }, retryAfter: error.retryAfter)
  }

  static func outOfTime(_ address: SourceAddress, _ settings: SourceSettings) -> StageError {
    StageError(
      .timeout,
      "`\(address)` could not be fetched within \(settings.timeLimit.written); what came is kept for a day, so "
        + "run again to go on, or raise `sources.time_limit`")
  }

  /// A response that is neither the file nor a way to it.
  static func refused(_ response: HTTPResponse) -> HTTPError {
    var error = HTTPError(
      reason: .status(response.status), message: "the server answered \(response.status)")
    error.retryAfter = response.retryAfter
    return error
  }

  static func badResponse(_ message: String) -> HTTPError {
    HTTPError(reason: .badResponse, message: message)
  }

  // MARK: What each means

  private typealias Explanation = (StageError.Class, String, String?)

  private static func explained(_ error: HTTPError, _ settings: SourceSettings) -> Explanation {
    switch error.reason {
    case .status(let status): return answered(status)
    case .refused: return (.invalidInput, error.message, "give an address of the public internet")
    case .invalidRequest: return (.invalidInput, error.message, "correct the address")
    case .nameNotFound:
      return (.transient, error.message, "is the name right, and the network there?")
    case .cannotConnect: return (.transient, error.message, "is the server there?")
    case .connectionLost:
      return (
        .transient, "\(error.message); what came is kept for a day if the server can go on with it",
        "run again later"
      )
    case .timeout:
      return (
        .timeout,
        "the server sent less than \(Amount.bytes(settings.minimumRate)) per second for "
          + "\(settings.stallTime.written), or did not answer (\(error.message))", "run again later"
      )
    case .tls: return (error.isTransient ? .transient : .invalidInput, error.message, nil)
    case .cancelled: return (.cancelled, "cancelled", nil)
    case .tooLarge:
      return (
        .invalidInput, error.message,
        "give a smaller file, or raise `sources.max_file_size` (\(Amount.bytes(settings.sizeLimit)))"
      )
    case .badResponse:
      return (
        .transient, error.message, "the server does not do what HTTP says; download it yourself"
      )
    case .badRedirect:
      return (.invalidInput, error.message, "give the address where it ends")
    case .file:
      return error.code == ENOSPC || error.code == EDQUOT
        ? (.configuration, "the disk is full", "make room and run again")
        : (.internal, error.message, nil)
    case .system: return (.internal, error.message, nil)
    }
  }

  private static func answered(_ status: Int) -> Explanation {
    switch status {
    case 401, 403, 407:
      return (
        .invalidInput, "the server answered \(status): it does not give this file to everybody",
        "give an address that needs no key, such as one that is signed, and look whether it has expired"
      )
    case 404, 410:
      return (
        .invalidInput, "the server answered \(status): there is no such file (any more)",
        "correct the address"
      )
    case 416:
      return (.transient, "the server has no such part of the file", "run again later")
    case 429:
      return (.rateLimited, "the server answered 429: it is asked too much", "run again later")
    case 408, 425, 500..<600:
      return (
        .transient, "the server answered \(status): it has a problem of its own", "run again later"
      )
    default:
      return (
        .invalidInput, "the server answered \(status), which is no file", "correct the address"
      )
    }
  }
}
