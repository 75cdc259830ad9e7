/// Which servers a client may talk to. Checked for every address that is connected to, whatever name led there.
public struct OutboundRules: Sendable, Hashable {
  /// Whether the public internet is allowed, on `ports`.
  public var allowsPublicInternet: Bool
  /// For the public internet; nil: all.
  public var ports: Set<Int>?
  /// Names that may be asked for, such as `example.org`, or `*.example.org` for all below it; nil: all. An address in
  /// numbers is a name too.
  public var hosts: [String]?
  /// Allowed on every port, also where they are private.
  public var networks: [IPNetwork]
  /// Whether `http` is allowed beside `https`.
  public var allowsPlainText: Bool

  public init(
    allowsPublicInternet: Bool = true, ports: Set<Int>? = nil, networks: [IPNetwork] = [],
    allowsPlainText: Bool = true, hosts: [String]? = nil
  ) {
    self.hosts = hosts
    self.allowsPublicInternet = allowsPublicInternet
    self.ports = ports
    self.networks = networks
    self.allowsPlainText = allowsPlainText
  }

  /// For addresses that come from clients and files.
  public static let publicInternet = OutboundRules(ports: [80, 443, 8080, 8443])

  /// What is wrong with connecting to an address; nil when it is allowed.
  func refusal(of address: IPAddress, port: Int) -> String? {
    if networks.contains(where: { $0.contains(address) }) { return nil }
    guard address.isPublic else {
      return "\(address) is not an address of the public internet; allow its network to use it"
    }
    guard allowsPublicInternet else { return "\(address) is not in an allowed network" }
    if let ports, !ports.contains(port) { return "port \(port) is not allowed" }
    return nil
  }

  /// What is wrong with an address as text; nil when its connections may be tried.
  func refusal(of address: WebAddress) -> String? {
    if address.scheme == "http", !allowsPlainText { return "only https is allowed" }
    if let hosts, !hosts.contains(where: { Self.pattern($0, matches: address.host) }) {
      return "it is not among the hosts that may be asked"
    }
    guard let port = Int(address.port) else { return nil }
    if let number = address.number { return refusal(of: number, port: port) }
    // A name may lead into one of the networks, where every port is allowed.
    if networks.isEmpty, let ports, !ports.contains(port) { return "port \(port) is not allowed" }
    return nil
  }

  /// What is wrong with an address as text, as far as it can be told without asking for its name. Nil when it may be
  /// tried: what it leads to is checked then.
  public func refusal(of url: String) -> String? {
    do throws(HTTPError) {
      let address = try WebAddress(url)
      return refusal(of: address).map { "`\(address.host)` is not allowed: \($0)" }
    } catch {
      return error.message
    }
  }

  private static func pattern(_ pattern: String, matches host: String) -> Bool {
    let host = host.hasSuffix(".") ? String(host.dropLast()) : host
    let pattern = pattern.lowercased()
    return pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) : host == pattern
  }
}
