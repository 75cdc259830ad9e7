import Pipeline
import TestSupport
import Testing

@testable import Media

@Suite("Caption layout", .blocking, .timeLimit(.minutes(5)))
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

  @Test("two frames stay between cues even where the speech goes on", arguments: [12, 24])
  func gaps(characters: Int) {
    var layout = CaptionLayout()
    layout.maxCharactersPerLine = characters
    let cues = layout.cues(for: words(story), filmEnd: 60_000) { Double($0.count) }
    #expect(zip(cues, cues.dropFirst()).allSatisfy { $0.end <= $1.start - 67 })
  }

  @Test("a phrase that would be gone at once is shown with its neighbours")
  func flash() {
    var layout = CaptionLayout()
    layout.maxCharactersPerLine = 24
    let text = "The lighthouse was built in 1874, on a rock that the sea covers twice a day."
    let cues = layout.cues(for: words(text), filmEnd: 9000) { Double($0.count) }
    #expect(
      shown(cues) == [
        "The lighthouse was built / in 1874,", "on a rock that the sea / covers twice a day.",
      ])
  }

  @Test("lines and cues end where a reader would pause")
  func phrases() {
    let cues = CaptionLayout().cues(for: words(story), filmEnd: 60_000) { Double($0.count) }
    let endings = cues.compactMap { $0.lines.last?.last?.text }
    #expect(endings.allSatisfy { !["the", "a", "of", "and", "in", "on", "two"].contains($0) })
    #expect(endings.count { BreakCost.endsSentence($0, before: nil) } >= 3)
  }

  @Test("a line is no wider than the picture allows")
  func width() {
    var layout = CaptionLayout()
    layout.maxWidth = 200
    let cues = layout.cues(for: words(story), filmEnd: 60_000) { Double($0.count) * 10 }
    #expect(cues.flatMap(\.lines).allSatisfy { Double(CaptionText.join($0).count) * 10 <= 200 })
  }

  @Test(
    "a sentence ends at its mark, not after a title, an initial or before a small letter",
    arguments: [
      ("end.", "The", true), ("end.\"", "The", true), ("what?!", "so", true), ("好。", "我", true),
      ("etc.", "and", false), ("Dr.", "Who", false), ("J.", "Bach", false),
      ("comma,", "Then", false),
      ("e.g.", "This", false), ("1874.", "\"Then", true),
    ])
  func sentences(word: String, next: String, ends: Bool) {
    #expect(BreakCost.endsSentence(word, before: next) == ends)
  }

  @Test("a word wider than the picture is cut to fit, with its share of the time")
  func wideWord() {
    var layout = CaptionLayout()
    layout.maxWidth = 200
    let long = "https://example.com/a/very/long/address"
    let cues = layout.cues(for: words("See \(long) now."), filmEnd: 9000) { Double($0.count) * 10 }
    let shown = cues.flatMap(\.lines)
    #expect(shown.allSatisfy { CaptionText.join($0).count <= 20 })
    #expect(shown.flatMap { $0 }.map(\.text).joined() == "See\(long)now.")
    let times = shown.flatMap { $0 }.compactMap(\.start)
    #expect(times == times.sorted() && Set(times).count == times.count)
  }

  @Test(
    "a text without spaces is cut between its characters; Latin words in it stay whole",
    arguments: [
      ("使用Swift编程。", ["使", "用Swift编", "程。"]), ("他说「好」。", ["他", "说", "「好」。"]),
      ("你好!我是", ["你", "好!", "我", "是"]), ("2024年", ["2024年"]), ("plain", ["plain"]),
    ])
  func parts(text: String, parts: [String]) {
    #expect(TimedWord(text: text, start: 0, end: 1000).parts.map(\.text) == parts)
  }

  @Test("Chinese, Japanese and Korean characters count two and a half")
  func length() {
    #expect(CaptionText.length(of: "abc 你好") == 9)
    #expect(CaptionText.length(of: "안녕") == 5)
  }

  @Test("a cue is held long enough to be read when silence follows, and never past seven seconds")
  func held() {
    let quick = [TimedWord(text: "Extraordinarily", start: 0, end: 100)]
    let later = TimedWord(text: "slow.", start: 20_000, end: 20_400)
    let cues = CaptionLayout().cues(for: quick + [later], filmEnd: 20_500) { Double($0.count) }
    #expect(cues.map(\.end) == [833, 20_500])
    let slow = (0..<20).map { TimedWord(text: "word", start: $0 * 1500, end: $0 * 1500 + 1400) }
    let held = CaptionLayout().cues(for: slow, filmEnd: 40_000) { Double($0.count) }
    #expect(held.allSatisfy { $0.end - $0.start <= 7000 })
  }

  @Test("a ready-made cue that fits stays as it is")
  func fitting() {
    var layout = CaptionLayout()
    layout.maxWidth = 200
    let cue = Cue(start: 0, end: 2000, lines: [[Cue.Word(text: "short"), Cue.Word(text: "line")]])
    #expect(layout.fitted(cue) { Double($0.count) * 10 } == cue)
  }

  @Test(
    "a ready-made cue that is too wide is broken anew, with every word and its time",
    arguments: [true, false], [8, 24, 60])
  func refitted(isTimed: Bool, wordCount: Int) {
    var layout = CaptionLayout()
    layout.maxWidth = 200
    let words = (0..<wordCount).map { index in
      Cue.Word(
        text: "word\(index)", start: isTimed ? index * 100 : nil,
        end: isTimed ? index * 100 + 90 : nil)
    }
    let cue = Cue(start: 0, end: 6000, lines: [words])
    let fitted = layout.fitted(cue) { Double($0.count) * 10 }
    #expect(fitted.lines.flatMap { $0 } == words)
    #expect(fitted.lines.allSatisfy { CaptionText.join($0).count <= 20 })
    #expect(fitted.start == 0 && fitted.end == 6000)
  }

  @Test("a word longer than the allowed number of characters stands alone and is not lost")
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
