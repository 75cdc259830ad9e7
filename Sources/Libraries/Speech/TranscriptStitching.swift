/// A word that somebody heard in a stretch of sound.
public struct HeardToken: Sendable, Hashable {
  public var text: String
  /// Milliseconds from the beginning of the whole sound.
  public var start: Int
  public var end: Int
  public var confidence: Double?
  public var speaker: String?

  public init(
    text: String, start: Int, end: Int, confidence: Double? = nil, speaker: String? = nil
  ) {
    self.text = text
    self.start = start
    self.end = end
    self.confidence = confidence
    self.speaker = speaker
  }

  var letters: String { String(text.lowercased().filter { $0.isLetter || $0.isNumber }) }
  var middle: Int { (start + end) / 2 }
}

/// Makes one text of several that overlap, without losing or doubling words where they meet.
public enum TranscriptStitching {
  /// Milliseconds by which two recognisers may differ about a word.
  private static let tolerance = 700
  /// Milliseconds below which a word cannot be seen.
  private static let shortest = 20

  /// Words in order, inside of the sound, none without letters or length.
  public static func sanitised(_ words: [HeardToken], within span: Range<Int>) -> [HeardToken] {
    var result: [HeardToken] = []
    for word in words.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard word.start < span.upperBound, word.end > span.lowerBound, !word.text.isEmpty else {
        continue
      }
      if word.letters.isEmpty, !WrittenWords.isSpeakable(word.text) {
        // Punctuation that was heard alone belongs to what is before it.
        if !result.isEmpty { result[result.count - 1].text += word.text }
        continue
      }
      var word = word
      word.start = max(word.start, span.lowerBound)
      if let last = result.last { word.start = max(word.start, min(last.end, word.end - shortest)) }
      if let last = result.last, word.start < last.end {
        result[result.count - 1].end = max(last.start, word.start)
      }
      word.end = min(max(word.end, word.start + shortest), span.upperBound)
      guard word.end > word.start else { continue }
      result.append(word)
    }
    return result
  }

  /// - Parameters:
  ///   - parts: each sanitised, in order.
  ///   - overlaps: between each part and the next, in milliseconds; one fewer than parts.
  public static func join(_ parts: [[HeardToken]], overlaps: [Range<Int>]) -> [HeardToken] {
    guard var result = parts.first else { return [] }
    for (part, overlap) in zip(parts.dropFirst(), overlaps) {
      result = join(result, renamed(part, after: result, in: overlap), in: overlap)
    }
    return result
  }

  /// Where both heard the same word, nearest to the middle of the overlap, one takes over from the other.
  private static func join(
    _ left: [HeardToken], _ right: [HeardToken], in overlap: Range<Int>
  ) -> [HeardToken] {
    let middle = (overlap.lowerBound + overlap.upperBound) / 2
    if let (one, other) = common(left, right, in: overlap).min(by: {
      abs(left[$0.0].middle - middle) < abs(left[$1.0].middle - middle)
    }) {
      return Array(left[...one]) + right[(other + 1)...]
    }
    // Nothing in common: what is before the middle is the one's, what is after it the other's.
    return left.filter { $0.middle < middle } + right.filter { $0.middle >= middle }
  }

  /// Pairs of words that both heard, in order: the longest common row.
  private static func common(
    _ left: [HeardToken], _ right: [HeardToken], in overlap: Range<Int>
  ) -> [(Int, Int)] {
    let ones = left.indices.filter { left[$0].end > overlap.lowerBound - tolerance }
    let others = right.indices.filter { right[$0].start < overlap.upperBound + tolerance }
    func isSame(_ one: Int, _ other: Int) -> Bool {
      abs(left[one].start - right[other].start) <= tolerance
        && left[one].letters == right[other].letters
    }
    var lengths = [[Int]](
      repeating: [Int](repeating: 0, count: others.count + 1), count: ones.count + 1)
    for i in ones.indices.reversed() {
      for j in others.indices.reversed() {
        lengths[i][j] =
          isSame(ones[i], others[j])
          ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
      }
    }
    var pairs: [(Int, Int)] = []
    var (i, j) = (0, 0)
    while i < ones.count, j < others.count {
      if isSame(ones[i], others[j]) {
        pairs.append((ones[i], others[j]))
        i += 1
        j += 1
      } else if lengths[i + 1][j] >= lengths[i][j + 1] {
        i += 1
      } else {
        j += 1
      }
    }
    return pairs
  }

  /// Each part counts its speakers anew: those who say the same in the overlap are the same.
  private static func renamed(
    _ part: [HeardToken], after earlier: [HeardToken], in overlap: Range<Int>
  ) -> [HeardToken] {
    let names = Set(part.compactMap(\.speaker)).sorted()
    guard !names.isEmpty else { return part }
    var votes: [String: [String: Int]] = [:]
    for (one, other) in common(earlier, part, in: overlap) {
      guard let known = earlier[one].speaker, let name = part[other].speaker else { continue }
      votes[name, default: [:]][known, default: 0] += 1
    }
    var taken: Set<String> = []
    var mapping: [String: String] = [:]
    let strongest = votes.flatMap { name, known in known.map { (name, $0.key, $0.value) } }
      .sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }
    for (name, known, _) in strongest where mapping[name] == nil && !taken.contains(known) {
      mapping[name] = known
      taken.insert(known)
    }
    let used = Set(earlier.compactMap(\.speaker))
    let unnamed = names.filter { mapping[$0] == nil }
    let unheard = used.subtracting(taken)
    // Two who talk with each other are seldom both heard in so short a time: who is left on both sides is one person.
    if !mapping.isEmpty, unnamed.count == 1, unheard.count == 1, let known = unheard.first {
      mapping[unnamed[0]] = known
      taken.insert(known)
    }
    for name in names where mapping[name] == nil {
      var new = name
      var number = used.count
      while used.contains(new) || taken.contains(new) {
        number += 1
        new = "\(number)"
      }
      mapping[name] = new
      taken.insert(new)
    }
    return part.map { word in
      var word = word
      word.speaker = word.speaker.flatMap { mapping[$0] }
      return word
    }
  }
}

/// Cuts a long sound into stretches that overlap, at pauses where there are some.
public enum SoundCutting {
  /// - Parameters:
  ///   - longest: milliseconds of a stretch.
  ///   - overlap: milliseconds that neighbours share.
  /// - Returns: rising stretches that cover everything from 0 to the end.
  public static func cut(
    _ activity: SpeechActivity, longest: Int, overlap: Int = 6000
  ) -> [Range<Int>] {
    let duration = activity.duration
    let overlap = min(overlap, longest / 4)
    guard duration > longest else { return [0..<max(1, duration)] }
    let pauses = activity.pauses(atLeast: 200)
    var stretches: [Range<Int>] = []
    var start = 0
    while duration - start > longest {
      let last = start + longest
      // A pause in the last fifth is a good end.
      let pause = pauses.last {
        $0.lowerBound > start + longest * 4 / 5 && $0.lowerBound + 100 <= last
      }
      let end = pause.map { $0.lowerBound + 100 } ?? last
      stretches.append(start..<end)
      start = max(start + 1, end - overlap)
    }
    return stretches + [start..<duration]
  }
}
