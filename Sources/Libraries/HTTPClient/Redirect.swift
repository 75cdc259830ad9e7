/// Where a response sends its request on to (RFC 9110, 15.4).
enum Redirect {
  /// Headers that tell a stranger nothing; all others stay behind when the origin changes.
  private static let harmless: Set<String> = [
    "accept", "accept-encoding", "accept-language", "content-type", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range", "user-agent",
  ]

  /// The request to make instead; nil when the response is the answer. Throws when it must not be followed.
  static func next(
    of request: HTTPRequest, at address: WebAddress, after response: HTTPResponse
  ) throws(HTTPError) -> HTTPRequest? {
    guard [301, 302, 303, 307, 308].contains(response.status),
      let location = response.headers["Location"]
    else { return nil }
    let target: WebAddress
    do {
      target = try WebAddress(location, relativeTo: address)
    } catch {
      throw HTTPError(.badRedirect, "`\(address.host)` redirects elsewhere: \(error.message)")
    }
    guard address.scheme == "http" || target.scheme == "https" else {
      throw HTTPError(
        .badRedirect, "`\(address.host)` redirects from https to http; that is not followed")
    }
    var next = request
    next.url = target.text
    if response.status == 303 && request.method != "HEAD"
      || [301, 302].contains(response.status) && request.method == "POST"
    {
      next.method = "GET"
      next.body = .none
      next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    }
    if !target.hasOrigin(of: address) {
      next.headers.removeAll { !harmless.contains($0.name.lowercased()) }
    }
    return next
  }
}
