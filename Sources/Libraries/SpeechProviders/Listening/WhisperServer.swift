import HTTPClient
import Speech

/// The server of whisper.cpp: `POST /inference`, one request at a time. Its words are tokens, and its errors are plain
/// text.
struct WhisperServer: SpeechRecogniser {
  var longestSound: Double { 600 }
  var canTellSpeakers: Bool { false }

  func listen(
    _ request: ListeningRequest, _ call: ProviderCall
  ) async throws -> [RecognisedWord] {
    var form = MultipartForm()
    form.add("response_format", "verbose_json")
    form.add("language", LanguageTag.primary(request.language))
    form.add("token_timestamps", "true")
    form.add("temperature", "0.0")
    if let prompt = request.prompt { form.add("prompt", prompt) }
    form.add("file", file: request.audio, named: "speech.wav", type: "audio/wav")
    let response = try await call.send(
      "POST", "/inference", headers: [form.contentType] + OpenAISpeech.credentials(call),
      body: form.finished)
    let answer = try call.decode(response, as: WhisperAnswer.self)
    guard let tokens = answer.recognised else {
      throw call.error(.badAnswer, "it says no times of words")
    }
    return WhisperAnswer.joined(tokens)
  }
}
