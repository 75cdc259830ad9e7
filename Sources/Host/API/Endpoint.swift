import HTTPTypes
import Pipeline

/// One thing that clients can ask for. This declaration is its route, the check of its parameters and its part of the
/// OpenAPI document.
struct Endpoint: Sendable {
  typealias Handler = @Sendable (APIRequest) async throws -> Response

  /// What a request has in its body.
  struct Body: Sendable {
    /// Media types that are taken; `*/*` for any.
    var types: [String]
    var schema: JSON
    var summary: String
    var isRequired = true
  }

  /// One way of answering.
  struct Answer: Sendable {
    var status: Status
    var summary: String
    /// By media type; empty for an answer without a body.
    var content: [String: JSON] = [:]
    var headers: [String: String] = [:]
  }

  var method: Method
  var path: RoutePattern
  /// Unique; what generated clients call it.
  var operation: String
  var summary: String
  var tag: String
  /// Nil for what anybody may ask.
  var scope: Scope?
  /// Described once for each name in the path.
  var pathSummaries: [String: String] = [:]
  /// All are optional or have a default.
  var query: [FieldDescription] = []
  /// Request header fields, with what they mean.
  var headers: [String: String] = [:]
  var body: Body?
  var answers: [Answer]
  /// The statuses of errors, besides those that every request may get.
  var errors: [Status] = []
  var options = Router.RouteOptions()
  var handler: Handler
}

/// A request with everything about it that was checked.
struct APIRequest: Sendable {
  var request: Request
  var caller: Caller
  var requestID: String
  /// Converted; those without a value are absent.
  var query: [String: Value]

  subscript(parameter name: String) -> String { request.parameters[name] }

  func text(_ name: String) -> String? {
    if case .text(let text)? = query[name] { text } else { nil }
  }

  func integer(_ name: String) -> Int? {
    if case .integer(let number)? = query[name] { number } else { nil }
  }

  func flag(_ name: String) -> Bool { query[name] == .boolean(true) }

  func texts(_ name: String) -> [String]? {
    guard case .list(let values)? = query[name] else { return nil }
    return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}

/// Reads queries by their declarations.
enum QueryReader {
  /// Throws all problems at once, among them parameters that are not declared.
  static func read(
    _ items: QueryItems, as fields: [FieldDescription]
  ) throws(APIError) -> [String: Value] {
    var values: [String: Value] = [:]
    var problems: [DiagnosticReport] = []
    for name in items.items.map(\.name).uniqued where !fields.contains(where: { $0.name == name }) {
      let near = Spelling.nearest(to: name, among: fields.map(\.name))
      problems.append(
        DiagnosticReport(
          Diagnostic(
            "unknown-parameter",
            "there is no parameter `\(name.prefix(60))`"
              + (near.map { "; did you mean `\($0)`?" } ?? ""),
            at: nil)))
    }
    for field in fields {
      do {
        let value = try value(of: field, items.values(of: field.name))
        if value != .null { values[field.name] = value }
      } catch {
        var problem = Diagnostic("invalid-parameter", "\(error)", at: nil)
        problem.expected = field.constraint
        problems.append(DiagnosticReport(problem))
      }
    }
    guard problems.isEmpty else { throw .invalid("the query cannot be used", problems) }
    return values
  }

  private static func value(
    of field: FieldDescription, _ texts: [String]
  ) throws(ValueError) -> Value {
    if case .list = field.type.unwrapped {
      let parts = texts.flatMap { $0.split(separator: ",").map { Value.text(String($0)) } }
      return try field.convert(texts.isEmpty ? nil : .list(parts))
    }
    guard texts.count < 2 else { throw ValueError("`\(field.name)` is given twice") }
    guard let text = texts.first else { return try field.convert(nil) }
    switch field.type.unwrapped {
    case .integer:
      guard let number = Int(text) else {
        throw ValueError("`\(field.name)` is a whole number, not `\(text.prefix(60))`")
      }
      return try field.convert(.integer(number))
    case .boolean:
      guard let value = ["true": true, "false": false, "1": true, "0": false][text] else {
        throw ValueError("`\(field.name)` is true or false, not `\(text.prefix(60))`")
      }
      return try field.convert(.boolean(value))
    default: return try field.convert(.text(text))
    }
  }
}
