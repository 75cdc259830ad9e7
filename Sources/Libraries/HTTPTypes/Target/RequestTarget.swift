/// What a request is for: a path and perhaps a query (RFC 9112 section 3.2.1), or `*`.
public struct RequestTarget: Sendable, Hashable, CustomStringConvertible {
  /// Why a target is refused.
  public enum Problem: Error, Sendable, Hashable {
    /// It is a whole URL or a host, as sent to proxies.
    case notAPath
    case forbiddenCharacter
    case badEscape
    /// `.` or `..`, however they are written, or an escaped separator or control character.
    case escapesItsFolder
  }

  /// As it was sent.
  public let raw: String
  public let path: RequestPath
  /// What follows the question mark, not decoded; nil when there is none.
  public let query: String?

  public init(_ raw: String) throws(Problem) {
    self.raw = raw
    if raw == "*" {
      path = .asterisk
      query = nil
      return
    }
    guard raw.utf8.first == UInt8(ascii: "/") else { throw .notAPath }
    let mark = raw.utf8.firstIndex(of: UInt8(ascii: "?"))
    let pathText = raw[..<(mark ?? raw.endIndex)]
    for octet in pathText.utf8 where !Self.isPathOctet(octet) { throw .forbiddenCharacter }
    if let mark {
      let text = raw[raw.utf8.index(after: mark)...]
      for octet in text.utf8 where !Self.isQueryOctet(octet) { throw .forbiddenCharacter }
      query = String(text)
    } else {
      query = nil
    }
    path = try RequestPath(pathText)
  }

  public var isAsterisk: Bool { path.segments.isEmpty }

  public var description: String { raw }

  private static func isPathOctet(_ octet: UInt8) -> Bool {
    isQueryOctet(octet) && octet != UInt8(ascii: "\\") && octet != UInt8(ascii: "`")
      && octet != UInt8(ascii: "{") && octet != UInt8(ascii: "}") && octet != UInt8(ascii: "^")
      && octet != UInt8(ascii: "|")
  }

  /// Wider than RFC 3986, because browsers send `{`, `|`, `^` and `\` in queries as they are.
  private static func isQueryOctet(_ octet: UInt8) -> Bool {
    octet > 0x20 && octet < 0x7f && octet != UInt8(ascii: "#") && octet != UInt8(ascii: "\"")
      && octet != UInt8(ascii: "<") && octet != UInt8(ascii: ">")
  }
}

/// The segments of a path, each decoded exactly once. None is `.` or `..` or has a `/`, `\` or control character in
/// it, so a segment can be a file's name.
public struct RequestPath: Sendable, Hashable {
  /// What stands between the slashes; the last is empty when the path ends in a slash. `/` is one empty segment.
  public let segments: [String]

  static let asterisk = RequestPath(segments: [])

  private init(segments: [String]) { self.segments = segments }

  /// `raw` begins with a slash.
  init(_ raw: Substring) throws(RequestTarget.Problem) {
    var segments: [String] = []
    segments.reserveCapacity(6)
    // Octets and not characters: finding out where those end takes most of the time.
    let parts = raw.utf8.dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for part in parts {
      guard let segment = PercentCoding.decode(Substring(part)) else { throw .badEscape }
      guard segment != ".", segment != ".." else { throw .escapesItsFolder }
      for octet in segment.utf8 where !Self.isSafeOctet(octet) { throw .escapesItsFolder }
      segments.append(segment)
    }
    self.segments = segments
  }

  /// Escaped again, so that it can be sent.
  public var encoded: String {
    segments.map { "/" + PercentCoding.encode($0) }.joined()
  }

  private static func isSafeOctet(_ octet: UInt8) -> Bool {
    octet >= 0x20 && octet != 0x7f && octet != UInt8(ascii: "/") && octet != UInt8(ascii: "\\")
  }
}
