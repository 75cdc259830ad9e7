public import Speech

/// One sentence to be spoken by a provider.
public struct Utterance: Sendable, Hashable {
  /// As it is said, with the written word that each part of it stands for.
  public var sentence: SpokenSentence
  /// How it is marked up; nil for plain text.
  public var markup: MarkedSentence?
  public var voice: String
  /// A BCP 47 tag.
  public var language: String
  /// 1 is the voice's usual speed.
  public var speed: Double
  /// Semitones.
  public var pitch: Double

  public init(
    _ sentence: SpokenSentence, markup: MarkedSentence? = nil, voice: String, language: String,
    speed: Double = 1, pitch: Double = 0
  ) {
    self.sentence = sentence
    self.markup = markup
    self.voice = voice
    self.language = language
    self.speed = speed
    self.pitch = pitch
  }

  public var text: String { sentence.text }

  /// The body of `<speak>`, with a mark `w<n>` before each word `n` that is spoken if wanted.
  func ssml(marks: Bool) -> String {
    (markup ?? MarkedSentence(plain: sentence)).ssml(marks: marks)
  }
}

/// When a part of the spoken text sounds.
public struct TimedRange: Sendable, Hashable, Codable {
  /// Unicode scalars of the spoken text, from 0.
  public var from: Int
  public var to: Int
  /// Seconds from the beginning of the sound.
  public var start: Double
  public var end: Double

  public init(from: Int, to: Int, start: Double, end: Double) {
    self.from = from
    self.to = to
    self.start = start
    self.end = end
  }
}

/// What a provider gave for an utterance.
public struct SpokenAnswer: Sendable, Hashable {
  /// A sound file of whatever format; not looked into yet.
  public var audio: [UInt8]
  /// Nil when the provider says no times, or none that can be believed.
  public var words: [TimedRange]?

  public init(audio: [UInt8], words: [TimedRange]? = nil) {
    self.audio = audio
    self.words = words
  }
}

/// A service that makes speech of text: the form of its requests and answers.
public protocol SpeechSynthesiser: Sendable {
  /// What this service takes.
  var abilities: SpeechAbilities { get }
  /// Asks once. Throws `ProviderError`.
  func speak(_ utterance: Utterance, _ call: ProviderCall) async throws -> SpokenAnswer
}

/// What a service takes in one request.
public struct SpeechAbilities: Sendable, Hashable {
  public enum Measure: String, Sendable, Hashable { case characters, bytes }

  /// The longest input of a request.
  public var longest: Int
  public var measure = Measure.characters
  /// 1 is the usual speed.
  public var speed: ClosedRange<Double>
  /// Semitones; nil for a service that cannot change the pitch.
  public var pitch: ClosedRange<Double>?
  /// Elements of SSML that it takes; empty for none.
  public var markup: Set<Markup.Element> = []

  /// Throws with what the service cannot do of what an utterance asks for.
  func check(_ utterance: Utterance, _ settings: ProviderSettings) throws(ProviderError) {
    func refuse(_ message: String) -> ProviderError {
      ProviderError(.configuration, settings.name, message)
    }
    guard speed.contains(utterance.speed) else {
      throw refuse(
        "it speaks at \(speed.lowerBound) to \(speed.upperBound) times its usual speed, not \(utterance.speed)"
      )
    }
    if utterance.pitch != 0 {
      guard let pitch else {
        throw refuse("it cannot change the pitch of a voice; leave out `pitch`")
      }
      guard pitch.contains(utterance.pitch) else {
        throw refuse(
          "it changes the pitch by \(pitch.lowerBound) to \(pitch.upperBound) semitones, not \(utterance.pitch)"
        )
      }
    }
    if settings.kind.needsVoice, utterance.voice.isEmpty {
      throw refuse("it needs a voice: give one in `speech.providers` or in the stage")
    }
    try check(utterance.markup, refuse)
  }

  private func check(
    _ sentence: MarkedSentence?, _ refuse: (String) -> ProviderError
  ) throws(ProviderError) {
    guard let sentence else { return }
    guard !markup.isEmpty else { throw refuse("it takes no SSML; leave out `ssml`") }
    let unknown = sentence.elements.subtracting(markup).map { "`\($0.rawValue)`" }.sorted()
    guard unknown.isEmpty else {
      let known = markup.map { "`\($0.rawValue)`" }.sorted().joined(separator: ", ")
      throw refuse(
        "of SSML it takes \(known), not \(unknown.joined(separator: ", "))")
    }
  }

  func length(_ text: String) -> Int { measure == .bytes ? text.utf8.count : text.count }

  /// - Parameter text: what is sent.
  func check(length text: String, _ settings: ProviderSettings) throws(ProviderError) {
    let limit = settings.longest ?? longest
    guard length(text) > limit else { return }
    throw ProviderError(
      .invalidInput, settings.name,
      "a sentence of \(length(text)) \(measure) is longer than the \(limit) that it takes")
  }
}

extension ProviderSettings {
  /// Nil for a provider that listens.
  public var synthesiser: (any SpeechSynthesiser)? {
    switch kind {
    case .openai: OpenAISpeech()
    case .kokoro: KokoroSpeech()
    case .elevenlabs: ElevenLabsSpeech(model: model ?? ElevenLabsSpeech.usualModel)
    case .google: GoogleSpeech()
    case .azure: AzureSpeech()
    case .piper: PiperSpeech()
    case .openaiTranscription, .whisperCPP, .deepgram, .assemblyai: nil
    }
  }
}
