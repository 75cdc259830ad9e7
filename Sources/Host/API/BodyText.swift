import HTTPTypes
import Pipeline

/// The text of a request's body, bounded before anything in it is understood.
struct BodyText: Sendable {
  static let limit = 1 << 20
  static let jsonTypes = ["application/json"]
  static let yamlTypes = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"]
  static var types: [String] { ["application/json", "application/yaml"] }

  var text: String
  var isJSON: Bool

  /// Throws 415 for what is neither YAML nor JSON, and 400 for what only says to be.
  static func read(_ request: Request) async throws -> BodyText {
    guard let type = request.headers[.contentType].flatMap(MediaType.init) else {
      throw unsupported()
    }
    let isJSON = jsonTypes.contains(type.essence) || type.essence.hasSuffix("+json")
    guard isJSON || yamlTypes.contains(type.essence) else { throw unsupported() }
    let bytes = try await request.body.collect(upTo: limit)
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw APIError.invalid("the body is not UTF-8")
    }
    guard isJSON else {
      return BodyText(text: String(decoding: bytes, as: UTF8.self), isJSON: false)
    }
    do {
      return BodyText(text: try StrictJSON.normalised(bytes), isJSON: true)
    } catch {
      let before = String(decoding: bytes.prefix(error.offset), as: UTF8.self)
      let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
      let place = SourcePosition(
        line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1, offset: error.offset
      )
      let range = SourceRange(file: nil, start: place, end: place)
      throw APIError.invalid(
        "the body is not JSON: \(error.message) (line \(place.line), column \(place.column))",
        [DiagnosticReport(Diagnostic("syntax", error.message, at: range))])
    }
  }

  private static func unsupported() -> APIError {
    APIError(
      .unsupportedMediaType, .unsupportedMediaType,
      "send `application/json` or `application/yaml`, and say which in `Content-Type`")
  }

  /// Diagnostics about a text, with their places in it as paths where it is JSON.
  ///
  /// - Parameters:
  ///   - text: that the diagnostics' offsets are of.
  ///   - root: the path of the text itself; empty for the whole body.
  static func reports(
    _ diagnostics: [Diagnostic], about text: String, isJSON: Bool, root: [String] = []
  ) -> [DiagnosticReport] {
    guard isJSON else { return diagnostics.map { DiagnosticReport($0) } }
    let offsets = diagnostics.compactMap { $0.range?.start.offset }
    let paths = StrictJSON.paths(at: offsets, in: text)
    return diagnostics.map { diagnostic in
      guard let offset = diagnostic.range?.start.offset, let path = paths[offset] else {
        return DiagnosticReport(diagnostic, path: root.isEmpty ? nil : root.joinedAsPath)
      }
      let whole = path.isEmpty ? root : root + [path]
      return DiagnosticReport(diagnostic, path: whole.joinedAsPath)
    }
  }
}
