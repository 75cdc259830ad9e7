import Fonts
public import Pipeline

/// Breaks timed words into cues and lines that can be read.
///
/// Every word appears in exactly one cue, in order. Figures are the usual guideline values: at most 7 s, at least
/// 5/6 s where there is room, about 20 characters per second, two frames between cues.
public struct CaptionLayout: Sendable, Hashable {
  public var maxLines = 2
  public var maxCharactersPerLine = 42
  /// Pixels that a line may take; nil leaves it to the number of characters.
  public var maxWidth: Double?
  /// Milliseconds.
  public var maxDuration = 7000
  public var minDuration = 833
  public var charactersPerSecond = 20.0
  /// Milliseconds between cues; a gap shorter than `closedGap` is closed to it.
  public var minGap = 67
  public var closedGap = 500

  public init() {}

  /// - Parameters:
  ///   - words: in order of time.
  ///   - filmEnd: milliseconds; no cue lasts longer than the film.
  ///   - width: pixels of a text, for `maxWidth`.
  public func cues(
    for words: [TimedWord], filmEnd: Int, width: (String) -> Double
  ) -> [Cue] {
    let parts = words.flatMap(\.parts).filter { !$0.text.isEmpty }
    guard !parts.isEmpty else { return [] }
    let breaker = LineBreaker(layout: self, widths: parts.map { width($0.text) }, space: width(" "))
    var cues: [Cue] = []
    for range in ranges(of: parts, breaker: breaker) {
      let lines = breaker.lines(of: parts, range)
      cues.append(
        Cue(
          start: parts[range.lowerBound].start, end: parts[range.upperBound - 1].end,
          lines: lines.map { line in
            line.map { Cue.Word(text: parts[$0].text, start: parts[$0].start, end: parts[$0].end) }
          }))
    }
    return timed(cues, filmEnd: filmEnd)
  }

  /// The cheapest way to cut the words into cues (dynamic programming over the last cut).
  private func ranges(of words: [TimedWord], breaker: LineBreaker) -> [Range<Int>] {
    var best = [Double](repeating: .infinity, count: words.count + 1)
    var from = [Int](repeating: 0, count: words.count + 1)
    best[0] = 0
    for end in 1...words.count {
      var start = end - 1
      while start >= 0 {
        let range = start..<end
        let shape = breaker.cost(of: words, range)
        // A single word that fits nowhere must still be shown.
        guard shape < .infinity || end - start == 1 else { break }
        let cost = best[start] + min(shape, 1000) + self.cost(of: words, range)
        if cost < best[end] {
          best[end] = cost
          from[end] = start
        }
        start -= 1
      }
    }
    var ranges: [Range<Int>] = []
    var end = words.count
    while end > 0 {
      ranges.append(from[end]..<end)
      end = from[end]
    }
    return ranges.reversed()
  }

  /// What a cue costs apart from its lines.
  private func cost(of words: [TimedWord], _ range: Range<Int>) -> Double {
    let first = words[range.lowerBound]
    let last = words[range.upperBound - 1]
    var cost = 12.0  // each cue is one more thing to read
    if range.upperBound < words.count {
      cost += BreakCost.between(last, words[range.upperBound])
    }
    for index in range.dropLast() where index + 1 < range.upperBound {
      if BreakCost.endsSentence(words[index].text) { cost += 25 }
      let pause = words[index + 1].start - words[index].end
      if pause >= 1200 { cost += 60 }
    }
    let duration = last.end - first.start
    if duration > maxDuration { cost += 200 }
    if range.count == 1, words.count > 1, !BreakCost.endsSentence(last.text) { cost += 30 }
    if range.count == 1, range.lowerBound > 0,
      !BreakCost.endsSentence(words[range.lowerBound - 1].text)
    {
      cost += 30
    }
    let room = range.upperBound < words.count ? words[range.upperBound].start : last.end + 1000
    let seconds = Double(max(room - first.start, 1)) / 1000
    let characters = range.reduce(0) { $0 + words[$1].text.count + 1 } - 1
    let excess = Double(characters) / seconds - charactersPerSecond
    if excess > 0 { cost += 8 * excess * excess.squareRoot() }
    return cost
  }

  /// Gives each cue the time to be read, without touching the next one.
  private func timed(_ cues: [Cue], filmEnd: Int) -> [Cue] {
    var timed = cues
    for index in timed.indices {
      let cue = timed[index]
      let following = index + 1 < timed.count ? timed[index + 1].start : filmEnd + minGap
      let text = cue.lines.map(CaptionText.join).joined(separator: " ")
      let reading = Int(Double(text.count) / charactersPerSecond * 1000)
      let wanted = max(cue.end, cue.start + max(reading, minDuration))
      let latest = following - minGap
      var end = min(wanted, latest)
      if index + 1 < timed.count, following - end < closedGap { end = latest }
      // Speech that leaves no room keeps its own end, up to the next cue.
      timed[index].end = max(end, min(cue.end, following), cue.start + 1)
    }
    return timed
  }
}
