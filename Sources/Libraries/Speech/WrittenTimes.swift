/// A word as written, with its time.
public struct SpokenWord: Sendable, Hashable, Codable {
  public var text: String
  /// Milliseconds from the beginning of the sound.
  public var start: Int
  public var end: Int
  /// 0 to 1; nil when the time is known for certain.
  public var confidence: Double?

  public init(text: String, start: Int, end: Int, confidence: Double? = nil) {
    self.text = text
    self.start = start
    self.end = end
    self.confidence = confidence
  }
}

/// Puts together words as written, with their times, sentence by sentence.
public struct WrittenTimes {
  public private(set) var words: [SpokenWord] = []
  /// Signs that nobody speaks, waiting for a word to stand before.
  private var waiting = ""

  public init() {}

  /// - Parameters:
  ///   - tokens: the sentence as written.
  ///   - times: of those that the engine reported, from the beginning of its sound.
  ///   - offset: milliseconds at which that sound begins.
  ///   - span: milliseconds in the sound that all words lie in; nil for that of the known times.
  public mutating func append(
    _ tokens: [String], times: [TimedToken], after offset: Int, within span: Range<Int>? = nil
  ) {
    guard let first = times.first, let last = times.last else {
      tokens.forEach { attach($0) }
      return
    }
    let span = span ?? first.start..<max(first.start, last.end)
    let reported = Set(times.map(\.token))
    let spoken = tokens.indices.filter {
      reported.contains($0) || WrittenWords.isSpeakable(tokens[$0])
    }
    let places = Dictionary(uniqueKeysWithValues: zip(spoken, spoken.indices))
    let known = times.compactMap { time in
      places[time.token].map { TimedToken(
          token: $0, start: time.start, end: time.end, confidence: time.confidence)
      }
    }
    let complete = WordTimes.complete(
      known, weights: spoken.map { PauseAnchoring.weight(tokens[$0]) },
      span: span)
    for (index, token) in tokens.enumerated() {
      guard let place = places[index] else {
        attach(token)
        continue
      }
      let text = waiting.isEmpty ? token : "\(waiting) \(token)"
      waiting = ""
      words.append(
        SpokenWord(
          text: text, start: offset + complete[place].start, end: offset + complete[place].end,
          confidence: complete[place].confidence))
    }
  }

  /// A dash or a picture is shown with the word before it.
  private mutating func attach(_ token: String) {
    if words.isEmpty {
      waiting += waiting.isEmpty ? token : " \(token)"
    } else {
      words[words.count - 1].text += " \(token)"
    }
  }
}
