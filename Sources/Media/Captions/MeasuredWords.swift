import Pipeline

/// Words with all that the search for breaks asks again and again, worked out once.
struct MeasuredWords {
  let words: [TimedWord]
  /// What it costs to break after each word; 0 after the last.
  let breakCosts: [Double]
  let endsSentence: [Bool]
  private let width: RunningSum
  private let length: RunningSum

  /// - Parameter width: pixels of a text.
  init(_ words: [TimedWord], width: (String) -> Double) {
    self.words = words
    let next = words.dropFirst().map(Optional.some) + [nil]
    breakCosts = zip(words, next).map { word, next in
      next.map { BreakCost.between(word, $0) } ?? 0
    }
    endsSentence = zip(words, next).map { word, next in
      BreakCost.endsSentence(word.text, before: next?.text)
    }
    let isSpaced = words.indices.map { index in
      index > 0 && CaptionText.needsSpace(words[index - 1].text, words[index].text)
    }
    let space = width(" ")
    self.width = RunningSum(words.map { width($0.text) }, before: isSpaced.map { $0 ? space : 0 })
    length = RunningSum(
      words.map { CaptionText.length(of: $0.text) }, before: isSpaced.map { $0 ? 1 : 0 })
  }

  /// Pixels of the words on one line.
  func width(of range: Range<Int>) -> Double { width.sum(of: range) }

  /// As `CaptionText.length` counts, with the spaces between words.
  func length(of range: Range<Int>) -> Double { length.sum(of: range) }
}

/// Sums of neighbouring elements and of what stands between them, in constant time.
private struct RunningSum {
  /// Of everything before an element, what stands before it included.
  private var starts: [Double] = []
  /// Of everything up to the end of an element.
  private var ends: [Double] = []

  init(_ elements: [Double], before: [Double]) {
    var sum = 0.0
    for (element, gap) in zip(elements, before) {
      starts.append(sum + gap)
      sum += gap + element
      ends.append(sum)
    }
  }

  func sum(of range: Range<Int>) -> Double {
    range.isEmpty ? 0 : ends[range.upperBound - 1] - starts[range.lowerBound]
  }
}
