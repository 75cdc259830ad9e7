/// The cookies of a request (RFC 6265 section 5.4), in the order they were sent.
public struct Cookies: Sendable, Hashable {
  public let pairs: [(name: String, value: String)]

  /// Parts that are no cookie are left out, as servers do.
  public init(_ headers: Headers) {
    pairs = headers.values(of: .cookie).flatMap { value in
      value.split(separator: ";").compactMap(Self.pair)
    }
  }

  /// The first of that name; nil when there is none.
  public subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  private static func pair(_ part: Substring) -> (name: String, value: String)? {
    guard let equals = part.firstIndex(of: "=") else { return nil }
    let name = part[..<equals].trimmedOfBlanks
    var value = part[part.index(after: equals)...].trimmedOfBlanks
    if value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
      value = value.dropFirst().dropLast()
    }
    guard Characters.isToken(name.utf8), value.utf8.allSatisfy(SetCookie.isValueOctet) else {
      return nil
    }
    return (String(name), String(value))
  }

  public static func == (one: Cookies, other: Cookies) -> Bool {
    one.pairs.elementsEqual(other.pairs) { $0 == $1 }
  }

  public func hash(into hasher: inout Hasher) {
    for pair in pairs {
      hasher.combine(pair.name)
      hasher.combine(pair.value)
    }
  }
}

/// A cookie for a client to keep (RFC 6265 section 4.1).
public struct SetCookie: Sendable, Hashable {
  public enum SameSite: String, Sendable { case strict = "Strict", lax = "Lax", none = "None" }

  public let name: String
  public let value: String
  public var path: String? = "/"
  /// Nil for as long as the client's session; zero deletes the cookie.
  public var maximumAge: Duration?
  public var isSecure = true
  public var isHTTPOnly = true
  public var sameSite: SameSite? = .lax

  /// Nil when the name is no token or the value has something in it that cookies cannot hold.
  public init?(_ name: String, value: String) {
    guard Characters.isToken(name.utf8), value.utf8.allSatisfy(Self.isValueOctet) else {
      return nil
    }
    self.name = name
    self.value = value
  }

  /// Throws when `path` cannot be sent.
  public func add(to headers: inout Headers) throws(FieldError) {
    guard path?.utf8.contains(UInt8(ascii: ";")) != true else {
      throw FieldError(field: .setCookie)
    }
    var text = "\(name)=\(value)"
    if let path { text += "; Path=\(path)" }
    if let maximumAge { text += "; Max-Age=\(max(0, maximumAge.components.seconds))" }
    if isSecure { text += "; Secure" }
    if isHTTPOnly { text += "; HttpOnly" }
    if let sameSite { text += "; SameSite=\(sameSite.rawValue)" }
    try headers.append(.setCookie, text)
  }

  static func isValueOctet(_ octet: UInt8) -> Bool {
    octet > 0x20 && octet < 0x7f && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: ",")
      && octet != UInt8(ascii: ";") && octet != UInt8(ascii: "\\")
  }
}
