/// What `videocraft-speech` can be asked: one request per line of its standard input, as a JSON object whose only
/// key says what to do.
///
///     {"synthesise":{"engine":"flite","voice":"slt","speed":1,"pitch":0,"sentences":[…],"output":"/…/a.wav"}}
///
/// Requests are answered one after another. When standard input ends the helper leaves at once, whatever it is
/// doing: that is how work is cancelled.
public enum SpeechRequest: Sendable, Hashable {
  case voices
  case synthesise(SynthesisRequest)
  case align(AlignmentRequest)
  case recognise(RecognitionRequest)
}

public enum SpeechEngine: String, Sendable, Hashable, Codable, CaseIterable {
  case flite, espeak
}

/// Sentences to speak into one sound file at the engine's own sample rate.
public struct SynthesisRequest: Sendable, Hashable, Codable {
  public struct Sentence: Sendable, Hashable, Codable {
    /// Words as written, each with its punctuation.
    public var tokens: [String]
    /// Milliseconds of silence after the sentence.
    public var pause: Int

    public init(tokens: [String], pause: Int) {
      self.tokens = tokens
      self.pause = pause
    }
  }

  public var engine: SpeechEngine
  /// `slt` for flite; a language with or without a variant, such as `fr+f3`, for espeak.
  public var voice: String
  /// 0.5 to 2; 1 is the engine's usual speed.
  public var speed: Double
  /// Semitones, −8 to 8.
  public var pitch: Double
  public var sentences: [Sentence]
  /// The path of the WAV file to write.
  public var output: String

  public init(
    engine: SpeechEngine, voice: String, speed: Double, pitch: Double, sentences: [Sentence],
    output: String
  ) {
    self.engine = engine
    self.voice = voice
    self.speed = speed
    self.pitch = pitch
    self.sentences = sentences
    self.output = output
  }
}

/// A known English script whose words are to be found in a sound.
public struct AlignmentRequest: Sendable, Hashable, Codable {
  /// The path of a 16 kHz mono 16-bit WAV file.
  public var audio: String
  /// Words as written.
  public var tokens: [String]

  public init(audio: String, tokens: [String]) {
    self.audio = audio
    self.tokens = tokens
  }
}

/// English speech to be written down.
public struct RecognitionRequest: Sendable, Hashable, Codable {
  /// The path of a 16 kHz mono 16-bit WAV file.
  public var audio: String

  public init(audio: String) { self.audio = audio }
}

extension SpeechRequest: Codable {
  private enum Action: String, CodingKey, CaseIterable {
    case voices, synthesise, align, recognise
  }

  private struct Nothing: Codable {}

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Action.self)
    switch container.allKeys.first {
    case .voices where container.allKeys.count == 1: self = .voices
    case .synthesise where container.allKeys.count == 1:
      self = .synthesise(try container.decode(SynthesisRequest.self, forKey: .synthesise))
    case .align where container.allKeys.count == 1:
      self = .align(try container.decode(AlignmentRequest.self, forKey: .align))
    case .recognise where container.allKeys.count == 1:
      self = .recognise(try container.decode(RecognitionRequest.self, forKey: .recognise))
    default:
      let names = Action.allCases.map(\.rawValue).joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "a request has exactly one of the keys \(names)"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Action.self)
    switch self {
    case .voices: try container.encode(Nothing(), forKey: .voices)
    case .synthesise(let request): try container.encode(request, forKey: .synthesise)
    case .align(let request): try container.encode(request, forKey: .align)
    case .recognise(let request): try container.encode(request, forKey: .recognise)
    }
  }
}
