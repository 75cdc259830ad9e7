import Media
import Pipeline

/// Says of every cue which of the inputs it was made from.
enum CaptionMarks {
  /// - Parameter words: from which the cues were made, with the number of their transcript; nil for ready-made cues.
  static func marks(of captions: Captions, words: [PlacedWord]?) -> [TimelineMark] {
    // A word of a cue begins where it began in its transcript, or later where it was cut into pieces.
    let words = words?.sorted { $0.word.start < $1.word.start }
    var next = 0
    return captions.cues.enumerated().map { index, cue in
      var path = "in.captions.cues[\(index)]"
      if let words {
        let start = cue.lines.joined().first?.start ?? cue.start
        while next + 1 < words.count, words[next + 1].word.start <= start { next += 1 }
        path = words.isEmpty ? "in.transcript" : "in.transcript[\(words[next].transcript)]"
      }
      return TimelineMark(
        .cue, at: MediaTime(milliseconds: cue.start),
        duration: MediaTime(milliseconds: max(0, cue.end - cue.start)), path: path,
        module: Burn.info.name,
        text: cue.lines.map { $0.map(\.text).joined(separator: " ") }.joined(separator: " "))
    }
  }
}
