import Foundation
import Pipeline
import SpeechProviders
import TestSupport
import Threads

/// Sound in which each word is a tone of its own pitch, so that whoever measures the pitch has heard the word.
enum ToneWords {
  static let sampleRate = 16_000
  static let vocabulary = [
    "lamp", "ship", "rock", "wave", "tower", "keeper", "storm", "light", "night", "island",
    "stairs", "window", "morning", "evening", "harbour", "captain", "sail", "rope", "wind",
    "rain",
  ]
  /// Seconds.
  static let length = 0.25
  static let gap = 0.15

  /// - Parameter words: indices into the vocabulary.
  static func sound(_ words: [Int]) -> Data {
    var samples = [Int16](repeating: 0, count: sampleRate / 5)
    for word in words {
      let count = Int(length * Double(sampleRate))
      for index in 0..<count {
        let rise = min(1, Double(min(index, count - index)) / 100)
        let phase = 2 * Double.pi * frequency(word) * Double(index) / Double(sampleRate)
        samples.append(Int16(9000 * rise * sin(phase)))
      }
      samples += [Int16](repeating: 0, count: Int(gap * Double(sampleRate)))
    }
    return wav(samples)
  }

  static func frequency(_ word: Int) -> Double { 300 + 40 * Double(word) }

  struct Heard: Sendable {
    var word: String
    var start: Double
    var end: Double
  }

  /// What somebody hears who listens to a WAV file with this header. Half a word is heard as nothing or as another.
  static func hear(_ wav: Data) -> [Heard] {
    let samples = wav.dropFirst(44).withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    var heard: [Heard] = []
    var start: Int?
    var last = 0
    func end() {
      guard let from = start else { return }
      start = nil
      let seconds = Double(last - from) / Double(sampleRate)
      guard seconds > length / 2 else { return }
      let crossings = zip(samples[from..<last], samples[(from + 1)...last])
        .count { ($0 < 0) != ($1 < 0) }
      let index = Int(((Double(crossings) / 2 / seconds - 300) / 40).rounded())
      heard.append(
        Heard(
          word: vocabulary[min(max(index, 0), vocabulary.count - 1)],
          start: Double(from) / Double(sampleRate), end: Double(last) / Double(sampleRate)))
    }
    for (index, sample) in samples.enumerated() where abs(Int(sample)) > 400 {
      if let from = start, index - last > sampleRate / 25, from < index { end() }
      if start == nil { start = index }
      last = index
    }
    end()
    return heard
  }

  private static func wav(_ samples: [Int16]) -> Data {
    var data = ToneVoice.wav(samples)
    // The other voice has another rate.
    withUnsafeBytes(of: UInt32(sampleRate).littleEndian) {
      data.replaceSubrange(24..<28, with: $0)
    }
    withUnsafeBytes(of: UInt32(sampleRate * 2).littleEndian) {
      data.replaceSubrange(28..<32, with: $0)
    }
    return data
  }
}

/// A service that writes down tones, and keeps to the documented contract of its kind.
final class FakeListener: Sendable {
  static let key = "dg-test-0123456789abcdef"

  let kind: ProviderKind
  private let server: TestServer

  var requests: [TestServer.Request] { server.requests }

  /// - Parameter fault: instead of an answer to a request, by its number from 1.
  init(
    _ kind: ProviderKind,
    fault: @escaping @Sendable (Int) -> (status: Int, headers: [String], body: String)? = { _ in nil
    }
  ) throws {
    self.kind = kind
    let count = Locked(0)
    let uploads = Locked<[Data]>([])
    server = try TestServer { request, connection in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if let fault = fault(number) {
        connection.reply(fault.status, fault.headers, fault.body)
        return
      }
      let desk = FakeListenerDesk(kind: kind, uploads: uploads, host: request.headers["host"] ?? "")
      let (status, body) = desk.answer(request)
      connection.reply(status, ["Content-Type: application/json"], body)
    }
  }

  func settings(_ name: String = "listener") -> ProviderSettings {
    var settings = ProviderSettings(name: name, kind: kind, endpoint: server.url(""))
    settings.networks = FakeSpeaker.loopback
    if kind != .whisperCPP { settings.key = "LISTEN_KEY" }
    return settings
  }
}

private struct FakeListenerDesk {
  let kind: ProviderKind
  let uploads: Locked<[Data]>
  let host: String

