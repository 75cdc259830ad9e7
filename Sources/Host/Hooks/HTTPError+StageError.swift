public import HTTPClient
public import Pipeline

extension HTTPError: ClassifiedError {
  public var stageError: StageError {
    StageError(
      errorClass, message, cause: function.map { "\($0): \(code)" }, retryAfter: retryAfter)
  }

  private var errorClass: StageError.Class {
    switch reason {
    case .nameNotFound, .cannotConnect, .connectionLost, .badResponse: .transient
    case .timeout: .timeout
    case .cancelled: .cancelled
    case .tls: isTransient ? .transient : .configuration
    case .status(429): .rateLimited
    case .status(let status) where (500..<600).contains(status) || status == 408: .transient
    case .invalidRequest, .refused, .tooLarge, .badRedirect, .status: .invalidInput
    case .file, .system: .internal
    }
  }
}
