import PocketSphinx
import Speech

/// A sound as the recogniser wants it.
struct PreparedSound {
  let samples: [Int16]
  let activity: SpeechActivity

  static let samplesPerMillisecond = SphinxDecoder.sampleRate / 1000

  init(path: String) throws(SpeechFault) {
    let sound: WaveFile
    do { sound = try WaveFile(contentsOf: path) } catch {
      throw SpeechFault(.badAudio, error.description)
    }
    guard sound.sampleRate == SphinxDecoder.sampleRate else {
      throw SpeechFault(.badAudio, "the sound has \(sound.sampleRate) Hz instead of 16000")
    }
    activity = SpeechActivity(sound)
    guard activity.speechDuration >= 50 else {
      throw SpeechFault(.badAudio, "there is no speech in the sound")
    }
    samples = Self.withNoise(sound.samples, gain: Self.gain(sound.samples))
  }

  /// Milliseconds.
  var duration: Int { samples.count / Self.samplesPerMillisecond }

  /// A part, in milliseconds.
  subscript(time: Range<Int>) -> [Int16] {
    let start = min(time.lowerBound * Self.samplesPerMillisecond, samples.count)
    let end = min(time.upperBound * Self.samplesPerMillisecond, samples.count)
    return Array(samples[start..<end])
  }

  /// Brings a quiet sound up, so that the noise that is added stays far below it.
  private static func gain(_ samples: [Int16]) -> Double {
    let peak = samples.reduce(0) { max($0, abs(Int($1))) }
    return peak == 0 || peak > 8000 ? 1 : min(16_000 / Double(peak), 20)
  }

  /// Adds noise at −70 dB, the same each time: in digital silence the front end finds words.
  private static func withNoise(_ samples: [Int16], gain: Double) -> [Int16] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return samples.map { sample in
      // Three steps of a linear congruential generator (Knuth's MMIX) make nearly a bell curve.
      var noise = 0.0
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        noise += Double(state >> 40) / Double(1 << 24) - 0.5
      }
      let value = Double(sample) * gain + noise * 20.7
      return Int16(min(max(value.rounded(), -32_768), 32_767))
    }
  }
}
