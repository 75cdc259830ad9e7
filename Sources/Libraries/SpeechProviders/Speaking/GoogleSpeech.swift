import HTTPClient
import Speech

/// Google Cloud: `POST /v1beta1/text:synthesize`, with a mark before each word whose time comes back.
///
/// Not every family of voices takes marks; for those that do not, the provider's `timestamps` is off.
struct GoogleSpeech: SpeechSynthesiser {
  struct Body: Encodable {
    struct Input: Encodable {
      var text: String?
      var ssml: String?
    }
    struct Voice: Encodable {
      var languageCode: String
      var name: String
    }
    struct Sound: Encodable {
      var audioEncoding: String
      var speakingRate: Double?
      var pitch: Double?
    }

    var input: Input
    var voice: Voice
    var audioConfig: Sound
    var enableTimePointing: [String]?
  }

  struct Answer: Decodable {
    struct Point: Decodable {
      var markName: String
      /// Absent for 0.
      var timeSeconds: Double?
    }

    var audioContent: String
    var timepoints: [Point]?
  }

  var abilities: SpeechAbilities {
    SpeechAbilities(
      longest: 5000, measure: .bytes, speed: 0.25...2, pitch: -20...20,
      markup: [.break, .emphasis, .prosody, .sayAs, .phoneme, .sub])
  }

  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer {
    try abilities.check(utterance, call.settings)
    let marks = call.settings.timestamps
    let usesSSML = marks || utterance.markup != nil
    let text = usesSSML ? "<speak>\(utterance.ssml(marks: marks))</speak>" : utterance.text
    try abilities.check(length: text, call.settings)
    let body = Body(
      input: Body.Input(text: usesSSML ? nil : text, ssml: usesSSML ? text : nil),
      voice: Body.Voice(
        languageCode: Self.language(utterance), name: utterance.voice),
      audioConfig: Body.Sound(
        audioEncoding: call.settings.format ?? "LINEAR16",
        speakingRate: utterance.speed == 1 ? nil : utterance.speed,
        pitch: utterance.pitch == 0 ? nil : utterance.pitch),
      enableTimePointing: marks ? ["SSML_MARK"] : nil)
    let response = try await call.send(
      json: body, to: "/v1beta1/text:synthesize",
      headers: call.keyText.map { [HTTPHeader("X-Goog-Api-Key", $0)] } ?? [])
    let answer = try call.decode(response, as: Answer.self)
    return SpokenAnswer(
      audio: try call.sound(base64: answer.audioContent),
      words: marks ? words(answer.timepoints ?? [], of: utterance.sentence) : nil)
  }

  /// Names of voices begin with their language, and it must be that one.
  private static func language(_ utterance: Utterance) -> String {
    let parts = utterance.voice.split(separator: "-")
    guard parts.count > 2, (2...3).contains(parts[0].count), parts[1].count == 2 else {
      return utterance.language
    }
    return "\(parts[0])-\(parts[1])"
  }

  /// A word ends where the next one begins; the last one at the end of the sound, which is not known here.
  private func words(_ points: [Answer.Point], of sentence: SpokenSentence) -> [TimedRange]? {
    let starts: [(word: Int, time: Double)] = points.compactMap { point in
      guard point.markName.hasPrefix("w"), let word = Int(point.markName.dropFirst()),
        sentence.ranges.indices.contains(word)
      else { return nil }
      return (word, point.timeSeconds ?? 0)
    }
    let ranges = starts.enumerated().map { index, start in
      TimedRange(
        from: sentence.ranges[start.word].lowerBound, to: sentence.ranges[start.word].upperBound,
        start: start.time,
        end: index + 1 < starts.count ? starts[index + 1].time : .infinity)
    }
    return TimedRange.believed(ranges, in: sentence)
  }
}
