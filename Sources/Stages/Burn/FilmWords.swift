import Media
import Pipeline

/// Puts words on the film's clock.
enum FilmWords {
  /// The words of each transcript wherever its sound is heard, in order of time.
  ///
  /// A transcript whose sound is not in the film is taken to be on the film's clock already.
  static func place(_ transcripts: [Transcript], in film: Timeline) -> [TimedWord] {
    let clips = film.tracks.flatMap(\.clips)
    let placed = transcripts.uniqued.flatMap { transcript in
      let heard = clips.filter { $0.source.digest == transcript.sound }
      if heard.isEmpty { return transcript.words.map { TimedWord($0, shiftedBy: 0) } }
      return heard.flatMap { words(of: transcript, in: $0) }
    }
    return withoutOverlap(placed.sorted { $0.start < $1.start })
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
  private static func withoutOverlap(_ words: [TimedWord]) -> [TimedWord] {
    words.indices.map { index in
      var word = words[index]
      if index + 1 < words.count { word.end = min(word.end, words[index + 1].start) }
      word.end = max(word.end, word.start + 1)
      return word
    }
  }
}

extension TimedWord {
  fileprivate init(_ word: Transcript.Word, shiftedBy shift: Int) {
    self.init(text: word.text, start: word.start + shift, end: max(word.end, word.start) + shift)
  }
}

extension [Transcript] {
  /// Two scenes with the same sound have the same transcript; its words are placed at both by their sound.
  fileprivate var uniqued: [Transcript] {
    var seen: Set<Digest> = []
    return filter { $0.sound.map { seen.insert($0).inserted } ?? true }
  }
}
