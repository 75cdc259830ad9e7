import HTTPClient
import Speech

/// AssemblyAI: the sound is uploaded, a transcript is ordered, and asked for until it is there.
struct AssemblyAI: SpeechRecogniser {
  struct Uploaded: Decodable { var upload_url: String }

  struct Order: Encodable {
    var audio_url: String
    var language_code: String
    var punctuate = true
    var format_text = true
    var speaker_labels: Bool?
    var speech_model: String?
    var keyterms_prompt: [String]?
  }

  struct Transcript: Decodable {
    struct Word: Decodable {
      var text: String
      /// Milliseconds.
      var start: Double
      var end: Double
      var confidence: Double?
      var speaker: String?
    }

    var id: String
    var status: String
    var error: String?
    var words: [Word]?
  }

  var longestSound: Double { 1800 }
  var canTellSpeakers: Bool { true }

  private static let pauses: [Duration] = [.seconds(1), .seconds(2), .seconds(3)]

  func listen(
    _ request: ListeningRequest, _ call: ProviderCall
  ) async throws -> [RecognisedWord] {
    let headers = call.keyText.map { [HTTPHeader("Authorization", $0)] } ?? []
    let upload = try await call.send(
      "POST", "/v2/upload",
      headers: headers + [
        HTTPHeader("Content-Type", "application/octet-stream")
      ], body: .bytes(request.audio))
    let order = Order(
      audio_url: try call.decode(upload, as: Uploaded.self).upload_url,
      language_code: Self.language(request.language),
      speaker_labels: request.tellsSpeakers ? true : nil, speech_model: call.settings.model,
      keyterms_prompt: request.terms.isEmpty ? nil : request.terms)
    let ordered = try await call.send(json: order, to: "/v2/transcript", headers: headers)
    let transcript = try await finished(
      try call.decode(ordered, as: Transcript.self), headers, call)
    return (transcript.words ?? []).map {
      RecognisedWord(
        text: $0.text, start: $0.start / 1000, end: $0.end / 1000, confidence: $0.confidence,
        speaker: $0.speaker)
    }
  }

  /// Asks until it is there. A question that fails is asked again: the order stands.
  private func finished(
    _ first: Transcript, _ headers: [HTTPHeader], _ call: ProviderCall
  ) async throws -> Transcript {
    var transcript = first
    var waited = Duration.zero
    var failures = 0
    var turn = 0
    while transcript.status == "queued" || transcript.status == "processing" {
      guard waited < call.settings.timeout * 10 else {
        throw call.error(.timeout, "the transcript is not there after \(waited)")
      }
      let pause = Self.pauses[min(turn, Self.pauses.count - 1)]
      try await call.time.sleep(pause)
      waited += pause
      turn += 1
      do {
        let response = try await call.send(
          "GET", "/v2/transcript/\(PathText.escaped(transcript.id))", headers: headers)
        transcript = try call.decode(response, as: Transcript.self)
      } catch {
        failures += 1
        guard error.mayBeTriedAgain, failures < call.settings.attempts else { throw error }
      }
    }
    guard transcript.status == "completed" else {
      throw call.error(.invalidInput, transcript.error ?? "the transcript failed")
    }
    return transcript
  }

  /// `en_us` of `en-US`.
  private static func language(_ tag: String) -> String {
    ["en-us", "en-gb", "en-au"].contains(tag.lowercased())
      ? tag.lowercased().replacing("-", with: "_") : LanguageTag.primary(tag)
  }
}
