import HTTPClient

/// Piper's HTTP server: JSON in, WAV out. Older versions serve `/synthesize`, newer ones `/`. It says no times.
struct PiperSpeech: SpeechSynthesiser {
  struct Body: Encodable {
    var text: String
    var voice: String?
    var length_scale: Double?
  }

  var abilities: SpeechAbilities { SpeechAbilities(longest: 10_000, speed: 0.25...4) }

  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer {
    try abilities.check(utterance, call.settings)
    try abilities.check(length: utterance.text, call.settings)
    let body = Body(
      text: utterance.text, voice: utterance.voice.isEmpty ? nil : utterance.voice,
      length_scale: utterance.speed == 1 ? nil : 1 / utterance.speed)
    var response = try await call.send(
      json: body, to: "/synthesize", headers: OpenAISpeech.credentials(call), accepted: [404, 405])
    if [404, 405].contains(response.status) {
      response = try await call.send(
        json: body, to: "/", headers: OpenAISpeech.credentials(call))
    }
    return SpokenAnswer(audio: try call.sound(response))
  }
}
