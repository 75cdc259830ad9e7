import HTTPTypes

/// Who asked, and over what, as far as that can be believed.
struct RequestClient: Sendable, Hashable {
  /// Nil for a process on this machine.
  var address: IPAddress?
  /// Whether the client itself used TLS.
  var isSecure: Bool
}

enum RequestClientKey: RequestValueKey { typealias Value = RequestClient }

extension Request {
  /// Whoever is at the other end of the connection, or behind the proxies that are trusted.
  var client: RequestClient {
    values[RequestClientKey.self] ?? RequestClient(address: peer.address, isSecure: isSecure)
  }
}

/// Proxies that say for whom they ask.
struct TrustedProxies: Sendable, Hashable {
  /// Which fields they write. The other ones come through from whoever likes to write them, and say nothing.
  enum Form: String, Sendable, Hashable, CaseIterable {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    case xForwarded = "x-forwarded"
    /// RFC 7239.
    case forwarded
  }

  var blocks: [AddressBlock]
  var form = Form.xForwarded

  /// Walks from the nearest proxy to the client: the first address that is none of a trusted proxy is the client's. What
  /// cannot be read ends the walk at whoever wrote it.
  func client(of request: Request) -> RequestClient {
    let direct = RequestClient(address: request.peer.address, isSecure: request.isSecure)
    guard let peer = direct.address, isTrusted(peer) else { return direct }
    let hops = form == .forwarded ? Self.forwarded(request.headers) : xForwarded(request.headers)
    var client = direct
    for hop in hops.reversed() {
      guard let current = client.address, isTrusted(current) else { break }
      // What a trusted proxy says of the connection that came to it.
      if let isSecure = hop.isSecure { client.isSecure = isSecure }
      guard let address = hop.address else { break }
      client.address = address
    }
    return client
  }

  private func isTrusted(_ address: IPAddress) -> Bool {
    blocks.contains { $0.contains(address) }
  }

  /// What one proxy wrote.
  private struct Hop {
    var address: IPAddress?
    var isSecure: Bool?
  }

  private func xForwarded(_ headers: Headers) -> [Hop] {
    var hops = headers.list(of: .forwardedFor).map { Hop(address: Self.address($0)) }
    let schemes = headers.list(of: "X-Forwarded-Proto").map(Self.isSecure)
    if schemes.count == hops.count {
      for index in hops.indices { hops[index].isSecure = schemes[index] }
    } else if let last = schemes.last {
      // One value for all of them: what the outermost proxy saw, handed on.
      if hops.isEmpty { return [Hop(isSecure: last)] }
      for index in hops.indices { hops[index].isSecure = last }
    }
    return hops
  }

  private static func forwarded(_ headers: Headers) -> [Hop] {
    headers.list(of: "Forwarded").map { element in
      var hop = Hop()
      for pair in element.split(separator: ";") {
        let parts = pair.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { continue }
        let name = parts[0].trimmingSpaces.lowercased()
        let value = parts[1].trimmingSpaces.filter { $0 != "\"" }
        if name == "for" { hop.address = address(value) }
        if name == "proto" { hop.isSecure = isSecure(value) }
      }
      return hop
    }
  }

  private static func isSecure(_ scheme: String) -> Bool? {
    switch scheme.lowercased() {
    case "https", "wss": true
    case "http", "ws": false
    default: nil
    }
  }

  /// With or without a port, and with brackets where there is one behind an IPv6 address.
  private static func address(_ text: String) -> IPAddress? {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      return IPAddress(String(text[text.index(after: text.startIndex)..<end]))
    }
    if text.count(where: { $0 == ":" }) == 1 {
      return IPAddress(String(text.prefix { $0 != ":" }))
    }
    return IPAddress(text)
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}

/// Finds out who asks, before anything else is done with a request.
struct TransportMiddleware: Middleware {
  /// Nil when nobody is to be believed.
  let proxies: TrustedProxies?
  /// How long browsers are to come with TLS only, in seconds; 0 for not telling them.
  let strictTransportSeconds: Int

  func respond(to request: Request, next: Handler) async throws -> Response {
    var request = request
    if let proxies { request.values[RequestClientKey.self] = proxies.client(of: request) }
    var response = try await next(request)
    // Over a connection that is not secure it must not be said (RFC 6797 section 7.2).
    if strictTransportSeconds > 0, request.client.isSecure {
      try? response.headers.set(
        "Strict-Transport-Security", to: "max-age=\(strictTransportSeconds)")
    }
    return response
  }
}
