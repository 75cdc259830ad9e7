#if canImport(Glibc)
  import Glibc
#endif

/// An IPv4 or IPv6 address. An IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// 4 or 16, in network order.
  public let octets: [UInt8]

  /// Nil when `text` is no address. Only the canonical forms are read, no octal or shortened ones.
  public init?(_ text: String) {
    var octets = [UInt8](repeating: 0, count: 16)
    guard !text.utf8.contains(0) else { return nil }
    if inet_pton(AF_INET, text, &octets) == 1 {
      self.init(octets: Array(octets[..<4]))
    } else if inet_pton(AF_INET6, text, &octets) == 1 {
      self.init(octets: octets)
    } else {
      return nil
    }
  }

  /// Nil unless there are 4 or 16.
  public init?(octets: [UInt8]) {
    guard octets.count == 4 || octets.count == 16 else { return nil }
    let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    self.octets =
      octets.count == 16 && octets.starts(with: mappedPrefix) ? Array(octets[12...]) : octets
  }

  public var isV4: Bool { octets.count == 4 }

  public var isLoopback: Bool {
    isV4 ? octets[0] == 127 : octets == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  }

  public var description: String {
    var text = [CChar](repeating: 0, count: 64)
    let family = isV4 ? AF_INET : AF_INET6
    guard inet_ntop(family, octets, &text, socklen_t(text.count)) != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A block of addresses that begin alike, as `10.0.0.0/8`.
public struct AddressBlock: Sendable, Hashable {
  public let first: IPAddress
  public let prefixLength: Int

  /// Nil when `text` is malformed. An address without a length is a block of one.
  public init?(_ text: String) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count <= 2, let address = halves.first.flatMap({ IPAddress(String($0)) }) else {
      return nil
    }
    first = address
    let bits = address.octets.count * 8
    guard halves.count == 2 else {
      prefixLength = bits
      return
    }
    guard let length = Characters.decimal(halves[1]), length <= bits else { return nil }
    prefixLength = length
  }

  public func contains(_ address: IPAddress) -> Bool {
    guard address.octets.count == first.octets.count else { return false }
    var bits = prefixLength
    for (one, other) in zip(first.octets, address.octets) {
      if bits <= 0 { return true }
      let mask = bits >= 8 ? UInt8.max : ~(UInt8.max >> UInt8(bits))
      if one & mask != other & mask { return false }
      bits -= 8
    }
    return true
  }
}

/// Who is at the other end of a connection.
public enum Peer: Sendable, Hashable, CustomStringConvertible {
  case ip(IPAddress, port: Int)
  /// A process on this machine, over a Unix socket.
  case local

  public var address: IPAddress? {
    if case .ip(let address, _) = self { address } else { nil }
  }

  public var description: String {
    switch self {
    case .local: "local"
    case .ip(let address, let port):
      address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
  }

  /// The client behind proxies of ours: the rightmost hop of `X-Forwarded-For` that no trusted proxy is.
  ///
  /// Nil when it is not known. A field from a peer that is not trusted says nothing.
  public func client(_ headers: Headers, trusting proxies: [AddressBlock]) -> IPAddress? {
    func isTrusted(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }
    guard let address else { return nil }
    var client = address
    for hop in headers.list(of: .forwardedFor).reversed() {
      guard isTrusted(client) else { return client }
      guard let next = IPAddress(hop) else { return client }
      client = next
    }
    return client
  }
}
