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
    fitted.lines = lines(
      of: MeasuredWords(parts, width: width), atLeast: cue.lines.count
    ).map { line in
      parts[line].map { part in
        Cue.Word(
          text: part.text, start: isTimed ? part.start : nil, end: isTimed ? part.end : nil)
      }
    }
    return fitted
  }

  /// Well-chosen breaks for up to three lines; more are filled one after the other.
  private func lines(of words: MeasuredWords, atLeast fewest: Int) -> [Range<Int>] {
    var roomy = self
    roomy.maxCharactersPerLine = .max
    let all = words.words.indices
    for count in min(fewest, 3)...3 {
      roomy.maxLines = count
      let breaker = LineBreaker(layout: roomy, words: words)
      if breaker.cost(of: all) < .infinity { return breaker.lines(of: all) }
    }
    return filled(words)
  }

  private func filled(_ words: MeasuredWords) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    for index in words.words.indices {
      if let line = lines.last,
        words.width(of: line.lowerBound..<index + 1) <= maxWidth ?? .infinity
      {
        lines[lines.count - 1] = line.lowerBound..<index + 1
      } else {
        lines.append(index..<index + 1)
      }
    }
    return lines
  }
}
