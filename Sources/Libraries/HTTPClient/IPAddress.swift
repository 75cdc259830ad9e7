import Foundation

/// An address of the internet, version 4 or 6.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// 4 or 16, in network order.
  public let bytes: [UInt8]

  /// From its usual text, such as `192.0.2.1` or `2001:db8::1`; nil for anything else, other spellings of
  /// version 4 among it.
  public init?(_ text: String) {
    // A link-local address may come with its interface: `fe80::1%eth0`.
    let plain = String(text.prefix { $0 != "%" })
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, plain, &four) == 1 {
      bytes = withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, plain, &six) == 1 {
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  /// From what a socket is to be connected to; nil for other families.
  init?(_ address: UnsafePointer<sockaddr>, byteCount: Int) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET where byteCount >= MemoryLayout<sockaddr_in>.size:
      bytes = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).networkBytes
    case AF_INET6 where byteCount >= MemoryLayout<sockaddr_in6>.size:
      bytes = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self).networkBytes
    default: return nil
    }
  }

  init(_ bytes: [UInt8]) {
    precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
    self.bytes = bytes
  }

  /// Version 4 for an address of version 6 that only wraps one (`::ffff:192.0.2.1`), else itself.
  public var unmapped: IPAddress {
    guard bytes.count == 16, IPNetwork.mapped.contains(exactly: self) else { return self }
    return IPAddress(Array(bytes[12...]))
  }

  /// Whether it belongs to the public internet: nothing private, shared, loopback, link-local, multicast, reserved,
  /// or a wrapper of version 4 that reaches one of those (IANA's special-purpose registries; RFC 6890).
  public var isPublic: Bool {
    let address = unmapped
    if address.bytes.count == 4 {
      return !IPNetwork.specialFour.contains { $0.contains(exactly: address) }
    }
    return IPNetwork.globalSix.contains(exactly: address)
      && !IPNetwork.specialSix.contains { $0.contains(exactly: address) }
  }

  public var description: String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension sockaddr_in {
  fileprivate var networkBytes: [UInt8] { withUnsafeBytes(of: sin_addr) { Array($0) } }
}

extension sockaddr_in6 {
  fileprivate var networkBytes: [UInt8] { withUnsafeBytes(of: sin6_addr) { Array($0) } }
}

/// All addresses that begin with the same bits.
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
  public let address: IPAddress
  /// How many bits count.
  public let prefix: Int

  /// `10.0.0.0/8`, or a single address; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else { return nil }
    let bits = address.bytes.count * 8
    guard let prefix = parts.count == 1 ? bits : Int(parts[1]), (0...bits).contains(prefix) else {
      return nil
    }
    self.init(address.bytes, prefix)
  }

  private init(_ bytes: [UInt8], _ prefix: Int) {
    address = IPAddress(bytes)
    self.prefix = prefix
  }

  /// An address of version 4 is also found in its wrapped form.
  public func contains(_ other: IPAddress) -> Bool {
    contains(exactly: other) || contains(exactly: other.unmapped)
  }

  func contains(exactly other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    let whole = prefix / 8
    guard other.bytes.prefix(whole) == address.bytes.prefix(whole) else { return false }
    guard prefix % 8 > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> (prefix % 8))
    return other.bytes[whole] & mask == address.bytes[whole] & mask
  }

  public var description: String { "\(address)/\(prefix)" }

  // MARK: Special networks

  static let mapped = IPNetwork([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], 96)

  static let specialFour = [
    IPNetwork([0, 0, 0, 0], 8), IPNetwork([10, 0, 0, 0], 8),
    IPNetwork([100, 64, 0, 0], 10), IPNetwork([127, 0, 0, 0], 8),
    IPNetwork([169, 254, 0, 0], 16), IPNetwork([172, 16, 0, 0], 12),
    IPNetwork([192, 0, 0, 0], 24), IPNetwork([192, 0, 2, 0], 24),
    IPNetwork([192, 88, 99, 0], 24), IPNetwork([192, 168, 0, 0], 16),
    IPNetwork([198, 18, 0, 0], 15), IPNetwork([198, 51, 100, 0], 24),
    IPNetwork([203, 0, 113, 0], 24), IPNetwork([224, 0, 0, 0], 4), IPNetwork([240, 0, 0, 0], 4),
  ]

  /// Everything else of version 6 is local, reserved or a translation of version 4 (`64:ff9b::/96`).
  static let globalSix = six([0x2000], 3)

  /// Protocol assignments with Teredo and ORCHID, documentation, and 6to4, which wraps version 4.
  static let specialSix = [
    six([0x2001, 0x0000], 23), six([0x2001, 0x0DB8], 32), six([0x2002], 16), six([0x3FFF], 20),
  ]

  private static func six(_ groups: [UInt16], _ prefix: Int) -> IPNetwork {
    let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    return IPNetwork(bytes + [UInt8](repeating: 0, count: 16 - bytes.count), prefix)
  }
}
