public import HTTPClient

/// What a provider does: makes speech of text, or text of speech.
public enum SpeechTask: String, Sendable, Hashable, Codable {
  case speaking, listening
}

/// Which service's requests and answers are spoken.
public enum ProviderKind: String, Sendable, Hashable, Codable, CaseIterable {
  case openai, kokoro, elevenlabs, google, azure, piper
  case openaiTranscription = "openai-transcription"
  case whisperCPP = "whisper-cpp"
  case deepgram, assemblyai

  public var task: SpeechTask {
    switch self {
    case .openai, .kokoro, .elevenlabs, .google, .azure, .piper: .speaking
    case .openaiTranscription, .whisperCPP, .deepgram, .assemblyai: .listening
    }
  }

  /// Nil where everybody has an address of their own.
  public var usualEndpoint: String? {
    switch self {
    case .openai, .openaiTranscription: "https://api.openai.com"
    case .elevenlabs: "https://api.elevenlabs.io"
    case .google: "https://texttospeech.googleapis.com"
    case .deepgram: "https://api.deepgram.com"
    case .assemblyai: "https://api.assemblyai.com"
    case .azure, .kokoro, .piper, .whisperCPP: nil
    }
  }

  /// Whether the service answers nobody without a key.
  public var needsKey: Bool {
    switch self {
    case .elevenlabs, .google, .azure, .deepgram, .assemblyai: true
    case .openai, .openaiTranscription, .kokoro, .piper, .whisperCPP: false
    }
  }

  /// Whether a voice must be known to ask for speech.
  public var needsVoice: Bool {
    switch self {
    case .openai, .kokoro, .elevenlabs, .google, .azure: true
    default: false
    }
  }
}

/// One provider as the operator of a host describes it.
public struct ProviderSettings: Sendable, Hashable {
  /// What pipelines call it.
  public var name: String
  public var kind: ProviderKind
  /// Address without the path of a request, such as `https://api.openai.com`.
  public var endpoint: String
  /// The name of the secret that is its key; nil for a service that wants none.
  public var key: String?
  /// Nil for the service's usual one.
  public var model: String?
  /// Who speaks when a pipeline does not say.
  public var voice: String?
  /// Voices by what pipelines call them, or by language.
  public var voices: [String: String] = [:]
  /// The form in which sound is asked for; nil for the best one that needs no larger contract.
  public var format: String?
  /// How to speak, for models that take it in words.
  public var instructions: String?
  /// Whether to ask for the times of words where the service can tell them.
  public var timestamps = true
  /// Networks that are not public and in which the endpoint may be.
  public var networks: [IPNetwork] = []
  /// Requests under way at once.
  public var concurrency = 2
  /// Tries of one request, from 1.
  public var attempts = 3
  /// Of one try.
  public var timeout = Duration.seconds(60)
  /// The longest wait that the service may ask for; beyond it another provider is taken.
  public var patience = Duration.seconds(20)
  /// Characters of one request (bytes for Google); nil for what the service documents.
  public var longest: Int?
  /// Seconds of one request, for a provider that listens; nil for what the service documents.
  public var longestSound: Double?

  public init(name: String, kind: ProviderKind, endpoint: String? = nil) {
    self.name = name
    self.kind = kind
    self.endpoint = endpoint ?? kind.usualEndpoint ?? ""
  }

  /// The endpoint and a path below it. An endpoint may end in `/v1`, as many clients want it.
  func address(_ path: String) -> String {
    var base = endpoint
    while base.hasSuffix("/") { base.removeLast() }
    if path.hasPrefix("/v1/"), base.hasSuffix("/v1") { base.removeLast(3) }
    return base + path
  }

  /// Where it may connect to. Networks that are not public only when the operator names them, and plain text only there.
  var rules: OutboundRules {
    OutboundRules(
      allowsPublicInternet: networks.isEmpty, networks: networks,
      allowsPlainText: !networks.isEmpty)
  }
}
