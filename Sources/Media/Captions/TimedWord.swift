import Pipeline

/// A word of a transcript on the film's clock, as the layout sees it.
public struct TimedWord: Sendable, Hashable {
  public var text: String
  /// Milliseconds on the film's clock.
  public var start: Int
  public var end: Int

  public init(text: String, start: Int, end: Int) {
    self.text = text
    self.start = start
    self.end = end
  }

  /// A word of a script without spaces as its characters, each with its share of the time; else the word itself.
  var parts: [TimedWord] {
    guard text.count > 1, text.contains(where: CaptionText.isUnspaced) else { return [self] }
    let pieces = text.reduce(into: [String]()) { pieces, character in
      let joins = pieces.last?.last.map { last in
        !CaptionText.mayBegin(character)
          || !CaptionText.isUnspaced(character) && !CaptionText.isUnspaced(last)
      }
      if joins ?? false {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
    }
    let duration = end - start
    return pieces.enumerated().map { index, piece in
      TimedWord(
        text: piece, start: start + duration * index / pieces.count,
        end: start + duration * (index + 1) / pieces.count)
    }
  }
}
