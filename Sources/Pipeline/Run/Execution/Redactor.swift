import Foundation
import Threads

/// Replaces texts that must not be seen by `***`, also where they are written in another way.
public struct Redactor: Sendable, Hashable {
  /// Shorter texts are found everywhere; replacing them would tell what they are.
  public static let minimumLength = 4
  public static let mask = "***"

  /// What is replaced, longest first.
  private var forms: [String] = []

  public init() {}

  public var isEmpty: Bool { forms.isEmpty }

  /// - Parameter text: of at least `minimumLength` characters.
  public mutating func add(_ text: String) {
    let added = Self.forms(of: text).filter {
      $0.count >= Self.minimumLength && !forms.contains($0)
    }
    forms = (forms + added).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
  }

  public func redact(_ text: String) -> String {
    forms.reduce(text) { $0.replacingOccurrences(of: $1, with: Self.mask, options: .literal) }
  }

  public func redact(_ error: StageError) -> StageError {
    guard !isEmpty else { return error }
    var copy = error
    copy.message = redact(error.message)
    copy.cause = error.cause.map(redact)
    copy.field = error.field.map(redact)
    return copy
  }

  /// Where the text is in a value; nil when it is nowhere.
  func found(in value: Value) -> Bool {
    switch value {
    case .text(let text): redact(text) != text
    case .list(let items): items.contains(where: found)
    case .map(let members): members.contains { redact($0.key) != $0.key || found(in: $0.value) }
    default: false
    }
  }

  /// The text itself, its lines, in an address (RFC 3986 and as a form), in JSON, and in Base64.
  private static func forms(of text: String) -> Set<String> {
    var forms: Set<String> = []
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    for piece in [text] + (lines.count > 1 ? lines.filter { $0.count >= 8 } : []) {
      forms.formUnion([piece, jsonEscaped(piece)])
      forms.formUnion(addressForms(of: piece))
    }
    return forms.union(base64Forms(of: Array(text.utf8)))
  }

  private static func jsonEscaped(_ text: String) -> String {
    guard let data = try? CanonicalJSON.encode(text) else { return text }
    return String(String(decoding: data, as: UTF8.self).dropFirst().dropLast())
  }

  private static func addressForms(of text: String) -> [String] {
    let unreserved = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    let sets = [unreserved, .urlQueryAllowed, .urlPathAllowed, .urlUserAllowed]
    let encoded = sets.compactMap { text.addingPercentEncoding(withAllowedCharacters: $0) }
    return encoded.flatMap {
      [$0, lowerEscapes($0), $0.replacingOccurrences(of: "%20", with: "+")]
    }
  }

  /// `%2F` as `%2f`.
  private static func lowerEscapes(_ text: String) -> String {
    var result = ""
    var rest = 0
    for character in text {
      if character == "%" { rest = 3 }
      result += rest > 0 ? character.lowercased() : String(character)
      rest = max(0, rest - 1)
    }
    return result
  }

  /// Alone, and as a part of something longer: of the three ways that it can lie on the groups of three bytes, the
  /// letters that it alone decides.
  private static func base64Forms(of bytes: [UInt8]) -> Set<String> {
    var forms: Set<String> = [Data(bytes).base64EncodedString()]
    for shift in 0..<3 {
      let whole = Data(Array(repeating: 0, count: shift) + bytes).base64EncodedString()
      let first = (shift * 8 + 5) / 6
      let last = (shift + bytes.count) * 8 / 6
      guard last - first >= 6 else { continue }
      forms.insert(String(whole.prefix(last).dropFirst(first)))
    }
    for form in forms {
      let urlSafe = String(form.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
      forms.formUnion([
        urlSafe, String(form.filter { $0 != "=" }), String(urlSafe.filter { $0 != "=" }),
      ])
    }
    return forms
  }
}

/// What one attempt has been told, shared by all that speaks for it.
final class RevealedSecrets: Sendable {
  private let redactor = Locked(Redactor())

  func add(_ text: String) { redactor.withLock { $0.add(text) } }
  func redact(_ text: String) -> String { current.redact(text) }
  var current: Redactor { redactor.withLock { $0 } }
}
