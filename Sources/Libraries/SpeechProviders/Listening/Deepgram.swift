import HTTPClient

/// Deepgram: `POST /v1/listen` with the sound as the body.
struct Deepgram: SpeechRecogniser {
  static let usualModel = "nova-3"

  struct Answer: Decodable {
    struct Results: Decodable { var channels: [Channel] }
    struct Channel: Decodable { var alternatives: [Alternative] }
    struct Alternative: Decodable { var words: [Word]? }
    struct Word: Decodable {
      var word: String
      var punctuated_word: String?
      var start: Double
      var end: Double
      var confidence: Double?
      var speaker: Int?
    }

    var results: Results
  }

  var longestSound: Double { 1800 }
  var canTellSpeakers: Bool { true }

  func listen(
    _ request: ListeningRequest, _ call: ProviderCall
  ) async throws -> [RecognisedWord] {
    let model = call.settings.model ?? Self.usualModel
    var query = [
      ("model", model), ("smart_format", "true"), ("language", request.language),
    ]
    if request.tellsSpeakers { query.append(("diarize", "true")) }
    let term = model.hasPrefix("nova-3") || model.hasPrefix("flux") ? "keyterm" : "keywords"
    query += request.terms.map { (term, $0) }
    let text = query.map { "\($0.0)=\(PathText.escaped($0.1))" }.joined(separator: "&")
    var headers = [HTTPHeader("Content-Type", "audio/wav")]
    if let key = call.keyText { headers.append(HTTPHeader("Authorization", "Token \(key)")) }
    let response = try await call.send(
      "POST", "/v1/listen?\(text)", headers: headers, body: .bytes(request.audio))
    let answer = try call.decode(response, as: Answer.self)
    let words = answer.results.channels.first?.alternatives.first?.words ?? []
    return words.map {
      RecognisedWord(
        text: $0.punctuated_word ?? $0.word, start: $0.start, end: $0.end,
        confidence: $0.confidence, speaker: $0.speaker.map { "\($0)" })
    }
  }
}
