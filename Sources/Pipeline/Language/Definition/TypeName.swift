/// Reads the name of a type as it is written in `inputs`.
enum TypeName {
  /// `enum` is not among them: it needs its `values`.
  static let simple: [String: ValueType] = [
    "text": .text, "integer": .integer, "number": .number, "boolean": .boolean,
    "duration": .duration, "size": .size, "colour": .colour, "json": .json, "file": .file,
    "image": .image, "audio": .audio, "media": .media, "video": .video,
  ]

  /// In the order of the documentation.
  static let names = [
    "text", "integer", "number", "boolean", "duration", "size", "colour", "enum", "json", "file",
    "image", "audio", "media", "video",
  ]

  private static let synonyms = [
    "string": "text", "str": "text", "int": "integer", "float": "number", "double": "number",
    "decimal": "number", "bool": "boolean", "flag": "boolean", "color": "colour", "path": "file",
    "url": "text", "array": "list<text>", "list": "list<text>", "object": "map<text>",
    "map": "map<text>", "dict": "map<text>", "any": "json", "choice": "enum", "select": "enum",
    "picture": "image", "sound": "audio", "time": "duration", "seconds": "duration",
    "resolution": "size",
  ]

  /// - Parameter values: what `enum` stands for; nil when none were given.
  static func parse(_ text: String, values: [String]?) throws(ValueError) -> ValueType {
    try parse(text.filter { $0 != " " }[...], values: values, depth: 0)
  }

  private static func parse(
    _ text: Substring, values: [String]?, depth: Int
  ) throws(ValueError) -> ValueType {
    guard depth <= 5 else { throw ValueError("a type is nested at most 5 levels deep") }
    if let type = simple[String(text)] { return type }
    if text == "enum" {
      guard let values else { throw ValueError("`enum` needs `values`, the list of its names") }
      return .choice(values)
    }
    for (prefix, make) in [("list<", ValueType.list), ("map<", ValueType.map)]
    where text.hasPrefix(prefix) && text.hasSuffix(">") {
      let inner = text.dropFirst(prefix.count).dropLast()
      do throws(ValueError) {
        return make(try parse(inner, values: values, depth: depth + 1))
      } catch {
        throw ValueError(error.message, suggestion: error.suggestion.map { "\(prefix)\($0)>" })
      }
    }
    throw unknown(String(text))
  }

  private static func unknown(_ text: String) -> ValueError {
    if text.hasSuffix("?") {
      return ValueError(
        "`\(text)` is not a type; what may be missing says `optional: true`",
        suggestion: String(text.dropLast()))
    }
    if ["transcript", "captions", "bundle"].contains(text) {
      return ValueError("a `\(text)` is made by a stage and cannot be given from outside")
    }
    if text == "secret" {
      return ValueError(
        "a `secret` is no input: declare it in `secrets: [NAME]` and use it as `${{ secrets.NAME }}`"
      )
    }
    if let near = synonyms[text.lowercased()] ?? Suggestion.nearest(to: text, among: names) {
      return ValueError("`\(text.shortened)` is not a type", suggestion: near)
    }
    return ValueError(
      "`\(text.shortened)` is not a type; types are \(names.joined(separator: ", ")), list<…> and map<…>"
    )
  }
}
