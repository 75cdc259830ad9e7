import CCurl

/// An `http` or `https` address, taken apart by the parser that curl itself uses, so that what is checked is what
/// is connected to.
struct WebAddress: Sendable, Hashable {
  /// Normal form, without a fragment.
  let text: String
  /// `http` or `https`.
  let scheme: String
  /// As it stands there; version 6 in brackets.
  let host: String
  let port: String

  /// - Parameter base: what a relative `text` is relative to.
  init(_ text: String, relativeTo base: WebAddress? = nil) throws(HTTPError) {
    guard let handle = curl_url() else {
      throw HTTPError(.system, "curl_url: out of memory", function: "curl_url")
    }
    defer { curl_url_cleanup(handle) }
    // C would take what stands before it for all of it.
    guard !text.utf8.contains(0) else {
      throw HTTPError(.invalidRequest, "the address is not right: it has a NUL in it")
    }
    if let base { try Self.set(handle, CURLUPART_URL, base.text) }
    try Self.set(handle, CURLUPART_URL, text)
    try Self.set(handle, CURLUPART_FRAGMENT, nil)
    scheme = try Self.part(handle, CURLUPART_SCHEME).lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw HTTPError(.invalidRequest, "`\(scheme)` addresses are not fetched, only http and https")
    }
    host = try Self.part(handle, CURLUPART_HOST).lowercased()
    port = try Self.part(handle, CURLUPART_PORT)
    self.text = try Self.part(handle, CURLUPART_URL)
  }

  /// Nil for a name.
  var number: IPAddress? {
    IPAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
  }

  /// What credentials belong to (RFC 6454).
  func hasOrigin(of other: WebAddress) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  private static func set(
    _ handle: OpaquePointer, _ part: CURLUPart, _ text: String?
  ) throws(HTTPError) {
    let code = curl_url_set(
      handle, part, text, UInt32(CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME))
    guard code != CURLUE_USER_NOT_ALLOWED else {
      throw HTTPError(
        .invalidRequest, "an address must not hold a user name or password; use a header")
    }
    try check(code, "curl_url_set")
  }

  private static func part(_ handle: OpaquePointer, _ part: CURLUPart) throws(HTTPError) -> String {
    var text: UnsafeMutablePointer<CChar>?
    let flags = part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0
    let code = curl_url_get(handle, part, &text, UInt32(flags))
    // A scheme that curl does not know has no usual port.
    if code == CURLUE_NO_PORT { return "" }
    try check(code, "curl_url_get")
    guard let text else { return "" }
    defer { curl_free(text) }
    return String(cString: text)
  }

  private static func check(_ code: CURLUcode, _ function: String) throws(HTTPError) {
    guard code != CURLUE_OK else { return }
    throw HTTPError(
      .invalidRequest, "the address is not right: \(String(cString: curl_url_strerror(code)))",
      code: Int32(bitPattern: code.rawValue), function: function)
  }
}
