/// What tells one version of a thing from another (RFC 9110 section 8.8.3).
public struct ETag: Sendable, Hashable, CustomStringConvertible {
  /// What stands between the quotes.
  public let text: String
  public let isWeak: Bool

  /// Nil when `text` has something in it that cannot stand between the quotes.
  public init?(_ text: String, isWeak: Bool = false) {
    guard text.utf8.allSatisfy(Self.isOctet) else { return nil }
    self.text = text
    self.isWeak = isWeak
  }

  /// As it stands in a field. Nil when it is malformed.
  public init?(field: some StringProtocol) {
    var rest = field[...]
    let isWeak = rest.hasPrefix("W/")
    if isWeak { rest = rest.dropFirst(2) }
    guard rest.utf8.count >= 2, rest.hasPrefix("\""), rest.hasSuffix("\"") else { return nil }
    self.init(String(rest.dropFirst().dropLast()), isWeak: isWeak)
  }

  public func matchesStrongly(_ other: ETag) -> Bool {
    !isWeak && !other.isWeak && text == other.text
  }

  public func matchesWeakly(_ other: ETag) -> Bool { text == other.text }

  public var description: String { (isWeak ? "W/\"" : "\"") + text + "\"" }

  private static func isOctet(_ octet: UInt8) -> Bool {
    octet > 0x20 && octet != UInt8(ascii: "\"") && octet != 0x7f
  }
}

/// What is known about the version that a server has.
public struct Validators: Sendable, Hashable {
  public var eTag: ETag?
  public var lastModified: HTTPDate?

  public init(eTag: ETag? = nil, lastModified: HTTPDate? = nil) {
    self.eTag = eTag
    self.lastModified = lastModified
  }
}
