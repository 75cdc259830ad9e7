import Foundation

/// Where in a sound somebody speaks, judged by loudness in frames of 10 ms.
///
/// The threshold adapts: it lies a quarter of the way from the sound's quiet parts to its loud ones, since any fixed
/// level fails on some recording.
public struct SpeechActivity: Sendable, Hashable {
  public static let frameDuration = 10
  /// For each frame whether somebody speaks.
  public let isSpeech: [Bool]

  public init(_ sound: WaveFile) {
    let frame = max(1, sound.sampleRate * Self.frameDuration / 1000)
    let levels = stride(from: 0, to: sound.samples.count, by: frame).map {
      Self.level(sound.samples[$0..<min($0 + frame, sound.samples.count)])
    }
    self.init(levels: levels)
  }

  /// - Parameter levels: dB relative to full scale.
  init(levels: [Double]) {
    let sorted = levels.sorted()
    guard let loudest = sorted.last, loudest > Self.silence else {
      isSpeech = levels.map { _ in false }
      return
    }
    let quiet = max(sorted[sorted.count / 20], -75)
    let loud = sorted[sorted.count * 19 / 20]
    // A sound without any dynamics is all speech.
    let threshold = loud - quiet < 6 ? Self.silence : quiet + 0.25 * (loud - quiet)
    isSpeech = Self.smoothed(levels.map { $0 > threshold })
  }

  private static let silence = -60.0

  private static func level(_ samples: ArraySlice<Int16>) -> Double {
    let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))
    return 10 * log10(max(energy, 1e-3) / (32768 * 32768))
  }

  /// Clicks are no speech, and the closure of a stop is no pause.
  private static func smoothed(_ raw: [Bool]) -> [Bool] {
    filled(filled(raw, value: true, shorterThan: 5), value: false, shorterThan: 7)
  }

  private static func filled(_ flags: [Bool], value: Bool, shorterThan limit: Int) -> [Bool] {
    var result = flags
    for run in runs(of: value, in: flags)
    where run.count < limit && run.lowerBound > 0 && run.upperBound < flags.count {
      for index in run { result[index] = !value }
    }
    return result
  }

  private static func runs(of value: Bool, in flags: [Bool]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for (index, flag) in flags.enumerated() {
      if flag == value { start = start ?? index } else if let from = start {
        runs.append(from..<index)
        start = nil
      }
    }
    if let start { runs.append(start..<flags.count) }
    return runs
  }

  /// Milliseconds of the whole sound, rounded up to a frame.
  public var duration: Int { isSpeech.count * Self.frameDuration }

  public var speechDuration: Int { isSpeech.count { $0 } * Self.frameDuration }

  /// From the first to the last speech, in milliseconds; nil when nobody speaks.
  public var span: Range<Int>? {
    guard let first = isSpeech.firstIndex(of: true), let last = isSpeech.lastIndex(of: true) else {
      return nil
    }
    return first * Self.frameDuration..<(last + 1) * Self.frameDuration
  }

  /// Pauses of at least `minimum` milliseconds, those at the beginning and the end among them.
  public func pauses(atLeast minimum: Int) -> [Range<Int>] {
    Self.runs(of: false, in: isSpeech)
      .filter { $0.count * Self.frameDuration >= minimum }
      .map { $0.lowerBound * Self.frameDuration..<$0.upperBound * Self.frameDuration }
  }
}

extension SpeechActivity {
  /// Milliseconds of speech in a time given in milliseconds.
  public func speechDuration(in time: Range<Int>) -> Int {
    let start = min(time.lowerBound / Self.frameDuration, isSpeech.count)
    let end = min((time.upperBound + Self.frameDuration - 1) / Self.frameDuration, isSpeech.count)
    return isSpeech[start..<max(start, end)].count { $0 } * Self.frameDuration
  }
}
