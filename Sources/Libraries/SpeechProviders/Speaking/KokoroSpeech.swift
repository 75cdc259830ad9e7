import Foundation
import HTTPClient
import Speech

/// Kokoro-FastAPI: `POST /dev/captioned_speech` gives sound with the times of words; without them it is the form of
/// OpenAI.
struct KokoroSpeech: SpeechSynthesiser {
  static let usualModel = "kokoro"

  struct Answer: Decodable {
    struct Word: Decodable {
      var word: String
      var start_time: Double?
      var end_time: Double?
    }

    var audio: String
    var timestamps: [Word]?
  }

  // The server cuts long input itself; this keeps a request short enough to be repeated.
  var abilities: SpeechAbilities { SpeechAbilities(longest: 4096, speed: 0.25...4) }

  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer {
    try abilities.check(utterance, call.settings)
    try abilities.check(length: utterance.text, call.settings)
    var body = OpenAISpeech.Body(
      model: call.settings.model ?? Self.usualModel, input: utterance.text,
      voice: utterance.voice, response_format: call.settings.format ?? "wav",
      speed: utterance.speed == 1 ? nil : utterance.speed, stream: false)
    guard call.settings.timestamps else {
      let response = try await call.send(
        json: body, to: "/v1/audio/speech", headers: OpenAISpeech.credentials(call))
      return SpokenAnswer(audio: try call.sound(response))
    }
    body.return_timestamps = true
    let response = try await call.send(
      json: body, to: "/dev/captioned_speech", headers: OpenAISpeech.credentials(call))
    let answer = try call.decode(response, as: Answer.self)
    let words = (answer.timestamps ?? []).compactMap { word -> HeardWord? in
      guard let start = word.start_time, let end = word.end_time else { return nil }
      return HeardWord(text: word.word, start: start, end: end)
    }
    return SpokenAnswer(
      audio: try call.sound(base64: answer.audio),
      words: TimedRange.find(words, in: utterance.sentence))
  }
}
