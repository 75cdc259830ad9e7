/// What `videocraft-speech` writes: one JSON object per line. Any number of `progress` and `sentence` messages is
/// followed by one of the others, which ends the request.
public struct SpeechMessage: Sendable, Hashable, Codable {
  public var progress: SpeechProgress?
  public var sentence: SynthesisedSentence?
  public var voices: [SpeechVoice]?
  public var synthesised: SynthesisedSound?
  public var aligned: AlignedScript?
  public var recognised: RecognisedSpeech?
  public var error: SpeechFault?

  public init() {}

  public init(progress: SpeechProgress) { self.progress = progress }
  public init(sentence: SynthesisedSentence) { self.sentence = sentence }
  public init(error: SpeechFault) { self.error = error }
}

/// Sign of life while a request is worked on.
public struct SpeechProgress: Sendable, Hashable, Codable {
  /// Milliseconds of sound, or words.
  public var done: Int
  public var total: Int

  public init(done: Int, total: Int) {
    self.done = done
    self.total = total
  }
}

/// When one word of a request's list sounds.
public struct TimedToken: Sendable, Hashable, Codable {
  /// Which word of the list, from 0.
  public var token: Int
  /// Milliseconds from the beginning of the sound file.
  public var start: Int
  public var end: Int
  /// 0 to 1; nil when the engine knows the time for certain.
  public var confidence: Double?

  public init(token: Int, start: Int, end: Int, confidence: Double? = nil) {
    self.token = token
    self.start = start
    self.end = end
    self.confidence = confidence
  }
}

/// One sentence has been spoken.
public struct SynthesisedSentence: Sendable, Hashable, Codable {
  /// Which sentence of the request, from 0.
  public var index: Int
  /// In rising order. Words that the engine did not speak are left out.
  public var words: [TimedToken]

  public init(index: Int, words: [TimedToken]) {
    self.index = index
    self.words = words
  }
}

/// The sound file is complete.
public struct SynthesisedSound: Sendable, Hashable, Codable {
  /// Samples per second.
  public var sampleRate: Int
  public var sampleCount: Int

  public init(sampleRate: Int, sampleCount: Int) {
    self.sampleRate = sampleRate
    self.sampleCount = sampleCount
  }
}

public struct AlignedScript: Sendable, Hashable, Codable {
  /// In rising order. Words that were not found in the sound are left out.
  public var words: [TimedToken]
  /// How well the sound fits the script: acoustic score per frame of speech, about −9 to −30 for the right script,
  /// below −40 for a wrong one.
  public var score: Double
  /// Milliseconds of sound in which something was said that is not in the script.
  public var unscripted: Int

  public init(words: [TimedToken], score: Double, unscripted: Int) {
    self.words = words
    self.score = score
    self.unscripted = unscripted
  }
}

public struct RecognisedSpeech: Sendable, Hashable, Codable {
  /// In lower case and without punctuation.
  public var words: [SpokenWord]

  public init(words: [SpokenWord]) { self.words = words }
}

/// A voice that can be asked for.
public struct SpeechVoice: Sendable, Hashable, Codable {
  public var engine: SpeechEngine
  public var name: String
  /// Tags such as `en-us`, the best one first.
  public var languages: [String]

  public init(engine: SpeechEngine, name: String, languages: [String]) {
    self.engine = engine
    self.name = name
    self.languages = languages
  }
}

/// Why a request could not be done.
public struct SpeechFault: Error, Sendable, Hashable, Codable {
  public enum Code: String, Sendable, Hashable, Codable {
    case badRequest = "bad-request"
    case unknownVoice = "unknown-voice"
    /// Nothing in the text can be spoken.
    case nothingToSay = "nothing-to-say"
    case wordTooLong = "word-too-long"
    case badAudio = "bad-audio"
    /// The script is not what is said in the sound.
    case scriptMismatch = "script-mismatch"
    /// A model, dictionary or voice file is missing.
    case missingData = "missing-data"
    case outputFailed = "output-failed"
    case engineFailed = "engine-failed"
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
