import Foundation

/// Diagnostics as SARIF 2.1.0, for code scanning and editors.
///
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
public enum SARIF {
  /// One log with one run, as pretty JSON.
  /// - Parameter version: of the product that reports.
  public static func log(of diagnostics: [Diagnostic], version: String) throws -> String {
    let codes = Set(diagnostics.map(\.code)).sorted()
    let indices = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, $0) })
    let driver: Value = .map([
      "name": .text("VideoCraft"), "version": .text(version), "semanticVersion": .text(version),
      "rules": .list(codes.map(rule)),
    ])
    let run: Value = .map([
      "tool": .map(["driver": driver]),
      // §3.14.17: our columns count Unicode scalars.
      "columnKind": .text("unicodeCodePoints"),
      "results": .list(diagnostics.map { result($0, rule: indices[$0.code] ?? 0) }),
    ])
    let log: Value = .map([
      "$schema": .text(
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
      ),
      "version": .text("2.1.0"), "runs": .list([run]),
    ])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(PlainJSON(value: log)), as: UTF8.self) + "\n"
  }

  private static func rule(_ code: String) -> Value {
    let guide = DiagnosticGuide[code]
    var rule: [String: Value] = ["id": .text(code)]
    guard let guide else { return .map(rule) }
    rule["shortDescription"] = message(guide.summary)
    rule["help"] = message(guide.help)
    rule["defaultConfiguration"] = .map(["level": .text(guide.severity.rawValue)])
    return .map(rule)
  }

  private static func result(_ diagnostic: Diagnostic, rule: Int) -> Value {
    var result: [String: Value] = [
      "ruleId": .text(diagnostic.code), "ruleIndex": .integer(rule),
      "level": .text(diagnostic.severity.rawValue), "message": message(diagnostic.fullText),
    ]
    if let range = diagnostic.range { result["locations"] = .list([location(range)]) }
    let related = diagnostic.notes.compactMap { note in
      note.range.map { location($0, saying: note.message) }
    }
    if !related.isEmpty { result["relatedLocations"] = .list(related) }
    if let fix = diagnostic.fix { result["fixes"] = .list([self.fix(fix, of: diagnostic)]) }
    var properties: [String: Value] = [:]
    properties["expected"] = diagnostic.expected.map(Value.text)
    properties["suggestion"] = diagnostic.suggestion.map(Value.text)
    if !properties.isEmpty { result["properties"] = .map(properties) }
    return .map(result)
  }

  private static func location(_ range: SourceRange, saying note: String? = nil) -> Value {
    var location: [String: Value] = [
      "physicalLocation": .map(["artifactLocation": artifact(range), "region": region(range)])
    ]
    if let note { location["message"] = message(note) }
    return .map(location)
  }

  private static func fix(_ fix: Diagnostic.Fix, of diagnostic: Diagnostic) -> Value {
    let replacement: Value = .map([
      "deletedRegion": region(fix.range),
      "insertedContent": .map(["text": .text(fix.replacement)]),
    ])
    let change: Value = .map([
      "artifactLocation": artifact(fix.range), "replacements": .list([replacement]),
    ])
    let what = fix.replacement.isEmpty ? "Take it away." : "Write `\(fix.replacement.shortened)`."
    return .map(["description": message(what), "artifactChanges": .list([change])])
  }

  /// §3.30.2: lines and columns are from 1, and `endColumn` is just behind the last character. An empty region is a
  /// place to insert.
  private static func region(_ range: SourceRange) -> Value {
    var region: [String: Value] = [
      "startLine": .integer(range.start.line), "startColumn": .integer(range.start.column),
      "endColumn": .integer(range.end.column),
    ]
    if range.end.line != range.start.line { region["endLine"] = .integer(range.end.line) }
    return .map(region)
  }

  /// §3.4.3: a relative reference for a relative path, else a `file` URI.
  private static func artifact(_ range: SourceRange) -> Value {
    let path = range.file ?? "pipeline"
    if path.hasPrefix("/") {
      return .map(["uri": .text(URL(fileURLWithPath: path).absoluteString)])
    }
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: ":;"))
    let encoded = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
    return .map(["uri": .text(encoded)])
  }

  /// §3.11.5: braces are for placeholders and are doubled where they stand for themselves.
  private static func message(_ text: String) -> Value {
    let escaped = text.reduce(into: "") { escaped, character in
      escaped.append(character)
      if character == "{" || character == "}" { escaped.append(character) }
    }
    return .map(["text": .text(escaped)])
  }
}

extension Diagnostic {
  /// Everything that is said about it, apart from notes with a place of their own.
  fileprivate var fullText: String {
    ([message] + [hint].compactMap(\.self) + notes.filter { $0.range == nil }.map(\.message))
      .joined(separator: "; ")
  }
}
