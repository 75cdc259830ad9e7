import HTTPClient
import Speech

/// `POST /v1/audio/transcriptions` with times of words: OpenAI's `whisper-1`, speaches, LocalAI and others.
struct OpenAITranscription: SpeechRecogniser {
  static let usualModel = "whisper-1"

  // 25 MB of 16 kHz are 780 s.
  var longestSound: Double { 600 }
  var canTellSpeakers: Bool { false }

  func listen(
    _ request: ListeningRequest, _ call: ProviderCall
  ) async throws -> [RecognisedWord] {
    var form = MultipartForm()
    form.add("model", call.settings.model ?? Self.usualModel)
    form.add("response_format", "verbose_json")
    form.add("timestamp_granularities[]", "word")
    form.add("language", LanguageTag.primary(request.language))
    if let prompt = request.prompt { form.add("prompt", prompt) }
    form.add("temperature", "0")
    form.add("file", file: request.audio, named: "speech.wav", type: "audio/wav")
    let response = try await call.send(
      "POST", "/v1/audio/transcriptions",
      headers: [form.contentType] + OpenAISpeech.credentials(call), body: form.finished)
    let answer = try call.decode(response, as: WhisperAnswer.self)
    guard let words = answer.recognised else {
      throw call.error(
        .configuration,
        "it says no times of words; take a model that does, such as `\(Self.usualModel)`")
    }
    return WhisperAnswer.punctuated(words, by: answer.text ?? "")
  }
}
