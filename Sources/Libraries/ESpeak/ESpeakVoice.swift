/// A voice of espeak-ng: one per language or dialect.
public struct ESpeakVoice: Sendable, Hashable {
  /// What the engine loads it by, such as `gmw/de`.
  public let identifier: String
  /// Such as `German`.
  public let name: String
  /// Tags such as `en-gb`, the best one first.
  public let languages: [String]

  /// The voice for what a user asked for: a tag, a name or an identifier, without its variant. A dialect that is not
  /// there is spoken in the language's usual way.
  public static func find(_ wanted: String, among voices: [ESpeakVoice]) -> ESpeakVoice? {
    let wanted = wanted.lowercased().replacing("_", with: "-")
    if let exact = voices.first(where: { $0.languages.first == wanted }) { return exact }
    if let also = voices.first(where: { $0.languages.contains(wanted) }) { return also }
    let named = voices.first {
      $0.name.lowercased() == wanted || $0.identifier.lowercased() == wanted
    }
    if let named { return named }
    guard let dash = wanted.firstIndex(of: "-") else { return nil }
    // Only a tag may lose its dialect, and a tag begins with two or three letters.
    let language = String(wanted[..<dash])
    return (2...3).contains(language.count) ? find(language, among: voices) : nil
  }
}
