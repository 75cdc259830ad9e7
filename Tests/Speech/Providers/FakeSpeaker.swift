import Foundation
import SpeechProviders
import TestSupport
import Threads

/// A service for speech on this machine that keeps to the documented contract of its kind: addresses, credentials, bodies,
/// limits and the bodies of errors. It speaks in tones. Faults are told by the number of the request, from 1.
final class FakeSpeaker: Sendable {
  enum Fault: Sendable {
    case status(Int, headers: [String] = [], body: String)
    /// A page instead of an answer, with status 200.
    case page
    case empty
    /// The first half of the sound, in an answer that is whole.
    case cutSound
    case silent
    /// Not the size in the header of the WAV file.
    case unsized
    case noise
    /// The connection ends in the middle of the answer.
    case lost
    case brokenJSON
    /// `alignment`, `timestamps` or `timepoints` are null or absent.
    case noTimes
    /// Times that go backwards.
    case mixedTimes
  }

  static let key = "sk-test-0123456789abcdef"
  static let voices: Set = [
    "alloy", "af_heart", "21m00Tcm4TlvDq8ikWAM", "en-US-Wavenet-D", "en-US-JennyNeural",
    "de-DE-KatjaNeural", "en_US-lessac-medium",
  ]

  let kind: ProviderKind
  private let server: TestServer
  private let spoken: Locked<[String]>

  /// The texts of all requests that were answered with sound that is right.
  var texts: [String] { spoken.withLock { $0 } }
  var requestCount: Int { server.requests.count }
  var requests: [TestServer.Request] { server.requests }

  init(_ kind: ProviderKind, faults: [Int: Fault] = [:], everyFault: Fault? = nil) throws {
    self.kind = kind
    let spoken = Locked<[String]>([])
    self.spoken = spoken
    let count = Locked(0)
    server = try TestServer { request, connection in
      let number = count.withLock { count in
        count += 1
        return count
      }
      let desk = FakeSpeakerDesk(kind: kind, fault: faults[number] ?? everyFault)
      if let text = desk.answer(request, connection) { spoken.withLock { $0.append(text) } }
    }
  }

  /// As an operator would describe it.
  func settings(_ name: String = "remote") -> ProviderSettings {
    var settings = ProviderSettings(name: name, kind: kind, endpoint: server.url(""))
    settings.networks = FakeSpeaker.loopback
    if kind != .piper, kind != .kokoro { settings.key = "SPEECH_KEY" }
    settings.voice =
      switch kind {
      case .openai: "alloy"
      case .kokoro: "af_heart"
      case .elevenlabs: "21m00Tcm4TlvDq8ikWAM"
      case .google: "en-US-Wavenet-D"
      case .azure: "en-US-JennyNeural"
      default: nil
      }
    return settings
  }
}

/// One request and its answer.
private struct FakeSpeakerDesk {
  let kind: ProviderKind
  let fault: FakeSpeaker.Fault?

  /// The text that was spoken, if it was.
  func answer(_ request: TestServer.Request, _ connection: TestConnection) -> String? {
    if case .status(let status, let headers, let body)? = fault {
      connection.reply(status, headers + ["Content-Type: application/json"], body)
      return nil
    }
    if case .page? = fault {
      connection.reply(200, ["Content-Type: text/html"], "<!DOCTYPE html><html>welcome</html>")
      return nil
    }
    let heard: (text: String, speed: Double)
    switch read(request) {
    case .success(let asked): heard = asked
    case .failure(let refusal):
      connection.reply(refusal.status, ["Content-Type: application/json"], refusal.body)
      return nil
    }
    let voice = ToneVoice(heard.text, speed: heard.speed)
    let isWhole = send(
      voice,
      asJSON: request.target.contains("timestamps")
        || request.target.contains("captioned") || kind == .google, connection)
    return isWhole ? heard.text : nil
  }

  // MARK: Requests

  struct Refusal: Error {
    var status: Int
    var body: String
  }