  func answer(_ request: TestServer.Request) -> (status: Int, body: String) {
    switch kind {
    case .openaiTranscription:
      guard request.headers["authorization"] == "Bearer \(FakeListener.key)" else {
        return (401, #"{"error":{"message":"Incorrect API key","code":"invalid_api_key"}}"#)
      }
      guard request.target == "/v1/audio/transcriptions" else { return (404, "{}") }
      return openAI(FormParts(request))
    case .whisperCPP:
      guard request.target == "/inference" else { return (404, "File Not Found (/)") }
      return whisper(FormParts(request))
    case .deepgram: return deepgram(request)
    default: return assemblyAI(request)
    }
  }

  private func openAI(_ form: FormParts) -> (Int, String) {
    guard form["model"] == "whisper-1", form["response_format"] == "verbose_json",
      form["timestamp_granularities[]"] == "word", form["language"]?.count == 2,
      let file = form.files["file"], form.names["file"]?.hasSuffix(".wav") == true
    else { return (400, #"{"error":{"message":"bad form","type":"invalid_request_error"}}"#) }
    let heard = ToneWords.hear(file)
    // The words have no punctuation, the text does.
    return json([
      "task": "transcribe", "language": "english", "duration": 1,
      "text": heard.map { $0.word.capitalized + "," }.joined(separator: " "),
      "words": heard.map { ["word": $0.word, "start": $0.start, "end": $0.end] },
    ])
  }

  private func whisper(_ form: FormParts) -> (Int, String) {
    guard form["response_format"] == "verbose_json", let file = form.files["file"] else {
      return (400, "Invalid request")
    }
    let heard = ToneWords.hear(file)
    let tokens: [[String: Any]] = heard.flatMap { word -> [[String: Any]] in
      let half = (word.start + word.end) / 2
      let middle = word.word.index(word.word.startIndex, offsetBy: 2)
      return [
        ["word": " " + word.word[..<middle], "start": word.start, "end": half, "probability": 0.9],
        ["word": String(word.word[middle...]), "start": half, "end": word.end, "probability": 0.8],
        ["word": ".", "start": word.end, "end": word.end, "probability": 0.7],
      ]
    }
    return json(["text": "", "language": "english", "segments": [["id": 0, "words": tokens]]])
  }

  private func deepgram(_ request: TestServer.Request) -> (Int, String) {
    guard request.headers["authorization"] == "Token \(FakeListener.key)" else {
      return (
        401, #"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"x"}"#
      )
    }
    guard request.target.hasPrefix("/v1/listen?model=nova-3"),
      request.headers["content-type"] == "audio/wav"
    else { return (400, #"{"err_code":"Bad Request","err_msg":"x","request_id":"x"}"#) }
    let tells = request.target.contains("diarize=true")
    let words = ToneWords.hear(request.body).enumerated().map { index, word -> [String: Any] in
      var answer: [String: Any] = [
        "word": word.word, "punctuated_word": word.word.capitalized + ".", "start": word.start,
        "end": word.end, "confidence": 0.75,
      ]
      // Low tones are one person, high ones the other; numbers begin anew in each request.
      if tells {
        let first = ToneWords.hear(request.body)[0]
        answer["speaker"] = Self.person(word.word) == Self.person(first.word) ? 0 : 1
      }
      return answer
    }
    return json(["results": ["channels": [["alternatives": [["words": words]]]]]])
  }

  private static func person(_ word: String) -> Int {
    (ToneWords.vocabulary.firstIndex(of: word) ?? 0) < 10 ? 0 : 1
  }

  private func assemblyAI(_ request: TestServer.Request) -> (Int, String) {
    guard request.headers["authorization"] == FakeListener.key else {
      return (401, #"{"error":"Authentication error, API token missing/invalid"}"#)
    }
    switch (request.method, request.target) {
    case ("POST", "/v2/upload"):
      let number = uploads.withLock { uploads in
        uploads.append(request.body)
        return uploads.count - 1
      }
      return json(["upload_url": "https://cdn.example/\(number)"])
    case ("POST", "/v2/transcript"):
      let order = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]
      guard let url = order?["audio_url"] as? String, order?["language_code"] is String,
        let number = url.split(separator: "/").last
      else { return (400, #"{"error":"bad order"}"#) }
      return json(["id": "job-\(number)-0", "status": "queued"])
    default:
      return poll(request)
    }
  }

  /// Ready at the first question.
  private func poll(_ request: TestServer.Request) -> (Int, String) {
    let parts = request.target.split(separator: "-")
    guard request.method == "GET", parts.count == 3, let number = Int(parts[1]),
      let file = uploads.withLock({ $0.indices.contains(number) ? $0[number] : nil })
    else { return (404, #"{"error":"not found"}"#) }
    let words = ToneWords.hear(file).map { word -> [String: Any] in
      [
        "text": word.word, "start": Int(word.start * 1000), "end": Int(word.end * 1000),
        "confidence": 0.6, "speaker": "A",
      ]
    }
    return json(["id": "job-\(number)-0", "status": "completed", "words": words])
  }

  private func json(_ value: [String: Any]) -> (Int, String) {
    let data = (try? JSONSerialization.data(withJSONObject: value)) ?? Data()
    return (200, String(decoding: data, as: UTF8.self))
  }
}

/// The parts of a form, read in the simplest way.
private struct FormParts {
  private var fields: [String: String] = [:]
  private(set) var files: [String: Data] = [:]
  private(set) var names: [String: String] = [:]

  subscript(name: String) -> String? { fields[name] }

  init(_ request: TestServer.Request) {
    guard let boundary = request.headers["content-type"]?.components(separatedBy: "boundary=").last
    else { return }
    let mark = Data("--\(boundary)".utf8)
    var rest = request.body
    while let found = rest.range(of: mark) {
      let part = rest[..<found.lowerBound]
      rest = rest[found.upperBound...]
      guard let end = part.range(of: Data("\r\n\r\n".utf8)) else { continue }
      let head = String(decoding: part[..<end.lowerBound], as: UTF8.self)
      let body = Data(part[end.upperBound...].dropLast(2))
      let name = Self.value("name", in: head) ?? ""
      if let file = Self.value("filename", in: head) {
        files[name] = body
        names[name] = file
      } else {
        fields[name] = String(decoding: body, as: UTF8.self)
      }
    }
  }

  private static func value(_ name: String, in head: String) -> String? {
    guard let start = head.range(of: "; \(name)=\"") else { return nil }
    return String(head[start.upperBound...].prefix { $0 != "\"" })
  }
}
