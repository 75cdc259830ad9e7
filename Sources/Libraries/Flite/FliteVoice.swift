import CFlite
import Glibc

/// A voice of flite. Speaks American English, reads ASCII only.
///
/// Not for two threads at once: voices share tables, and C's random numbers, which their sound depends on.
public struct FliteVoice: ~Copyable {
  public enum Name: String, Sendable, Hashable, CaseIterable {
    /// A woman, clear; 16 kHz.
    case slt
    /// A man, the most intelligible one.
    case rms
    /// A Scottish man.
    case awb
    /// A man, robotic but fast.
    case kal16
  }

  /// Registered voices belong to flite and stay for the life of the process.
  private let voice: UnsafeMutablePointer<cst_voice>

  public init(_ name: Name) throws(FliteError) {
    flite_init()
    let registered =
      switch name {
      case .slt: register_cmu_us_slt(nil)
      case .rms: register_cmu_us_rms(nil)
      case .awb: register_cmu_us_awb(nil)
      case .kal16: register_cmu_us_kal16(nil)
      }
    guard let registered else {
      throw FliteError(function: "register_cmu_us_\(name.rawValue)", message: "no voice")
    }
    voice = registered
  }

  /// Speaks one sentence.
  ///
  /// - Parameters:
  ///   - text: printable ASCII.
  ///   - speed: 1 is the voice's own; 2 is twice as fast.
  ///   - semitones: how much higher than the voice's own pitch.
  public func speak(_ text: String, speed: Double, semitones: Double) throws(FliteError) -> Speech {
    flite_feat_set_float(voice.pointee.features, "duration_stretch", Float(1 / speed))
    flite_feat_set_float(voice.pointee.features, "f0_shift", Float(exp2(semitones / 12)))
    // The noise in the excitation comes from rand(): the same start gives the same samples.
    srand(1)
    let utterance = try process(text, "utt_synth", utt_synth)
    defer { delete_utterance(utterance) }
    guard let wave = val_wave(feat_val(utterance.pointee.features, "wave")),
      let samples = wave.pointee.samples, wave.pointee.num_channels == 1
    else { throw FliteError(function: "utt_synth", message: "no sound") }
    let buffer = UnsafeBufferPointer(start: samples, count: Int(wave.pointee.num_samples))
    return Speech(
      sampleRate: Int(wave.pointee.sample_rate), samples: Array(buffer), tokens: Utterance.tokens(of: utterance))
  }

  /// What would be said, without the sound.
  public func analyse(_ text: String) throws(FliteError) -> [Token] {
    let utterance = try process(text, "vc_analyse", vc_analyse)
    defer { delete_utterance(utterance) }
    return Utterance.tokens(of: utterance)
  }

  /// The caller owns the utterance.
  private func process(
    _ text: String, _ function: String, _ steps: cst_uttfunc
  ) throws(FliteError) -> UnsafeMutablePointer<cst_utterance> {
    guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw FliteError(function: function, message: "the text is not printable ASCII")
    }
    guard let utterance = new_utterance() else {
      throw FliteError(function: "new_utterance", message: "out of memory")
    }
    utt_set_input_text(utterance, text)
    // On failure flite deletes the utterance itself.
    guard let done = flite_do_synth(utterance, voice, steps) else {
      throw FliteError(function: function, message: "failed")
    }
    return done
  }
}

extension FliteVoice {
  public struct Speech: Sendable, Hashable {
    public let sampleRate: Int
    public let samples: [Int16]
    public let tokens: [Token]
  }

  /// A piece of the text between spaces, and what it is read as.
  public struct Token: Sendable, Hashable {
    /// How far the text was read for the token, in bytes: up to and with the space behind it, if there is one.
    public let end: Int
    public let words: [Word]
  }

  public struct Word: Sendable, Hashable {
    /// As it is spoken, in lower case; `23` has two.
    public let text: String
    /// Flite's names of its sounds, without pauses.
    public let phones: [String]
    /// Seconds from the beginning of the sound. All zero after `analyse`.
    public let start: Double
    public let end: Double
  }
}
