/// A request method (RFC 9110 section 9): a token, in which case matters.
public struct Method: Sendable, Hashable, CustomStringConvertible {
  public let name: String

  /// Nil when `name` is no token.
  public init?(_ name: String) {
    guard Characters.isToken(name.utf8) else { return nil }
    self.name = name
  }

  package init(trusted name: String) { self.name = name }

  public static let get = Method(trusted: "GET")
  public static let head = Method(trusted: "HEAD")
  public static let post = Method(trusted: "POST")
  public static let put = Method(trusted: "PUT")
  public static let patch = Method(trusted: "PATCH")
  public static let delete = Method(trusted: "DELETE")
  public static let options = Method(trusted: "OPTIONS")

  public var description: String { name }
}
