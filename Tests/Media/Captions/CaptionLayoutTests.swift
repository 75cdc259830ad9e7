import Pipeline
import Testing

@testable import Media

@Suite("Caption layout")
struct CaptionLayoutTests {
  /// Words at an even pace: each takes 60 ms per letter, with a longer pause after punctuation.
  private func words(_ text: String, pace: Int = 60) -> [TimedWord] {
    var time = 0
    return text.split(separator: " ").map { (piece: Substring) in
      let start = time
      let end = start + max(80, piece.count * pace)
      time = end + (piece.last.map { ".!?,".contains($0) } ?? false ? 250 : 20)
      return TimedWord(text: String(piece), start: start, end: end)
    }
  }

  private let story = """
    The lighthouse was built in 1874, on a rock that the sea covers twice a day. Its keeper, a quiet man \
    from the village, climbed two hundred and eleven steps every evening. On a clear night the light is \
    seen from twenty miles away! Nobody lives there now, but the lamp still turns.
    """

  private func shown(_ cues: [Cue]) -> [String] {
    cues.map { $0.lines.map(CaptionText.join).joined(separator: " / ") }
  }

  @Test("every word appears once, in order", arguments: [1, 2, 3], [12, 24, 42])
  func nothingLost(lines: Int, characters: Int) {
    var layout = CaptionLayout()
    layout.maxLines = lines
    layout.maxCharactersPerLine = characters
    let words = words(story)
    let cues = layout.cues(for: words, filmEnd: 60_000) { Double($0.count) }
    #expect(cues.flatMap(\.lines).flatMap { $0 }.map(\.text) == words.map(\.text))
    #expect(cues.allSatisfy { $0.lines.count <= lines })
    #expect(
      cues.flatMap(\.lines).allSatisfy { CaptionText.join($0).count <= max(characters, 11) })
  }

  @Test("cues do not overlap, keep two frames apart and last no longer than seven seconds")
  func times() {
    let cues = CaptionLayout().cues(for: words(story), filmEnd: 60_000) { Double($0.count) }
    #expect(cues.count > 3)
    for (cue, next) in zip(cues, cues.dropFirst()) {
      #expect(cue.end <= next.start - 67)
      #expect(cue.end - cue.start <= 7000)
    }
    #expect(cues.allSatisfy { $0.end - $0.start >= 833 })
  }

  @Test("lines and cues end where a reader would pause")
  func phrases() {
    let cues = CaptionLayout().cues(for: words(story), filmEnd: 60_000) { Double($0.count) }
    let endings = cues.compactMap { $0.lines.last?.last?.text }
    #expect(endings.allSatisfy { !["the", "a", "of", "and", "in", "on", "two"].contains($0) })
    #expect(endings.count { BreakCost.endsSentence($0) } >= 3)
  }

  @Test("a line is no wider than the picture allows")
  func width() {
    var layout = CaptionLayout()
    layout.maxWidth = 200
    let cues = layout.cues(for: words(story), filmEnd: 60_000) { Double($0.count) * 10 }
    #expect(cues.flatMap(\.lines).allSatisfy { Double(CaptionText.join($0).count) * 10 <= 200 })
  }

  @Test("a word longer than a line stands alone and is not lost")
  func longWord() {
    let long = String(repeating: "Donaudampfschiff", count: 8)
    let cues = CaptionLayout().cues(for: words("Die \(long) kommt."), filmEnd: 9000) {
      Double($0.count)
    }
    #expect(shown(cues).joined(separator: " ").contains(long))
  }

  @Test("a script without spaces is broken between characters, never before a full stop")
  func chinese() {
    var layout = CaptionLayout()
    layout.maxCharactersPerLine = 8
    let sentence = "这是一个很长的中文句子没有任何空格。"
    let word = TimedWord(text: sentence, start: 0, end: 4000)
    let cues = layout.cues(for: [word], filmEnd: 5000) { Double($0.count) * 40 }
    let lines = cues.flatMap(\.lines).map(CaptionText.join)
    #expect(lines.joined() == sentence)
    #expect(lines.allSatisfy { $0.count <= 9 && !$0.hasPrefix("。") })
  }

  @Test("nothing gives nothing")
  func empty() {
    #expect(CaptionLayout().cues(for: [], filmEnd: 0) { _ in 1 }.isEmpty)
    let blank = [TimedWord(text: "", start: 0, end: 5)]
    #expect(CaptionLayout().cues(for: blank, filmEnd: 5) { _ in 1 }.isEmpty)
  }

  @Test("fast speech keeps its words, and a cue never outlives the next one's start")
  func fast() {
    let cues = CaptionLayout().cues(for: words(story, pace: 15), filmEnd: 20_000) {
      Double($0.count)
    }
    for (cue, next) in zip(cues, cues.dropFirst()) { #expect(cue.end <= next.start) }
    #expect(cues.flatMap(\.lines).flatMap { $0 }.count == words(story).count)
  }
}