  private func read(
    _ request: TestServer.Request
  ) -> Result<(text: String, speed: Double), Refusal> {
    guard request.method == "POST" else { return .failure(Refusal(status: 405, body: "{}")) }
    if let refusal = checkCredentials(request) { return .failure(refusal) }
    let json =
      (try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]) ?? [:]
    switch kind {
    case .openai, .kokoro: return readOpenAI(request, json)
    case .elevenlabs: return readElevenLabs(request, json)
    case .google: return readGoogle(request, json)
    case .azure: return readAzure(request)
    default: return readPiper(request, json)
    }
  }

  private func checkCredentials(_ request: TestServer.Request) -> Refusal? {
    let (name, value): (String, String) =
      switch kind {
      case .openai: ("authorization", "Bearer \(FakeSpeaker.key)")
      case .elevenlabs: ("xi-api-key", FakeSpeaker.key)
      case .google: ("x-goog-api-key", FakeSpeaker.key)
      case .azure: ("ocp-apim-subscription-key", FakeSpeaker.key)
      default: ("", "")
      }
    guard !name.isEmpty, request.headers[name] != value else { return nil }
    let given = request.headers[name] ?? ""
    return switch kind {
    case .openai:
      Refusal(
        status: 401,
        body: """
          {"error":{"message":"Incorrect API key provided: \(given)","type":"invalid_request_error",\
          "param":null,"code":"invalid_api_key"}}
          """)
    case .elevenlabs:
      Refusal(
        status: 401,
        body: #"{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}"#)
    case .google:
      Refusal(
        status: 403,
        body: #"{"error":{"code":403,"message":"API key not valid","status":"PERMISSION_DENIED"}}"#)
    default: Refusal(status: 401, body: "")
    }
  }

  private func readOpenAI(
    _ request: TestServer.Request, _ json: [String: Any]
  ) -> Result<(text: String, speed: Double), Refusal> {
    let paths =
      kind == .kokoro ? ["/v1/audio/speech", "/dev/captioned_speech"] : ["/v1/audio/speech"]
    guard paths.contains(request.target) else { return .failure(Refusal(status: 404, body: "{}")) }
    guard let input = json["input"] as? String, json["model"] is String,
      let voice = json["voice"] as? String, json["response_format"] as? String == "wav"
    else {
      return .failure(Refusal(status: 422, body: #"{"detail":[{"msg":"field required"}]}"#))
    }
    guard FakeSpeaker.voices.contains(voice) else {
      return .failure(
        Refusal(
          status: 400,
          body: #"{"error":{"message":"unknown voice","type":"x","code":"voice_not_found"}}"#))
    }
    guard input.count <= 4096 else {
      return .failure(
        Refusal(
          status: 400, body: #"{"error":{"message":"too long","code":"string_too_long"}}"#))
    }
    return .success((input, json["speed"] as? Double ?? 1))
  }

  private func readElevenLabs(
    _ request: TestServer.Request, _ json: [String: Any]
  ) -> Result<(text: String, speed: Double), Refusal> {
    let parts = request.target.split(separator: "?")[0].split(separator: "/").map(String.init)
    guard parts.count >= 3, parts[0] == "v1", parts[1] == "text-to-speech",
      request.target.contains("output_format=mp3_44100_128")
    else { return .failure(Refusal(status: 404, body: #"{"detail":"Not Found"}"#)) }
    guard FakeSpeaker.voices.contains(parts[2]) else {
      return .failure(
        Refusal(
          status: 404,
          body: #"{"detail":{"status":"voice_not_found","message":"A voice was not found"}}"#))
    }
    guard let text = json["text"] as? String, json["model_id"] is String else {
      return .failure(Refusal(status: 422, body: #"{"detail":[{"msg":"field required"}]}"#))
    }
    if json["language_code"] != nil, (json["model_id"] as? String)?.contains("v2_5") != true {
      return .failure(
        Refusal(
          status: 400,
          body: #"{"detail":{"status":"unsupported_language","message":"no language code"}}"#))
    }
    let voice = json["voice_settings"] as? [String: Any]
    return .success((text, voice?["speed"] as? Double ?? 1))
  }

  private func readGoogle(
    _ request: TestServer.Request, _ json: [String: Any]
  ) -> Result<(text: String, speed: Double), Refusal> {
    guard request.target == "/v1beta1/text:synthesize" else {
      return .failure(Refusal(status: 404, body: "{}"))
    }
    let input = json["input"] as? [String: Any]
    let voice = json["voice"] as? [String: Any]
    let sound = json["audioConfig"] as? [String: Any]
    guard let text = input?["ssml"] as? String ?? input?["text"] as? String,
      let name = voice?["name"] as? String, let language = voice?["languageCode"] as? String,
      name.hasPrefix(language), sound?["audioEncoding"] as? String == "LINEAR16"
    else {
      return .failure(
        Refusal(
          status: 400,
          body: #"{"error":{"code":400,"message":"bad request","status":"INVALID_ARGUMENT"}}"#))
    }
    guard text.utf8.count <= 5000 else {
      return .failure(
        Refusal(
          status: 400,
          body: #"{"error":{"code":400,"message":"longer than 5000","status":"INVALID_ARGUMENT"}}"#
        ))
    }
    return .success((Self.plain(text), sound?["speakingRate"] as? Double ?? 1))
  }

  private func readAzure(
    _ request: TestServer.Request
  ) -> Result<(text: String, speed: Double), Refusal> {
    let body = String(decoding: request.body, as: UTF8.self)
    guard request.target == "/cognitiveservices/v1",
      request.headers["content-type"] == "application/ssml+xml",
      request.headers["x-microsoft-outputformat"] == "riff-24khz-16bit-mono-pcm",
      request.headers["user-agent"] != nil, body.hasPrefix("<speak version=\"1.0\""),
      body.contains("xml:lang="),
      FakeSpeaker.voices.contains(where: {
        body.contains("<voice name=\"\($0)\">")
      })
    else { return .failure(Refusal(status: 400, body: "")) }
    return .success((Self.plain(body), 1))
  }

  private func readPiper(
    _ request: TestServer.Request, _ json: [String: Any]
  ) -> Result<(text: String, speed: Double), Refusal> {
    // The newer of the two servers: the older path is not there.
    guard request.target == "/" else {
      return .failure(Refusal(status: 404, body: "<html>Not Found</html>"))
    }
    guard let text = json["text"] as? String, !text.isEmpty else {
      return .failure(Refusal(status: 500, body: "Internal Server Error"))
    }
    return .success((text, 1 / (json["length_scale"] as? Double ?? 1)))
  }

  /// What is said of SSML.
  private static func plain(_ ssml: String) -> String {
    var text = ""
    var isTag = false
    for character in ssml {
      if character == "<" { isTag = true }
      if !isTag { text.append(character) }
      if character == ">" { isTag = false }
    }
    return text.replacing("&amp;", with: "&").replacing("&lt;", with: "<")
  }

  // MARK: Answers

  /// Whether it was right.
  private func send(_ voice: ToneVoice, asJSON: Bool, _ connection: TestConnection) -> Bool {
    let sound = sound(voice)
    guard asJSON else {
      return send(sound, type: "audio/wav", connection)
    }
    var answer: [String: Any] = [:]
    let base64 = sound.base64EncodedString()
    switch kind {
    case .elevenlabs:
      answer["audio_base64"] = base64
      answer["alignment"] = alignment(voice)
    case .google:
      answer["audioContent"] = base64
      if let points = points(voice) { answer["timepoints"] = points }
    default:
      answer["audio"] = base64
      answer["audio_format"] = "audio/wav"
      if let words = times(voice) { answer["timestamps"] = words }
    }
    guard var data = try? JSONSerialization.data(withJSONObject: answer) else { return false }
    if case .brokenJSON? = fault { data = data.dropLast(data.count / 2) }
    let isSent = send(data, type: "application/json", connection)
    if case .brokenJSON? = fault { return false }
    return isSent
  }

  private func send(_ data: Data, type: String, _ connection: TestConnection) -> Bool {
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(data.count)\r\n\r\n"
    connection.send(head)
    if case .lost? = fault {
      connection.send(data.prefix(data.count / 2))
      connection.close()
      return false
    }
    let isSent = connection.send(data)
    return switch fault {
    case .empty?, .cutSound?, .silent?, .noise?: false
    default: isSent
    }
  }

  private func sound(_ voice: ToneVoice) -> Data {
    switch fault {
    case .empty?: return Data()
    case .cutSound?: return voice.wav().dropLast(voice.samples.count)
    case .silent?: return ToneVoice.wav(voice.samples.map { _ in 0 })
    case .unsized?: return voice.wav(hasSize: false)
    case .noise?: return Data((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
    default: return voice.wav()
    }
  }

  private func times(_ voice: ToneVoice) -> [[String: Any]]? {
    if case .noTimes? = fault { return nil }
    return words(voice).map {
      ["word": $0.text, "start_time": $0.start, "end_time": $0.end]
    }
  }

  private func words(_ voice: ToneVoice) -> [ToneVoice.Word] {
    if case .mixedTimes? = fault { return voice.words.reversed() }
    return voice.words
  }

  private func points(_ voice: ToneVoice) -> [[String: Any]]? {
    if case .noTimes? = fault { return nil }
    // The first word at 0 has no time in the JSON of protocol buffers; here none is at 0.
    return words(voice).enumerated().map { ["markName": "w\($0)", "timeSeconds": $1.start] }
  }

  private func alignment(_ voice: ToneVoice) -> Any {
    if case .noTimes? = fault { return NSNull() }
    var characters: [String] = []
    var starts: [Double] = []
    var ends: [Double] = []
    for (index, word) in words(voice).enumerated() {
      if index > 0 {
        characters.append(" ")
        starts.append(ends.last ?? 0)
        ends.append(word.start)
      }
      let count = Double(word.text.count)
      for (place, character) in word.text.enumerated() {
        characters.append(String(character))
        starts.append(word.start + (word.end - word.start) * Double(place) / count)
        ends.append(word.start + (word.end - word.start) * Double(place + 1) / count)
      }
    }
    return [
      "characters": characters, "character_start_times_seconds": starts,
      "character_end_times_seconds": ends,
    ]
  }
}
