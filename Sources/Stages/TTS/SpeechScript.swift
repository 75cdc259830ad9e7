import Pipeline
import Speech

/// A text cut into what a provider is given piece by piece.
struct SpeechScript: Sendable {
  struct Piece: Sendable {
    var written: Sentence
    var sentence: SpokenSentence
    var markup: MarkedSentence?
    /// As given to an aligner: one phrase for each written word.
    var phrases: [String]

    var isSpeakable: Bool { written.words.contains { WrittenWords.isSpeakable($0) } }
  }

  let pieces: [Piece]
  var wordCount: Int { pieces.reduce(0) { $0 + $1.written.words.count } }

  /// - Parameter longest: characters that a piece may have as written.
  init(_ options: TTS.Options, language: String, longest: Int) throws(StageError) {
    var splitter = SentenceSplitter(language: language)
    splitter.longest = min(splitter.longest, max(longest, 1))
    let reading = options.reading == .voice ? nil : SpokenReading(language: language)
    if options.ssml == true {
      pieces = try Self.marked(options.text, splitter, reading)
    } else {
      pieces = splitter.sentences(in: options.text).map { sentence in
        let phrases = reading?.phrases(sentence.words) ?? sentence.words
        return Piece(
          written: sentence, sentence: SpokenSentence(words: phrases), phrases: phrases)
      }
    }
    try Self.checkSpeakable(pieces.map(\.written), of: options.text)
  }

  private static func marked(
    _ text: String, _ splitter: SentenceSplitter, _ reading: SpokenReading?
  ) throws(StageError) -> [Piece] {
    let paragraphs: [[MarkedWord]]
    do throws(Markup.Problem) { paragraphs = try MarkupReader.read(text) } catch {
      throw StageError(
        .invalidInput, "`text` is not the SSML that is taken here: \(error)", field: "text")
    }
    return paragraphs.flatMap { words -> [Piece] in
      var rest = words[...]
      return splitter.sentences(ofParagraph: words.map(\.text)).map { sentence in
        let own = Array(rest.prefix(sentence.words.count))
        rest = rest.dropFirst(sentence.words.count)
        // What an element says how to read is for the provider to read.
        let kept = Set(own.indices.filter { own[$0].isReadByElement })
        let phrases = reading?.phrases(sentence.words, keeping: kept) ?? sentence.words
        let spoken = SpokenSentence(words: phrases)
        return Piece(
          written: sentence, sentence: spoken, markup: MarkedSentence(spoken, words: own),
          phrases: phrases)
      }
    }
  }

  static func checkSpeakable(_ sentences: [Sentence], of text: String) throws(StageError) {
    guard sentences.contains(where: { $0.words.contains { WrittenWords.isSpeakable($0) } }) else {
      throw StageError(
        .invalidInput, "there is nothing to say in `\(text.prefix(40))`", field: "text")
    }
  }
}
