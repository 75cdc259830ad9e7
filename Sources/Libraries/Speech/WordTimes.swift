/// Gives every word a time where an engine or an aligner left some out.
public enum WordTimes {
  /// Milliseconds below which a word cannot be seen.
  private static let shortest = 60

  /// - Parameters:
  ///   - known: in rising order of `token`; times that go backwards are straightened.
  ///   - weights: how long each word is likely to be in relation to the others, all positive.
  ///   - span: milliseconds that all words lie in.
  /// - Returns: one entry per weight, in rising order of time.
  public static func complete(
    _ known: [TimedToken], weights: [Double], span: Range<Int>
  ) -> [TimedToken] {
    var result: [TimedToken] = []
    var pending: [Int] = []
    var sure = straightened(known, count: weights.count, span: span)[...]
    for token in weights.indices {
      if let next = sure.first, next.token == token {
        sure = sure.dropFirst()
        place(&pending, before: next, in: &result, weights, span)
        if pending.isEmpty {
          result.append(next)
        } else {
          // No room before the first word: they share its time.
          spread(pending + [token], over: next.start..<next.end, in: &result, weights)
          pending = []
        }
      } else {
        pending.append(token)
      }
    }
    let end = TimedToken(token: weights.count, start: span.upperBound, end: span.upperBound)
    place(&pending, before: end, in: &result, weights, span)
    spread(pending, over: span, in: &result, weights)
    return result
  }

  /// Puts the pending words into the pause before `next`, or lets them share the word before them.
  private static func place(
    _ pending: inout [Int], before next: TimedToken, in result: inout [TimedToken],
    _ weights: [Double], _ span: Range<Int>
  ) {
    guard !pending.isEmpty else { return }
    let gapStart = result.last?.end ?? span.lowerBound
    if next.start - gapStart >= shortest * pending.count {
      spread(pending, over: gapStart..<next.start, in: &result, weights)
    } else if let last = result.popLast() {
      spread([last.token] + pending, over: last.start..<max(next.start, last.end), in: &result, weights)
    } else {
      return
    }
    pending = []
  }

  private static func spread(
    _ tokens: [Int], over span: Range<Int>, in result: inout [TimedToken], _ weights: [Double]
  ) {
    let total = tokens.reduce(0) { $0 + weights[$1] }
    var before = 0.0
    for token in tokens {
      let start = span.lowerBound + Int(Double(span.count) * before / total)
      before += weights[token]
      let end = span.lowerBound + Int(Double(span.count) * before / total)
      result.append(TimedToken(token: token, start: start, end: end, confidence: 0))
    }
  }

  private static func straightened(
    _ known: [TimedToken], count: Int, span: Range<Int>
  ) -> [TimedToken] {
    var clock = span.lowerBound
    var lastToken = -1
    return known.compactMap { word in
      guard word.token > lastToken, word.token < count else { return nil }
      var word = word
      word.start = min(max(word.start, clock), span.upperBound)
      word.end = min(max(word.end, word.start), span.upperBound)
      clock = word.end
      lastToken = word.token
      return word
    }
  }
}
