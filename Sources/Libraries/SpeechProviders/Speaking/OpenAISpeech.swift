import HTTPClient

/// `POST /v1/audio/speech`: OpenAI, and LocalAI, speaches, Kokoro-FastAPI and others that speak its language.
///
/// The answer is sound and nothing else: it says no times.
struct OpenAISpeech: SpeechSynthesiser {
  static let usualModel = "tts-1"

  struct Body: Encodable {
    var model: String
    var input: String
    var voice: String
    var response_format: String
    var speed: Double?
    var instructions: String?
    var lang_code: String?
    var stream: Bool?
    var return_timestamps: Bool?
  }

  var abilities: SpeechAbilities { SpeechAbilities(longest: 4096, speed: 0.25...4) }

  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer {
    try abilities.check(utterance, call.settings)
    try abilities.check(length: utterance.text, call.settings)
    let body = Body(
      model: call.settings.model ?? Self.usualModel, input: utterance.text,
      voice: utterance.voice, response_format: call.settings.format ?? "wav",
      speed: utterance.speed == 1 ? nil : utterance.speed,
      instructions: call.settings.instructions)
    let response = try await call.send(
      json: body, to: "/v1/audio/speech", headers: Self.credentials(call))
    return SpokenAnswer(audio: try call.sound(response))
  }

  static func credentials(_ call: ProviderCall) -> [HTTPHeader] {
    call.keyText.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
  }
}
