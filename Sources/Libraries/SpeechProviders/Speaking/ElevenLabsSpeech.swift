import HTTPClient
import Speech

/// ElevenLabs: `POST /v1/text-to-speech/{voice}/with-timestamps`, which gives the time of every character.
struct ElevenLabsSpeech: SpeechSynthesiser {
  static let usualModel = "eleven_multilingual_v2"
  static let usualFormat = "mp3_44100_128"

  let model: String

  struct Body: Encodable {
    struct Voice: Encodable { var speed: Double }

    var text: String
    var model_id: String
    /// Only some models take it; others answer with an error.
    var language_code: String?
    var voice_settings: Voice?
  }

  struct Answer: Decodable {
    struct Alignment: Decodable {
      var characters: [String]
      var character_start_times_seconds: [Double]
      var character_end_times_seconds: [Double]
    }

    var audio_base64: String
    var alignment: Alignment?
    var normalized_alignment: Alignment?
  }

  var abilities: SpeechAbilities {
    let longest =
      model.contains("v2_5")
      ? 40_000
      : model.contains("_v2") && !model.contains("multilingual")
        ? 30_000 : model.contains("v3") ? 5000 : 10_000
    return SpeechAbilities(longest: longest, speed: 0.7...1.2, markup: [.break])
  }

  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer {
    try abilities.check(utterance, call.settings)
    // It is no XML: only the tags mean something.
    let text =
      utterance.markup == nil
      ? utterance.text : utterance.ssml(marks: false).replacing("&amp;", with: "&")
    try abilities.check(length: text, call.settings)
    let body = Body(
      text: text, model_id: model,
      language_code: model.contains("v2_5") ? LanguageTag.primary(utterance.language) : nil,
      voice_settings: utterance.speed == 1 ? nil : Body.Voice(speed: utterance.speed))
    let format = call.settings.format ?? Self.usualFormat
    let voice = PathText.escaped(utterance.voice)
    let end = call.settings.timestamps ? "/with-timestamps" : ""
    let response = try await call.send(
      json: body,
      to: "/v1/text-to-speech/\(voice)\(end)?output_format=\(PathText.escaped(format))",
      headers: call.keyText.map { [HTTPHeader("xi-api-key", $0)] } ?? [])
    guard call.settings.timestamps else { return SpokenAnswer(audio: try call.sound(response)) }
    let answer = try call.decode(response, as: Answer.self)
    return SpokenAnswer(
      audio: try call.sound(base64: answer.audio_base64),
      words: words(answer, of: utterance))
  }

  /// By position where the characters are those that were sent, else by the words that they make.
  private func words(_ answer: Answer, of utterance: Utterance) -> [TimedRange]? {
    guard let alignment = answer.alignment ?? answer.normalized_alignment else { return nil }
    let starts = alignment.character_start_times_seconds
    let ends = alignment.character_end_times_seconds
    guard starts.count == alignment.characters.count, ends.count == starts.count else { return nil }
    var words: [HeardWord] = []
    var isInside = false
    var isTag = false
    for (index, character) in alignment.characters.enumerated() {
      if character == "<" { isTag = true }
      defer { if character == ">" { isTag = false } }
      guard !isTag, !character.allSatisfy(\.isWhitespace), !character.isEmpty else {
        isInside = false
        continue
      }
      if isInside {
        words[words.count - 1].text += character
        words[words.count - 1].end = ends[index]
      } else {
        words.append(HeardWord(text: character, start: starts[index], end: ends[index]))
      }
      isInside = true
    }
    return TimedRange.find(words, in: utterance.sentence)
  }
}
