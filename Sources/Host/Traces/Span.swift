/// Something that took time, when it is over.
struct Span: Sendable, Hashable {
  /// As OTLP numbers them.
  enum Kind: Int, Sendable, Hashable {
    case `internal` = 1
    case server = 2
  }

  enum Attribute: Sendable, Hashable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
  }

  struct Moment: Sendable, Hashable {
    var name: String
    /// Milliseconds since 1970.
    var at: Int
    var attributes: [String: Attribute] = [:]
  }

  var context: SpanContext
  /// The span id of what it is a part of; nil for what began the trace.
  var parent: String?
  var name: String
  var kind = Kind.internal
  /// Nanoseconds since 1970, as is `end`.
  var start: Int
  var end: Int
  var attributes: [String: Attribute] = [:]
  var moments: [Moment] = []
  /// Nil when it went well.
  var failure: String?
}
