/// Which servers a client may talk to. Checked for every address that is connected to, whatever name led there.
public struct OutboundRules: Sendable, Hashable {
  /// Whether the public internet is allowed, on `ports`.
  public var allowsPublicInternet: Bool
  /// For the public internet; nil: all.
  public var ports: Set<Int>?
  /// Allowed on every port, also where they are private.
  public var networks: [IPNetwork]
  /// Whether `http` is allowed beside `https`.
  public var allowsPlainText: Bool

  public init(
    allowsPublicInternet: Bool = true, ports: Set<Int>? = nil, networks: [IPNetwork] = [],
    allowsPlainText: Bool = true
  ) {
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
    return nil
  }
}
