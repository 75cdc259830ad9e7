import Pipeline

/// Finds the best lines for the words of one cue.
struct LineBreaker {
  let layout: CaptionLayout
  let words: MeasuredWords

  /// Infinite when the words do not fit into the allowed lines.
  func cost(of range: Range<Int>) -> Double {
    best(range, lines: layout.maxLines)?.cost ?? .infinity
  }

  /// The lines as ranges of indices; a word that is too long stands alone on its line.
  func lines(of range: Range<Int>) -> [Range<Int>] {
    best(range, lines: layout.maxLines)?.lines ?? [range]
  }

  private struct Best {
    var cost: Double
    var lines: [Range<Int>]
  }

  private func best(_ range: Range<Int>, lines: Int) -> Best? {
    if fits(range) { return Best(cost: 0, lines: [range]) }
    guard lines > 1, range.count > 1 else { return nil }
    var found: Best?
    for cut in (range.lowerBound + 1)..<range.upperBound {
      let top = range.lowerBound..<cut
      guard fits(top) else { break }
      guard let rest = best(cut..<range.upperBound, lines: lines - 1) else { continue }
      let cost =
        rest.cost + 10 + words.breakCosts[cut - 1] * 0.6 + imbalance(top, rest.lines)
      if cost < found?.cost ?? .infinity { found = Best(cost: cost, lines: [top] + rest.lines) }
    }
    return found
  }

  /// Lines of one length are easiest to read, then a longer one below; a word alone on a line is worst.
  private func imbalance(_ top: Range<Int>, _ rest: [Range<Int>]) -> Double {
    guard let next = rest.first else { return 0 }
    let upper = words.width(of: top)
    let lower = words.width(of: next)
    let difference = abs(upper - lower) / max(upper, lower, 1)
    let lonely = top.count == 1 || rest.contains { $0.count == 1 }
    return difference * (upper > lower ? 20 : 14) + (lonely ? 25 : 0)
  }

  private func fits(_ range: Range<Int>) -> Bool {
    if range.count == 1 { return true }
    guard words.length(of: range) <= Double(layout.maxCharactersPerLine) else { return false }
    return layout.maxWidth.map { words.width(of: range) <= $0 } ?? true
  }
}
