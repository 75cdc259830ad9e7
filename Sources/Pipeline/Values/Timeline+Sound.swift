/// How the level goes during a fade.
public enum FadeCurve: String, FieldChoice {
  case linear, smooth
  case equalPower = "equal-power"
  case logarithmic

  public static let summaries: [String: String] = [
    "linear": "in equal steps of amplitude",
    "smooth": "slowly at both ends",
    "equal-power": "keeps the loudness of two sounds that fade into each other",
    "logarithmic": "in equal steps of loudness, over 60 dB",
  ]
}

/// How loud a film is, by EBU R128 (ITU-R BS.1770-4).
public struct Loudness: Sendable, Hashable, Codable {
  /// Integrated loudness in LUFS.
  public var target: Double
  /// The true peak that is not exceeded, in dBTP.
  public var truePeak: Double

  public init(target: Double = -16, truePeak: Double = -1) {
    self.target = target
    self.truePeak = truePeak
  }
}
