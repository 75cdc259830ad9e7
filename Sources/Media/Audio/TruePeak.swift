import Foundation

/// Finds the peaks of the sound between its samples, at four times the rate (ITU-R BS.1770-4, annex 2).
enum TruePeak {
  /// How many samples before and after one are looked at.
  static let reach = 8
  /// Between samples the sound cannot be louder than this many times the loudest of them.
  static let mostOvershoot: Float = 3

  /// Factors of the samples around each of the three places between two samples.
  private static let phases: [SIMD16<Float>] = (1...3).map { phase in
    let offset = Double(phase) / 4
    let taps = (-(reach - 1)...reach).map { index -> Double in
      let distance = Double(index) - offset
      let window = 0.5 + 0.5 * cos(.pi * distance / Double(reach))
      return sin(.pi * distance) / (.pi * distance) * window
    }
    let sum = taps.reduce(0, +)
    return SIMD16(taps.map { Float($0 / sum) })
  }

  /// The highest level at or after sample `index` and before the next one, of both channels.
  ///
  /// - Parameter samples: interleaved stereo, with `reach` samples before and after `index`.
  static func level(_ samples: UnsafeBufferPointer<Float>, at index: Int) -> Float {
    let around = UnsafeRawBufferPointer(samples).loadUnaligned(
      fromByteOffset: 2 * (index - (reach - 1)) * MemoryLayout<Float>.stride,
      as: SIMD32<Float>.self)
    let (left, right) = (around.evenHalf, around.oddHalf)
    var peak = max(abs(left[reach - 1]), abs(right[reach - 1]))
    for taps in phases { peak = max(peak, abs((left * taps).sum()), abs((right * taps).sum())) }
    return peak
  }

  /// The loudest sample of a stretch and of what is looked at around it.
  static func samplePeak(
    _ samples: UnsafeBufferPointer<Float>, from index: Int, count: Int
  ) -> Float {
    var peak: Float = 0
    for place in 2 * (index - reach)..<2 * (index + count + reach) {
      peak = max(peak, abs(samples[place]))
    }
    return peak
  }
}
