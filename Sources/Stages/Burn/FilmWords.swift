import Media
import Pipeline

/// A word on the film's clock, and which of the transcripts it is from.
struct PlacedWord: Hashable {
  var word: TimedWord
  /// From 0, in the order of the input.
  var transcript: Int
}

/// Puts words on the film's clock.
enum FilmWords {
  /// The words of each transcript wherever its sound is heard, in order of time.
  ///
  /// A transcript whose sound is not in the film is taken to be on the film's clock already.
  static func place(_ transcripts: [Transcript], in film: Timeline) -> [PlacedWord] {
    let clips = film.tracks.flatMap(\.clips)
    let placed = transcripts.grouped.flatMap { transcript, numbers -> [PlacedWord] in
      let heard = clips.filter { $0.source.digest == transcript.sound }.sorted { $0.at < $1.at }
      let words =
        heard.isEmpty
        ? [transcript.words.map { TimedWord($0, shiftedBy: 0) }]
        : heard.map { Self.words(of: transcript, in: $0) }
      return zip(words, numbers + Array(repeating: numbers[0], count: words.count)).flatMap {
        words, number in words.map { PlacedWord(word: $0, transcript: number) }
      }
    }
    return withoutOverlap(placed.sorted { $0.word.start < $1.word.start })
  }

  /// A word belongs to the clip when its middle is heard; what is cut off of it does not count.
  private static func words(of transcript: Transcript, in clip: AudioClip) -> [TimedWord] {
    let heard = clip.at.milliseconds..<max(clip.at, clip.end).milliseconds
    let shift = (clip.at - clip.sourceStart).milliseconds
    return transcript.words.compactMap { word in
      let word = TimedWord(word, shiftedBy: shift)
      guard heard.contains((word.start + word.end) / 2) else { return nil }
      return TimedWord(
        text: word.text, start: max(word.start, heard.lowerBound),
        end: min(word.end, heard.upperBound))
    }
  }

  /// A word ends when the next one begins, and lasts at least a millisecond.
  private static func withoutOverlap(_ words: [PlacedWord]) -> [PlacedWord] {
    words.indices.map { index in
      var placed = words[index]
      if index + 1 < words.count {
        placed.word.end = min(placed.word.end, words[index + 1].word.start)
      }
      placed.word.end = max(placed.word.end, placed.word.start + 1)
      return placed
    }
  }
}

extension TimedWord {
  fileprivate init(_ word: Transcript.Word, shiftedBy shift: Int) {
    self.init(text: word.text, start: word.start + shift, end: max(word.end, word.start) + shift)
  }
}

extension [Transcript] {
  /// Each with its places in the list. Two scenes with the same sound have the same transcript; its words are placed at
  /// both by their sound.
  fileprivate var grouped: [(Transcript, numbers: [Int])] {
    var groups: [(Transcript, numbers: [Int])] = []
    var known: [Digest: Int] = [:]
    for (number, transcript) in enumerated() {
      if let sound = transcript.sound, let group = known[sound] {
        groups[group].numbers.append(number)
        continue
      }
      if let sound = transcript.sound { known[sound] = groups.count }
      groups.append((transcript, [number]))
    }
    return groups
  }
}
