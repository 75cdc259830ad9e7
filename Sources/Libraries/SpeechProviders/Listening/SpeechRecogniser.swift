import HTTPClient

/// A stretch of sound that somebody is to write down.
public struct ListeningRequest: Sendable, Hashable {
  /// A WAV file, 16 kHz, mono, 16 bits.
  public var audio: [UInt8]
  /// A BCP 47 tag.
  public var language: String
  /// Words that are likely to come, as a text or separated by commas; nil for none.
  public var prompt: String?
  /// Whether to tell who speaks.
  public var tellsSpeakers: Bool

  public init(
    audio: [UInt8], language: String, prompt: String? = nil, tellsSpeakers: Bool = false
  ) {
    self.audio = audio
    self.language = language
    self.prompt = prompt
    self.tellsSpeakers = tellsSpeakers
  }

  /// What is between the commas of the prompt.
  var terms: [String] {
    (prompt ?? "").split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}

/// A word as a provider heard it.
public struct RecognisedWord: Sendable, Hashable, Codable {
  /// With its punctuation where the provider knows it.
  public var text: String
  /// Seconds from the beginning of the sound.
  public var start: Double
  public var end: Double
  /// 0 to 1; nil when the provider does not say.
  public var confidence: Double?
  public var speaker: String?

  public init(
    text: String, start: Double, end: Double, confidence: Double? = nil, speaker: String? = nil
  ) {
    self.text = text
    self.start = start
    self.end = end
    self.confidence = confidence
    self.speaker = speaker
  }
}

/// A service that makes text of speech: the form of its requests and answers.
public protocol SpeechRecogniser: Sendable {
  /// Seconds of sound that one request may have.
  var longestSound: Double { get }
  var canTellSpeakers: Bool { get }
  /// Asks once. Throws `ProviderError`.
  func listen(_ request: ListeningRequest, _ call: ProviderCall) async throws -> [RecognisedWord]
}

extension ProviderSettings {
  /// Nil for a provider that speaks.
  public var recogniser: (any SpeechRecogniser)? {
    switch kind {
    case .openaiTranscription: OpenAITranscription()
    case .whisperCPP: WhisperServer()
    case .deepgram: Deepgram()
    case .assemblyai: AssemblyAI()
    case .openai, .kokoro, .elevenlabs, .google, .azure, .piper: nil
    }
  }
}
