import Pipeline

/// One cue as the events of an ASS script.
struct CueEvents {
  struct Event: Equatable {
    var start: Int
    var end: Int
    var text: String
  }

  /// All words have times, in order.
  let cue: Cue
  let style: CaptionStyle

  var events: [Event] {
    switch style.animation {
    case .classic: [Event(start: cue.start, end: cue.end, text: text { _, _ in "" })]
    case .karaoke: [Event(start: cue.start, end: cue.end, text: karaoke)]
    case .progressive: progressive
    }
  }

  private var words: [Cue.Word] { cue.lines.flatMap { $0 } }

  /// The cue's lines with an override before each word.
  private func text(_ override: (_ index: Int, _ word: Cue.Word) -> String) -> String {
    var index = 0
    let lines = cue.lines.map { line in
      zip(CaptionText.separators(of: line), line).map { separator, word in
        defer { index += 1 }
        return separator + override(index, word) + ASSScript.escape(word.text)
      }.joined()
    }
    return lines.joined(separator: "\\N")
  }

  /// `\kf` sweeps from the secondary to the primary colour, for so many hundredths of a second.
  private var karaoke: String {
    var last = cue.start
    return text { _, word in
      let start = word.start ?? last
      let end = max(word.end ?? start, start)
      let wait = max(0, hundredths(start) - hundredths(last))
      last = end
      return "{\\k\(wait)\\kf\(hundredths(end) - hundredths(start))}"
    }
  }

  private func hundredths(_ milliseconds: Int) -> Int { (milliseconds + 5) / 10 }

  /// A step per word. Words to come keep their place, drawn with nothing, so that the line never moves.
  private var progressive: [Event] {
    let starts = words.map { min(max($0.start ?? cue.start, cue.start), cue.end) }
    var events: [Event] = []
    for index in words.indices {
      let next = index + 1 < words.count ? starts[index + 1] : cue.end
      let spokenUntil = min(max(words[index].end ?? next, starts[index]), next)
      // A short silence still belongs to the word before it.
      let change = next - spokenUntil > Self.silence ? spokenUntil : next
      events.append(step(starts[index], change, spoken: index, shown: index))
      events.append(step(change, next, spoken: nil, shown: index))
    }
    return events.filter { $0.start < $0.end }
  }

  /// Makes the rest of the cue transparent. libass draws the box in the shadow's colour as it is at the end of the
  /// cue, so that must stay where there is a box.
  private var hiddenTag: String {
    style.boxColour == nil ? "{\\r\\alpha&HFF&}" : "{\\r\\1a&HFF&\\3a&HFF&}"
  }

  /// Milliseconds after which no word counts as being spoken.
  private static let silence = 300

  private func step(_ start: Int, _ end: Int, spoken: Int?, shown: Int) -> Event {
    let colour = style.wordColour
    let spokenTag =
      "{\\r\\1c&H\(ASSScript.hex(colour.blue))\(ASSScript.hex(colour.green))\(ASSScript.hex(colour.red))&"
      + "\\1a&H\(ASSScript.hex(255 - colour.alpha))&}"
    return Event(
      start: start, end: end,
      text: text { index, _ in
        if index > shown { return index == shown + 1 ? hiddenTag : "" }
        return index == spoken ? spokenTag : "{\\r}"
      })
  }
}

extension Cue {
  /// The same cue with times for every word: those that are missing get a share by length.
  var complete: Cue {
    let words = lines.flatMap { $0 }
    if words.allSatisfy({ $0.start != nil && $0.end != nil }) { return self }
    let total = max(words.reduce(0) { $0 + $1.text.count + 1 }, 1)
    var before = 0
    var copy = self
    for line in lines.indices {
      for index in lines[line].indices {
        let count = lines[line][index].text.count + 1
        copy.lines[line][index].start = start + (end - start) * before / total
        copy.lines[line][index].end = start + (end - start) * (before + count) / total
        before += count
      }
    }
    return copy
  }
}
