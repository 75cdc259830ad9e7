/// An event of a `text/event-stream` (HTML Living Standard section 9.2).
public struct ServerSentEvent: Sendable, Hashable {
  /// What `Last-Event-ID` will say; nil leaves it as it was.
  public var id: String?
  /// Nil for `message`.
  public var name: String?
  /// May have several lines.
  public var data: String
  /// How long a client should wait before it connects again.
  public var retry: Duration?

  public init(_ data: String, name: String? = nil, id: String? = nil, retry: Duration? = nil) {
    self.data = data
    self.name = name
    self.id = id
    self.retry = retry
  }

  /// Line ends in the id and the name are left out, as they would begin fields of their own.
  public var encoded: [UInt8] {
    var text = ""
    if let id { text += "id: \(Self.line(id))\n" }
    if let name { text += "event: \(Self.line(name))\n" }
    if let retry {
      let (seconds, attoseconds) = retry.components
      text += "retry: \(max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000))\n"
    }
    let lines = data.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd)
    for line in lines { text += "data: \(line)\n" }
    return Array((text + "\n").utf8)
  }

  /// A line that clients leave out of account, to keep a connection alive.
  public static func comment(_ text: String) -> [UInt8] { Array(": \(line(text))\n\n".utf8) }

  private static func line(_ text: String) -> String {
    text.filter { !$0.isLineEnd && $0 != "\0" }
  }
}

extension Character {
  /// Swift takes CR LF for one character.
  fileprivate var isLineEnd: Bool { self == "\n" || self == "\r" || self == "\r\n" }
}
