/// A YAML map from the names of secrets to their texts, as it is given to a host.
///
/// Diagnostics never repeat anything of the file but names; show them without the text.
public enum SecretsFile {
  public static func read(
    _ text: String, file: String?
  ) -> (secrets: [String: String], diagnostics: [Diagnostic]) {
    var diagnostics = Diagnostics()
    var secrets: [String: String] = [:]
    let (root, problems) = NodeReader.read(SourceText(text, file: file))
    diagnostics.add(problems)
    guard let root, !root.isNull else { return ([:], diagnostics.sorted) }
    guard let entries = root.entries else {
      diagnostics.error(
        "type-mismatch", "a file of secrets is a map from name to text", at: root.range,
        hint: "such as `TTS_KEY: …`")
      return ([:], diagnostics.sorted)
    }
    for entry in entries {
      if !DefinitionReader.isSecretName(entry.name) {
        diagnostics.error(
          "invalid-name", "this cannot be the name of a secret", at: entry.key.range,
          hint: "expected letters, digits and `_`, a letter first, such as `TTS_KEY`")
      } else if let scalar = entry.value.scalar, !entry.value.isNull, !scalar.text.isEmpty {
        secrets[entry.name] = scalar.text
      } else {
        diagnostics.error(
          "missing-value", "the secret `\(entry.name)` has no text", at: entry.value.range)
      }
    }
    return (secrets, diagnostics.sorted)
  }
}
