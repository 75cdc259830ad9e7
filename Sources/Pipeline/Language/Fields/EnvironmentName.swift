/// `${NAME}`, which other systems replace by a variable of the environment, and which is plain text here.
enum EnvironmentName {
  /// What to say about it; nil where the text has none.
  static func note(in text: String) -> String? {
    guard let name = found(in: text) else { return nil }
    if name.hasPrefix("!") {
      return "`${! … }` is plain text here; an expression stands in `${{ … }}`"
    }
    return
      "`${\(name)}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`"
  }

  /// The first name, or `!` for an expression of Bloblang.
  private static func found(in text: String) -> String? {
    var rest = text[...]
    while let dollar = rest.firstRange(of: "${") {
      let inside = rest[dollar.upperBound...]
      rest = inside
      if inside.first == "!" { return "!" }
      let name = inside.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
      let after = inside.dropFirst(name.count).first
      if name.count > 1, after == "}" || after == ":" { return String(name) }
    }
    return nil
  }
}
