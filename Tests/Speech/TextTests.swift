import Testing

@testable import Speech

@Suite("Text for voices", .timeLimit(.minutes(5)))
struct TextTests {
  @Test(
    "Text is cut into sentences where people would",
    arguments: [
      ("One. Two! Three? Four…", "en", ["One.", "Two!", "Three?", "Four…"]),
      ("Dr. Smith met Mr. Jones. They left.", "en", ["Dr. Smith met Mr. Jones.", "They left."]),
      ("It was 3.5 km. Then 4.", "en", ["It was 3.5 km.", "Then 4."]),
      (
        "J. R. R. Tolkien wrote. And I. She too.", "en",
        ["J. R. R. Tolkien wrote.", "And I.", "She too."]
      ),
      ("“Really?” he asked. (Yes.) Good.", "en", ["“Really?” he asked.", "(Yes.)", "Good."]),
      (
        "It begins at 5 p.m. Be there, e.g. Early.", "en",
        ["It begins at 5 p.m.", "Be there, e.g. Early."]
      ),
      ("1. First. 2. Second.", "en", ["1. First.", "2. Second."]),
      ("He was 42. Then he was 43.", "en", ["He was 42.", "Then he was 43."]),
      ("Am 3. Oktober war es. Ja.", "de", ["Am 3. Oktober war es.", "Ja."]),
      ("Wait... what? No", "en", ["Wait... what?", "No"]),
      ("你好。世界！", "zh", ["你好。", "世界！"]),
      ("one\ntwo", "en", ["one two"]),
      ("", "en", []),
      (" \n\n ", "en", []),
    ])
  func sentences(text: String, language: String, expected: [String]) {
    let found = SentenceSplitter(language: language).sentences(in: text)
    #expect(found.map { WrittenWords.join($0.words) } == expected)
  }

  @Test("An empty line ends a paragraph, a line feed alone does not")
  func paragraphs() {
    let found = SentenceSplitter(language: "en").sentences(in: "A b.\nC d.\n \nE f.\r\n\r\nG")
    #expect(found.map(\.ending) == [.sentence, .paragraph, .paragraph, .paragraph])
  }

  @Test("A very long sentence is cut at a clause, or between words, and loses nothing")
  func longSentences() {
    let clause = Array(repeating: "word", count: 50).joined(separator: " ")
    for text in ["\(clause), \(clause); \(clause).", "\(clause) \(clause) \(clause)."] {
      let found = SentenceSplitter(language: "en").sentences(in: text)
      #expect(found.count >= 2)
      #expect(found.dropLast().allSatisfy { $0.ending == .clause })
      #expect(found.flatMap(\.words) == WrittenWords.split(text))
      #expect(found.allSatisfy { WrittenWords.join($0.words).count <= 401 })
    }
  }

  @Test("A word longer than any sentence is a sentence of its own")
  func longWord() {
    let word = String(repeating: "a", count: 10_000)
    let found = SentenceSplitter(language: "en").sentences(in: "Now \(word) end.")
    #expect(found.flatMap(\.words) == ["Now", word, "end."])
  }

  @Test(
    "Words are what stands between spaces, or single signs",
    arguments: [
      ("  Hello,  world! ", ["Hello,", "world!"]),
      ("你好，world。再见", ["你", "好，", "world。", "再", "见"]),
      ("“東京」です", ["“東", "京」", "で", "す"]),
      ("a\u{0}b\u{7}", ["ab"]),
      ("Привет мир", ["Привет", "мир"]),
    ])
  func words(text: String, expected: [String]) {
    #expect(WrittenWords.split(text) == expected)
  }

  @Test("Words are joined as their script writes them")
  func join() {
    #expect(WrittenWords.join(["Hello,", "world"]) == "Hello, world")
    #expect(WrittenWords.join(["你", "好，", "世"]) == "你好，世")
    #expect(WrittenWords.join(["在", "Berlin", "的"]) == "在 Berlin 的")
  }

  @Test(
    "English voices get ASCII that sounds the same",
    arguments: [
      ("don’t", "don't"), ("“really”", "\"really\""), ("Kraków", "Krakow"), ("£20", "20 pounds"),
      ("€1", "1 euro"), ("(£3.50),", "(3.50 pounds),"), ("1990–1995", "1990 to 1995"),
      ("yes—no", "yes, no"), ("—", ""), ("wait…", "wait..."), ("🙂", ""), ("hi🙂!", "hi!"),
      ("3×4", "3 times 4"), ("20°", "20 degrees"), ("½", "one half"), ("straße", "strasse"),
      ("Привет", "Privet"), ("$5", "$5"), ("é", "e"), ("plain", "plain"), ("👩‍👩‍👧", ""),
    ])
  func folding(word: String, expected: String) {
    #expect(EnglishSpelling.ascii(word) == expected)
  }

  @Test("Each written word knows its part of what is spoken")
  func ranges() {
    let sentence = SpokenSentence(english: ["£20", "—", "don’t"])
    #expect(sentence.text == "20 pounds don't")
    #expect(sentence.ranges == [0..<9, 9..<9, 10..<15])
    #expect(sentence.word(at: 3) == 0)
    #expect(sentence.word(at: 9) == 2)
    #expect(sentence.word(at: 12) == 2)
    #expect(sentence.word(at: 15) == nil)
  }

  @Test(
    "Signs and pictures alone are not spoken, letters, digits and money are",
    arguments: [
      ("a", true), ("5", true), ("你", true), ("€", true), ("—", false), ("🙂", false),
      ("...", false),
      ("", false), ("3️⃣", false), ("100%", true),
    ])
  func speakable(word: String, expected: Bool) {
    #expect(WrittenWords.isSpeakable(word) == expected)
  }
}
