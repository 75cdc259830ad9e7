import Foundation
import HTTPClient
import Speech

/// Azure: `POST /cognitiveservices/v1` with SSML. Over REST it says no times of words.
struct AzureSpeech: SpeechSynthesiser {
  static let usualFormat = "riff-24khz-16bit-mono-pcm"

  var abilities: SpeechAbilities {
    SpeechAbilities(
      longest: 5000, speed: 0.5...2, pitch: -12...12,
      markup: [.break, .emphasis, .prosody, .sayAs, .phoneme, .sub])
  }

  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer {
    try abilities.check(utterance, call.settings)
    let body = Self.document(utterance)
    try abilities.check(length: body, call.settings)
    var headers = [
      HTTPHeader("Content-Type", "application/ssml+xml"),
      HTTPHeader("X-Microsoft-OutputFormat", call.settings.format ?? Self.usualFormat),
    ]
    if let key = call.keyText { headers.append(HTTPHeader("Ocp-Apim-Subscription-Key", key)) }
    let response = try await call.send(
      "POST", "/cognitiveservices/v1", headers: headers, body: .bytes(Array(body.utf8)))
    return SpokenAnswer(audio: try call.sound(response))
  }

  static func document(_ utterance: Utterance) -> String {
    var body = utterance.ssml(marks: false)
    if utterance.speed != 1 || utterance.pitch != 0 {
      var attributes = ""
      if utterance.speed != 1 { attributes += " rate=\"\(percent(utterance.speed - 1))\"" }
      if utterance.pitch != 0 {
        attributes += " pitch=\"\(String(format: "%+.2fst", utterance.pitch))\""
      }
      body = "<prosody\(attributes)>\(body)</prosody>"
    }
    return "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\""
      + "\(Markup.escaped(utterance.language))\"><voice name=\"\(Markup.escaped(utterance.voice))\">"
      + "\(body)</voice></speak>"
  }

  private static func percent(_ change: Double) -> String {
    String(format: "%+.2f%%", change * 100)
  }
}
