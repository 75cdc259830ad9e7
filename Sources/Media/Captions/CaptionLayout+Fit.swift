public import Pipeline

extension CaptionLayout {
  /// A ready-made cue whose lines fit into `maxWidth`: as it is if they do, else broken anew into as many lines as
  /// it takes. Its words and times stay.
  public func fitted(_ cue: Cue, width: (String) -> Double) -> Cue {
    guard let maxWidth, cue.lines.contains(where: { width(CaptionText.join($0)) > maxWidth }) else {
      return cue
    }
    let words = cue.lines.flatMap { $0 }
    let isTimed = words.allSatisfy { $0.start != nil && $0.end != nil }
    let parts = words.flatMap { word in
      let start = word.start ?? cue.start
      return self.parts(
        of: TimedWord(text: word.text, start: start, end: word.end ?? start), width: width)
    }
    var fitted = cue
    fitted.lines = lines(of: parts, atLeast: cue.lines.count, width: width).map { line in
      line.map { index in
        Cue.Word(
          text: parts[index].text, start: isTimed ? parts[index].start : nil,
          end: isTimed ? parts[index].end : nil)
      }
    }
    return fitted
  }

  /// Well-chosen breaks for up to three lines; more are filled one after the other.
  private func lines(
    of parts: [TimedWord], atLeast fewest: Int, width: (String) -> Double
  ) -> [[Int]] {
    var roomy = self
    roomy.maxCharactersPerLine = .max
    let all = parts.indices
    for count in fewest...max(fewest, 3) {
      roomy.maxLines = min(count, 3)
      let breaker = LineBreaker(
        layout: roomy, widths: parts.map { width($0.text) }, space: width(" "))
      if breaker.cost(of: parts, all) < .infinity { return breaker.lines(of: parts, all) }
    }
    return filled(parts, width: width)
  }

  private func filled(_ parts: [TimedWord], width: (String) -> Double) -> [[Int]] {
    var lines: [[Int]] = []
    for index in parts.indices {
      let longer = (lines.last ?? []) + [index]
      let text = CaptionText.join(longer.map { Cue.Word(text: parts[$0].text) })
      if lines.isEmpty || width(text) > maxWidth ?? .infinity {
        lines.append([index])
      } else {
        lines[lines.count - 1] = longer
      }
    }
    return lines
  }
}
