import Foundation

/// Measures the integrated loudness of stereo sound by ITU-R BS.1770-4, as EBU R128 wants it. One thread at a time.
struct LoudnessMeter {
  private var left: KWeighting
  private var right: KWeighting
  /// Blocks of 400 ms overlap by three quarters: each is the sum of four steps.
  private let stepLength: Int
  private var stepEnergy = 0.0
  private var stepCount = 0
  private var recent: [Double] = []
  /// Mean square of each block.
  private var blocks: [Double] = []

  init(sampleRate: Int) {
    left = KWeighting(sampleRate: Double(sampleRate))
    right = left
    stepLength = max(1, sampleRate / 10)
  }

  /// - Parameter samples: interleaved stereo.
  mutating func add(_ samples: [Float]) {
    samples.withUnsafeBufferPointer { samples in
      for index in stride(from: 0, to: samples.count - 1, by: 2) {
        let first = left.filter(Double(samples[index]))
        let second = right.filter(Double(samples[index + 1]))
        stepEnergy += first * first + second * second
        stepCount += 1
        if stepCount == stepLength { closeStep() }
      }
    }
  }

  private mutating func closeStep() {
    recent.append(stepEnergy)
    stepEnergy = 0
    stepCount = 0
    guard recent.count == 4 else { return }
    blocks.append(recent.reduce(0, +) / Double(4 * stepLength))
    recent.removeFirst()
  }

  /// In LUFS; nil for silence. Sound of less than 400 ms is measured as one block.
  var integrated: Double? {
    if blocks.isEmpty {
      let count = recent.count * stepLength + stepCount
      guard count > 0 else { return nil }
      return Self.loudness(
        of: (recent.reduce(0, +) + stepEnergy) / Double(count), above: Self.absoluteGate)
    }
    let heard = blocks.filter { Self.loudness(of: $0) > Self.absoluteGate }
    guard !heard.isEmpty else { return nil }
    let gate = Self.loudness(of: Self.mean(heard)) - 10
    return Self.loudness(
      of: Self.mean(heard.filter { Self.loudness(of: $0) > gate }), above: Self.absoluteGate)
  }

  private static let absoluteGate = -70.0

  private static func mean(_ energies: [Double]) -> Double {
    energies.reduce(0, +) / Double(max(1, energies.count))
  }

  private static func loudness(of energy: Double) -> Double {
    energy > 0 ? -0.691 + 10 * log10(energy) : -.infinity
  }

  private static func loudness(of energy: Double, above gate: Double) -> Double? {
    let loudness = loudness(of: energy)
    return loudness > gate ? loudness : nil
  }
}

/// The two filters of BS.1770 before the energy is taken: a shelf for the head and a high pass.
///
/// The standard gives numbers for 48 kHz only; these are the analogue filters behind them.
private struct KWeighting {
  private var shelf: Biquad
  private var highPass: Biquad

  init(sampleRate: Double) {
    let k = tan(.pi * 1681.974450955533 / sampleRate)
    let q = 0.7071752369554196
    let high = pow(10, 3.999843853973347 / 20)
    let band = pow(high, 0.4996667741545416)
    let scale = 1 + k / q + k * k
    shelf = Biquad(
      b0: (high + band * k / q + k * k) / scale, b1: 2 * (k * k - high) / scale,
      b2: (high - band * k / q + k * k) / scale, a1: 2 * (k * k - 1) / scale,
      a2: (1 - k / q + k * k) / scale)
    let k2 = tan(.pi * 38.13547087602444 / sampleRate)
    let q2 = 0.5003270373238773
    let scale2 = 1 + k2 / q2 + k2 * k2
    highPass = Biquad(
      b0: 1, b1: -2, b2: 1, a1: 2 * (k2 * k2 - 1) / scale2, a2: (1 - k2 / q2 + k2 * k2) / scale2)
  }

  mutating func filter(_ sample: Double) -> Double { highPass.filter(shelf.filter(sample)) }
}

/// In transposed direct form II.
private struct Biquad {
  let b0: Double
  let b1: Double
  let b2: Double
  let a1: Double
  let a2: Double
  private var first = 0.0
  private var second = 0.0

  init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  mutating func filter(_ sample: Double) -> Double {
    let result = b0 * sample + first
    first = b1 * sample - a1 * result + second
    second = b2 * sample - a2 * result
    return result
  }
}
