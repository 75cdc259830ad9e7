import CCurl

/// Why an exchange with a server came to nothing.
public struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The address, the method or a header cannot be sent.
    case invalidRequest
    /// The outbound rules do not allow the address.
    case refused
    case nameNotFound
    case cannotConnect
    /// The server is not who it says it is, or speaks no TLS that is safe.
    case tls
    case timeout
    case cancelled
    /// More bytes than allowed.
    case tooLarge
    /// The connection ended in the middle.
    case connectionLost
    /// What came is not HTTP.
    case badResponse
    /// Too many redirects, or one that must not be followed.
    case badRedirect
    /// The server answered, but not with success.
    case status(Int)
    /// A local file could not be read or written.
    case file
    /// Curl or the system refused its service.
    case system
  }

  public var reason: Reason
  /// Curl's code (`CURLcode`) or an `errno`; 0 when neither was the source.
  public var code: Int32
  /// The C function that failed; nil for our own checks.
  public var function: String?
  /// What happened, with the host; never a path, a query or a header.
  public var message: String
  /// How long the server asked us to wait.
  public var retryAfter: Duration?

  init(
    _ reason: Reason, _ message: String, code: Int32 = 0, function: String? = nil,
    retryAfter: Duration? = nil
  ) {
    self.reason = reason
    self.message = message
    self.code = code
    self.function = function
    self.retryAfter = retryAfter
  }

  /// For what somebody who uses the client finds wrong with an answer.
  public init(reason: Reason, message: String) { self.init(reason, message) }

  /// A response that is not a success, with what its body begins with.
  init(answered response: HTTPResponse) {
    let host = (try? WebAddress(response.url).host) ?? "the server"
    let text = String(decoding: response.body.prefix(500), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    self.init(
      .status(response.status),
      "`\(host)` answered \(response.status)" + (text.isEmpty ? "" : ": \(text)"),
      retryAfter: response.retryAfter)
  }

  public var description: String { message }

  /// Whether the same request may succeed later.
  public var isTransient: Bool {
    switch reason {
    case .nameNotFound, .cannotConnect, .timeout, .connectionLost: true
    case .tls: code == Int32(bitPattern: CURLE_SSL_CONNECT_ERROR.rawValue)
    case .status(let status): HTTPRetry.statuses.contains(status)
    case .invalidRequest, .refused, .cancelled, .tooLarge, .badResponse, .badRedirect, .file,
      .system:
      false
    }
  }
}

extension HTTPError {
  /// What a transfer ended with.
  ///
  /// - Parameter detail: what curl says beyond the code; empty without.
  init(_ code: CURLcode, host: String, detail: String) {
    let detail = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    self.init(
      Self.reason(code), "`\(host)`: \(detail)", code: Int32(bitPattern: code.rawValue),
      function: "curl_multi_perform")
  }

  private static func reason(_ code: CURLcode) -> Reason {
    switch code {
    case CURLE_URL_MALFORMAT: .invalidRequest
    case CURLE_COULDNT_RESOLVE_HOST: .nameNotFound
    case CURLE_COULDNT_CONNECT: .cannotConnect
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
      .tls
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
      CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
      .connectionLost
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_NOT_BUILT_IN, CURLE_UNKNOWN_OPTION,
      CURLE_BAD_FUNCTION_ARGUMENT, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED:
      .system
    case CURLE_READ_ERROR, CURLE_WRITE_ERROR: .file
    default: .badResponse
    }
  }
}

/// Checks a call that sets up a transfer.
func check(_ code: CURLcode, _ function: String) throws(HTTPError) {
  guard code != CURLE_OK else { return }
  throw HTTPError(
    .system, "\(function): \(String(cString: curl_easy_strerror(code)))",
    code: Int32(bitPattern: code.rawValue), function: function)
}
