import Speech

/// One sentence as an engine spoke it.
struct SpokenPiece {
  struct Word {
    /// Which word of the sentence.
    var token: Int
    /// Samples.
    var start: Int
    var end: Int
  }

  var samples: [Int16]
  /// In rising order, at most one per word of the sentence.
  var words: [Word]
}

/// A voice that is ready to speak.
protocol Speaker: ~Copyable {
  /// Samples per second.
  var sampleRate: Int { get }

  /// Nil when nothing in the sentence can be spoken.
  func speak(_ words: [String]) throws(SpeechFault) -> SpokenPiece?
}
