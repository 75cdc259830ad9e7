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
    return cut { piece, character in
      piece.last.map { CaptionText.mayBreak($0, character) } ?? false
    }
  }

  /// The word cut into pieces no wider than `width`, so that nothing is drawn outside the picture; a piece has at
  /// least one character.
  func pieces(fitting width: Double, measured: (String) -> Double) -> [TimedWord] {
    guard text.count > 1, measured(text) > width else { return [self] }
    return cut { piece, character in measured(piece + String(character)) > width }
  }

  /// Begins a new piece before each character for which `isBreak` says so; time is shared by number of characters.
  private func cut(_ isBreak: (_ piece: String, _ next: Character) -> Bool) -> [TimedWord] {
    var pieces: [String] = []
    var piece = ""
    for character in text {
      if !piece.isEmpty, isBreak(piece, character) {
        pieces.append(piece)
        piece = ""
      }
      piece.append(character)
    }
    pieces.append(piece)
    var before = 0
    return pieces.map { piece in
      defer { before += piece.count }
      return TimedWord(
        text: piece, start: time(after: before), end: time(after: before + piece.count))
    }
  }

  private func time(after characters: Int) -> Int {
    start + (end - start) * characters / max(text.count, 1)
  }
}
