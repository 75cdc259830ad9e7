/// Something to tell the author of a pipeline. The command line, the HTTP API and an editor show
/// the same ones.
public struct Diagnostic: Sendable, Hashable, Codable {
  public enum Severity: String, Sendable, Hashable, Codable {
    case error, warning
  }

  /// More about it, perhaps at another place.
  public struct Note: Sendable, Hashable, Codable {
    public var message: String
    public var range: SourceRange?

    public init(_ message: String, at range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// An edit that mends it: `replacement` instead of what stands at `range`.
  public struct Fix: Sendable, Hashable, Codable {
    public var range: SourceRange
    public var replacement: String

    public init(range: SourceRange, replacement: String) {
      self.range = range
      self.replacement = replacement
    }
  }

  public var severity: Severity
  /// Stable and in kebab case, such as `unknown-field`.
  public var code: String
  /// What is wrong, with which thing (in back-quotes).
  public var message: String
  /// Nil for what no text can be blamed for.
  public var range: SourceRange?
  /// A few words behind the carets: what was expected, or what was probably meant.
  public var hint: String?
  public var notes: [Note]
  /// What would be right there, in a few words, such as `integer, 8 to 300, pixels`; nil where that says nothing.
  public var expected: String?
  /// The one word that was probably meant.
  public var suggestion: String?
  public var fix: Fix?

  public init(
    _ code: String, _ message: String, at range: SourceRange?, severity: Severity = .error,
    hint: String? = nil, notes: [Note] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.range = range
    self.hint = hint
    self.notes = notes
  }

  public var file: String? { range?.file }
}

extension Diagnostic {
  /// The same with a suggestion for what stands at `range`; unchanged for nil.
  /// - Parameters:
  ///   - detail: about the suggested thing, such as its constraint.
  ///   - isExact: whether putting it there is all that is needed.
  func suggesting(
    _ word: String?, detail: String? = nil, isExact: Bool = true
  ) -> Diagnostic {
    guard let word else { return self }
    var copy = self
    copy.suggestion = word
    copy.hint = "did you mean `\(word)`?" + (detail.map { " (\($0))" } ?? "")
    copy.fix = isExact ? range.map { Fix(range: $0, replacement: word) } : nil
    return copy
  }

  func noting(_ message: String, at range: SourceRange? = nil) -> Diagnostic {
    var copy = self
    copy.notes.append(Note(message, at: range))
    return copy
  }
}
