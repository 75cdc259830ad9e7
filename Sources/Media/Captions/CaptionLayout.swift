public import Pipeline

/// Breaks timed words into cues and lines that can be read.
///
/// Every word appears in exactly one cue, in order. Figures are the usual guideline values: at most 7 s, at least
/// 5/6 s where there is room, about 20 characters per second, two frames between cues.
public struct CaptionLayout: Sendable, Hashable {
  public var maxLines = 2
  /// As `CaptionText.length` counts them.
  public var maxCharactersPerLine = 42
  /// Pixels that a line may take; nil leaves it to the number of characters.
  public var maxWidth: Double?
  /// Milliseconds. Only speech that cannot be cut lasts longer: a single word.
  public var maxDuration = 7000
  public var minDuration = 833
  public var charactersPerSecond = 20.0
  /// Milliseconds between cues; a gap shorter than `closedGap` is closed to it.
  public var minGap = 67
  public var closedGap = 500

  public init() {}

  /// - Parameters:
  ///   - words: in order of time.
  ///   - filmEnd: milliseconds; no cue is held longer than the film.
  ///   - width: pixels of a text, for `maxWidth`.
  public func cues(
    for words: [TimedWord], filmEnd: Int, width: (String) -> Double
  ) -> [Cue] {
    let parts = words.flatMap { self.parts(of: $0, width: width) }
    guard !parts.isEmpty else { return [] }
    let breaker = LineBreaker(layout: self, widths: parts.map { width($0.text) }, space: width(" "))
    let cues = ranges(of: parts, breaker: breaker).map { range in
      Cue(
        start: parts[range.lowerBound].start, end: parts[range.upperBound - 1].end,
        lines: breaker.lines(of: parts, range).map { line in
          line.map { Cue.Word(text: parts[$0].text, start: parts[$0].start, end: parts[$0].end) }
        })
    }
    return timed(cues, filmEnd: filmEnd)
  }

  /// What a line can be broken between.
  func parts(of word: TimedWord, width: (String) -> Double) -> [TimedWord] {
    let parts = word.text.isEmpty ? [] : word.parts
    guard let maxWidth else { return parts }
    return parts.flatMap { $0.pieces(fitting: maxWidth, measured: width) }
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
        // More words will not fit either.
        guard shape < .infinity else { break }
        let cost = best[start] + shape + self.cost(of: words, range)
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
    let next = range.upperBound < words.count ? words[range.upperBound] : nil
    var cost = 12.0  // each cue is one more thing to read
    if let next { cost += BreakCost.between(last, next) }
    for index in range.dropLast() {
      if BreakCost.endsSentence(words[index].text, before: words[index + 1].text) { cost += 25 }
      if words[index + 1].start - words[index].end >= 1200 { cost += 60 }
    }
    if range.count > 1, last.end - first.start > maxDuration { cost += 1000 }
    if range.count == 1 { cost += loneliness(of: words, range.lowerBound) }
    let room = next?.start ?? last.end + 1000
    let seconds = Double(max(room - first.start, 1)) / 1000
    let length = range.reduce(-1) { $0 + CaptionText.length(of: words[$1].text) + 1 }
    let excess = length / seconds - charactersPerSecond
    if excess > 0 { cost += 8 * excess * excess.squareRoot() }
    return cost
  }

  /// What it costs to show a word alone: nothing if it is a sentence.
  private func loneliness(of words: [TimedWord], _ index: Int) -> Double {
    func isSentenceEnd(_ index: Int) -> Bool {
      let next = index + 1 < words.count ? words[index + 1].text : nil
      return BreakCost.endsSentence(words[index].text, before: next)
    }
    guard words.count > 1 else { return 0 }
    return (isSentenceEnd(index) ? 0 : 30) + (index > 0 && !isSentenceEnd(index - 1) ? 30 : 0)
  }

  /// Gives each cue the time to be read, without touching the next one.
  private func timed(_ cues: [Cue], filmEnd: Int) -> [Cue] {
    var timed = cues
    for index in timed.indices {
      let cue = timed[index]
      let isLast = index + 1 == timed.count
      let following = isLast ? max(filmEnd, cue.end) + minGap : timed[index + 1].start
      let text = cue.lines.map(CaptionText.join).joined(separator: " ")
      let reading = Int(CaptionText.length(of: text) / charactersPerSecond * 1000)
      let latest = min(following - minGap, cue.start + maxDuration)
      var end = min(max(cue.end, cue.start + max(reading, minDuration)), latest)
      if !isLast, following - end < closedGap { end = latest }
      // Speech that leaves no room keeps its own end, up to the next cue.
      timed[index].end = max(end, min(cue.end, following), cue.start + 1)
    }
    return timed
  }
}
