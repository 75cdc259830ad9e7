/// The voices of flite.
public enum EnglishVoice: String, Sendable, Hashable, Codable, CaseIterable {
  case slt, rms, awb, kal16
}
