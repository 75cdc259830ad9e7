import Pipeline

/// Values in a few words, for lines that say what went into a run or came out of it.
enum ValueText {
  static func short(_ value: Value, limit: Int = 60) -> String {
    switch value {
    case .text(let text): return quoted(text, limit: limit)
    case .file(let file), .video(.file(let file)): return describe(file)
    case .video(.timeline): return "a timeline"
    case .transcript(let transcript): return Amount.things(transcript.words.count, "word")
    case .captions(let captions): return Amount.things(captions.cues.count, "cue")
    case .bundle(let bundle):
      let bytes = bundle.files.values.reduce(0) { $0 + $1.byteCount }
      return "\(bundle.entry), \(Amount.things(bundle.files.count, "file")), \(Amount.bytes(bytes))"
    case .list(let values): return list(values, limit: limit)
    case .map(let members):
      let names = members.keys.sorted().joined(separator: ", ")
      return "{ \(cut(names, to: limit)) }"
    default: return value.asText ?? value.kind
    }
  }

  private static func describe(_ file: FileReference) -> String {
    "\(file.name), \(Amount.bytes(file.byteCount))"
  }

  private static func list(_ values: [Value], limit: Int) -> String {
    let whole = "[" + values.map { short($0, limit: limit) }.joined(separator: ", ") + "]"
    if whole.count <= limit { return whole }
    return
      "\(Amount.things(values.count, "item")): \(values.first.map { short($0, limit: 30) } ?? ""), …"
  }

  private static func quoted(_ text: String, limit: Int) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "\"\(cut(line, to: limit))\""
  }

  static func cut(_ text: String, to limit: Int) -> String {
    text.count > limit ? text.prefix(limit - 1) + "…" : text
  }
}
