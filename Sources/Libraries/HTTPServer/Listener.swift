import CSockets
import HTTPTypes

#if canImport(Glibc)
  import Glibc
#endif

/// A socket that connections come in on. Closed with the last reference.
final class Listener: Sendable {
  let descriptor: Int32
  /// What was really bound: the port is never 0.
  let endpoint: ServerSettings.Endpoint

  init(_ endpoint: ServerSettings.Endpoint, backlog: Int) throws(ServerError) {
    let backlog = Int32(clamping: backlog)
    switch endpoint {
    case .unix(let path):
      descriptor = try Self.listen(path, mode: 0o660, backlog)
      self.endpoint = endpoint
    case .ownUnix(let path):
      descriptor = try Self.listen(path, mode: 0o600, backlog)
      self.endpoint = endpoint
    case .tcp(let host, let port):
      guard let address = IPAddress(host), let port = UInt16(exactly: port) else {
        throw ServerError(
          "\"\(host)\" with port \(port) cannot be listened on: give an address in numbers, as "
            + "\"127.0.0.1\", and a port up to 65535")
      }
      var raw = vc_address()
      raw.family = address.isV4 ? 4 : 6
      raw.port = port
      withUnsafeMutableBytes(of: &raw.ip) { $0.copyBytes(from: address.octets) }
      var bound: UInt16 = 0
      descriptor = vc_listen(&raw, backlog, &bound)
      self.endpoint = .tcp(host: host, port: Int(bound))
      try ServerError.check(descriptor, "listening on \"\(host)\" with port \(port)")
    }
  }

  private static func listen(
    _ path: String, mode: mode_t, _ backlog: Int32
  ) throws(ServerError) -> Int32 {
    try ServerError.check(vc_listen_unix(path, mode, backlog), "listening on \"\(path)\"")
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  var isUnix: Bool { path != nil }

  private var path: String? {
    switch endpoint {
    case .unix(let path), .ownUnix(let path): path
    case .tcp: nil
    }
  }

  /// New connections are refused from now on.
  func stop() {
    vc_stop_listening(descriptor)
    if let path { unlink(path) }
  }

  /// The next connection, or a negative `errno`.
  func accept() -> (descriptor: Int32, peer: Peer) {
    var address = vc_address()
    let socket = vc_accept(descriptor, &address)
    if socket >= 0, case .ownUnix = endpoint, vc_is_own_peer(socket) == 0 {
      close(socket)
      return (-ECONNABORTED, .local)
    }
    let count = address.family == 4 ? 4 : 16
    let octets = withUnsafeBytes(of: &address.ip) { [UInt8]($0.prefix(count)) }
    guard address.family != 0, let ip = IPAddress(octets: octets) else { return (socket, .local) }
    return (socket, .ip(ip, port: Int(address.port)))
  }
}
