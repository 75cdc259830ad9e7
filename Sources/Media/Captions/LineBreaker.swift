import Pipeline

/// Finds the best lines for the words of one cue.
struct LineBreaker {
  let layout: CaptionLayout
  /// Pixels of each word.
  let widths: [Double]
  let space: Double

  /// Infinite when the words do not fit into the allowed lines.
  func cost(of words: [TimedWord], _ range: Range<Int>) -> Double {
    best(words, range, lines: layout.maxLines)?.cost ?? .infinity
  }

  /// The lines as indices; a word that is too long stands alone on its line.
  func lines(of words: [TimedWord], _ range: Range<Int>) -> [[Int]] {
    guard let best = best(words, range, lines: layout.maxLines) else { return [Array(range)] }
    return best.lines.map(Array.init)
  }

  private struct Best {
    var cost: Double
    var lines: [Range<Int>]
  }

  private func best(_ words: [TimedWord], _ range: Range<Int>, lines: Int) -> Best? {
    var found: Best?
    if fits(words, range) { found = Best(cost: 0, lines: [range]) }
    guard found == nil, lines > 1, range.count > 1 else { return found }
    for cut in (range.lowerBound + 1)..<range.upperBound {
      let top = range.lowerBound..<cut
      guard fits(words, top) else { break }
      guard let rest = best(words, cut..<range.upperBound, lines: lines - 1) else { continue }
      let cost =
        rest.cost + 10 + BreakCost.between(words[cut - 1], words[cut]) * 0.6
        + imbalance(words, top, rest.lines)
      if cost < found?.cost ?? .infinity { found = Best(cost: cost, lines: [top] + rest.lines) }
    }
    return found
  }

  /// Lines of one length are easiest to read, then a longer one below; a word alone on a line is worst.
  private func imbalance(_ words: [TimedWord], _ top: Range<Int>, _ rest: [Range<Int>]) -> Double {
    guard let next = rest.first else { return 0 }
    let upper = width(words, top)
    let lower = width(words, next)
    let longest = max(upper, lower, 1)
    let difference = abs(upper - lower) / longest
    let lonely = top.count == 1 || rest.contains { $0.count == 1 }
    return difference * (upper > lower ? 20 : 14) + (lonely ? 25 : 0)
  }

  private func fits(_ words: [TimedWord], _ range: Range<Int>) -> Bool {
    if range.count == 1 { return true }
    let characters = range.reduce(0) { count, index in
      count + words[index].text.count + (separated(words, index, in: range) ? 1 : 0)
    }
    guard characters <= layout.maxCharactersPerLine else { return false }
    return layout.maxWidth.map { width(words, range) <= $0 } ?? true
  }

  private func width(_ words: [TimedWord], _ range: Range<Int>) -> Double {
    range.reduce(0) { width, index in
      width + widths[index] + (separated(words, index, in: range) ? space : 0)
    }
  }

  private func separated(_ words: [TimedWord], _ index: Int, in range: Range<Int>) -> Bool {
    index > range.lowerBound && CaptionText.needsSpace(words[index - 1].text, words[index].text)
  }
}
