import Pipeline

/// What is there at a moment of a film, each with the line that made it.
struct LocateText {
  let map: SourceMap
  let time: Double
  let frame: Int
  let entries: [SourceMap.Entry]
  let colour: Bool

  var text: String {
    var parts = [
      "\(FilmTime.text(time)) of \(FilmTime.text(map.duration))"
        + (map.frameCount > 0 ? ", frame \(frame) of \(map.frameCount)" : "")
        + ", `\(map.output)` of `\(map.pipeline)`\n"
    ]
    if entries.isEmpty { parts.append("Nothing that a stage put there by itself.\n") }
    parts += entries.map(text)
    return parts.joined(separator: "\n")
  }

  private func text(_ entry: SourceMap.Entry) -> String {
    let words = entry.text.map { " \"\(ValueText.cut(Self.line($0), to: 60))\"" } ?? ""
    var maker = entry.stage.map { "`\($0)`" } ?? "`\(entry.module)`"
    if let item = entry.item { maker += ", item \(item + 1)" }
    if let via = entry.via, !via.isEmpty {
      maker += " from " + via.map { "`\($0)`" }.joined(separator: " from ")
    }
    let head =
      "\(entry.kind.rawValue)\(words)  \(FilmTime.text(entry.start)) to "
      + "\(FilmTime.text(entry.end)), by \(maker)\n"
    guard let source = entry.source else { return head }
    return head + DiagnosticRenderer(colour: colour).excerpt(source.place)
      + (source.input.map { "    = note: given as the input `\($0)`\n" } ?? "")
  }

  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
