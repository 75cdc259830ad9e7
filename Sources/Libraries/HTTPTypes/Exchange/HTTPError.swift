/// An answer that is an error, thrown from where it was found out.
public struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
  public var status: Status
  /// For the client: what happened, to which thing, and what to do.
  public var message: String
  public var headers: Headers

  public init(_ status: Status, _ message: String, headers: Headers = Headers()) {
    self.status = status
    self.message = message
    self.headers = headers
  }

  public var description: String { "\(status.code): \(message)" }

  /// What `error` means for a client. Nil when it says nothing that a client should see: 500.
  public init?(describing error: any Error) {
    switch error {
    case let error as HTTPError: self = error
    case BodyError.tooLarge(let limit):
      self.init(.contentTooLarge, "the body is larger than the \(limit) bytes allowed here")
    case BodyError.malformed(let problem): self.init(.badRequest, problem)
    case BodyError.tooSlow: self.init(.requestTimeout, "the body came too slowly")
    case BodyError.disconnected: self.init(.badRequest, "the body ended too early")
    case QueryItems.Problem.badEscape(let part):
      self.init(.badRequest, "\"\(part)\" is not percent-encoded UTF-8")
    case QueryItems.Problem.tooMany(let limit):
      self.init(.badRequest, "there are more than \(limit) fields")
    default: return nil
    }
  }
}
