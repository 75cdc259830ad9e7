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
  ///   - filmEnd: milliseconds; no cue is held longer than the film.
  ///   - width: pixels of a text, for `maxWidth`.
  public func cues(
    for words: [TimedWord], filmEnd: Int, width: (String) -> Double
  ) -> [Cue] {
    let parts = words.flatMap { self.parts(of: $0, width: width) }
    guard !parts.isEmpty else { return [] }
    let breaker = LineBreaker(layout: self, words: MeasuredWords(parts, width: width))
    let cues = ranges(breaker).map { range in
      Cue(
        start: parts[range.lowerBound].start, end: parts[range.upperBound - 1].end,
        lines: breaker.lines(of: range).map { line in
          parts[line].map { Cue.Word(text: $0.text, start: $0.start, end: $0.end) }
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
  private func ranges(_ breaker: LineBreaker) -> [Range<Int>] {
    let count = breaker.words.words.count
    var best = [Double](repeating: .infinity, count: count + 1)
    var from = [Int](repeating: 0, count: count + 1)
    best[0] = 0
    for end in 1...count {
      for start in stride(from: end - 1, through: 0, by: -1) {
        let shape = breaker.cost(of: start..<end)
        // More words will not fit either.
        guard shape < .infinity else { break }
        let cost = best[start] + shape + cost(of: breaker.words, start..<end)
        if cost < best[end] {
          best[end] = cost
          from[end] = start
        }
      }
    }
    var ranges: [Range<Int>] = []
    var end = count
    while end > 0 {
      ranges.append(from[end]..<end)
      end = from[end]
    }
    return ranges.reversed()
  }

  /// What a cue costs apart from its lines.
  private func cost(of measured: MeasuredWords, _ range: Range<Int>) -> Double {
    let words = measured.words
    let first = words[range.lowerBound]
    let last = words[range.upperBound - 1]
    // Each cue is one more thing to read.
    var cost = 12 + measured.breakCosts[range.upperBound - 1]
    for index in range.dropLast() {
      if measured.endsSentence[index] { cost += 25 }
      if words[index + 1].start - words[index].end >= 1200 { cost += 60 }
    }
    if range.count > 1, last.end - first.start > maxDuration { cost += 1000 }
    if range.count == 1, words.count > 1 { cost += loneliness(measured, range.lowerBound) }
    let until = range.upperBound < words.count ? words[range.upperBound].start : last.end + 1000
    let room = Double(max(until - first.start, 1))
    let excess = measured.length(of: range) / room * 1000 - charactersPerSecond
    if excess > 0 { cost += 8 * excess * excess.squareRoot() }
    // A cue that is gone at once cannot be read, however short.
    let shortfall = 1 - room / Double(minDuration + minGap)
    if shortfall > 0 { cost += 60 * shortfall }
    return cost
  }

  /// What it costs to show a word alone: nothing if it is a sentence.
  private func loneliness(_ measured: MeasuredWords, _ index: Int) -> Double {
    let begins = index == 0 || measured.endsSentence[index - 1]
    return (measured.endsSentence[index] ? 0 : 30) + (begins ? 0 : 30)
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
      // A word or two in fast speech are not made shorter still.
      timed[index].end = max(end, min(cue.end, following, cue.start + 4 * minGap), cue.start + 1)
    }
    return timed
  }
}
