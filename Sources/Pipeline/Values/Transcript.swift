/// Words with their times in one sound.
public struct Transcript: Sendable, Hashable, Codable {
  public struct Word: Sendable, Hashable, Codable {
    /// As written, with its punctuation.
    public var text: String
    /// Milliseconds from the beginning of the sound.
    public var start: Int
    public var end: Int
    /// 0 to 1; nil when the source does not say.
    public var confidence: Double?
    public var speaker: String?

    public init(
      text: String, start: Int, end: Int, confidence: Double? = nil, speaker: String? = nil
    ) {
      self.text = text
      self.start = start
      self.end = end
      self.confidence = confidence
      self.speaker = speaker
    }
  }

  /// Where the times come from, best first.
  public enum Timing: String, Sendable, Hashable, Codable, CaseIterable {
    /// The provider of the speech said them.
    case provider
    /// The speech engine reported them while it spoke.
    case engine
    /// A known script was aligned with the sound.
    case alignment
    /// Words and times were recognised from the sound.
    case recognition
    /// Spread over the sound by length.
    case estimate
  }

  public var words: [Word]
  /// A BCP 47 tag such as `en-US`; nil when unknown.
  public var language: String?
  public var timing: Timing
  /// The sound that the times belong to. A consumer that has placed that sound in a film moves the words with it.
  public var sound: Digest?

  public init(words: [Word], language: String?, timing: Timing, sound: Digest?) {
    self.words = words
    self.language = language
    self.timing = timing
    self.sound = sound
  }

  public var text: String { words.map(\.text).joined(separator: " ") }
}
