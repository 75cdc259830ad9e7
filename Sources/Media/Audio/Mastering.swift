import Foundation
import Pipeline
import Threads

/// What has to be done to the sum of a film's tracks for it to be as loud as wanted.
struct MasteringPlan {
  /// A factor.
  let gain: Double
  /// The highest level, as a factor; nil where nothing comes near it.
  let ceiling: Double?

  /// Sound that would have to be raised by more is noise.
  private static let mostGain = 40.0
  /// Limiting takes loudness away; after so many tries the rest stays.
  private static let tries = 4
  private static let tolerance = 0.05
  /// Encoding moves peaks by a little.
  private static let margin = 0.2

  /// Mixes the whole film, once or a few times; blocks for that long.
  ///
  /// - Parameter measured: called ten times for each second that was listened to, with the sum over all times.
  init(
    _ timeline: Timeline, _ loudness: Loudness, sources: SourceFiles,
    cancellation: CancellationFlag, measured: (MediaTime) -> Void
  ) throws(MediaError) {
    var before = MediaTime.zero
    func measure(_ plan: MasteringPlan) throws(MediaError) -> Measured {
      defer { before += timeline.duration }
      return try Measured(timeline, plan, sources: sources, cancellation: cancellation) {
        measured(before + $0)
      }
    }
    let plain = try measure(MasteringPlan(gain: 1, ceiling: nil))
    guard let level = plain.loudness else {
      self.init(gain: 1, ceiling: nil)
      return
    }
    let wanted = min(loudness.target - level, Self.mostGain)
    let ceiling = pow(10, (loudness.truePeak - Self.margin) / 20)
    var plan = MasteringPlan(gain: pow(10, wanted / 20), ceiling: ceiling)
    if plain.peak * plan.gain <= ceiling {
      self.init(gain: plan.gain, ceiling: nil)
      return
    }
    for _ in 0..<Self.tries {
      guard let reached = try measure(plan).loudness else { break }
      let missing = loudness.target - reached
      if abs(missing) < Self.tolerance || wanted >= Self.mostGain { break }
      plan = MasteringPlan(gain: plan.gain * pow(10, min(missing, 6) / 20), ceiling: ceiling)
    }
    self = plan
  }

  private init(gain: Double, ceiling: Double?) {
    self.gain = gain
    self.ceiling = ceiling
  }

  private struct Measured {
    let loudness: Double?
    /// True peak, as a factor; only of a plan without a ceiling.
    let peak: Double

    init(
      _ timeline: Timeline, _ plan: MasteringPlan, sources: SourceFiles,
      cancellation: CancellationFlag, heard: (MediaTime) -> Void
    ) throws(MediaError) {
      let rate = timeline.canvas.sampleRate
      let sum = TrackSum(timeline, sources: sources, cancellation: cancellation)
      let mastering = Mastering(plan, sampleRate: rate, from: 0)
      var meter = LoudnessMeter(sampleRate: rate)
      let total = AudioMixer.sampleCount(of: timeline.duration, at: rate)
      var left = total
      var block: [Float] = []
      while left > 0 {
        if cancellation.isRaised { throw .cancelled }
        let count = min(left, 4800)
        block = [Float](repeating: 0, count: count * AudioMixer.channels)
        try mastering.fill(&block, from: sum)
        meter.add(block)
        left -= count
        heard(MediaTime(count: Int64(total - left), per: Int64(rate)))
      }
      loudness = meter.integrated
      peak = mastering.peak
    }
  }
}

/// Raises or lowers a mix and holds its true peaks under a ceiling. One thread.
///
/// It looks ahead by a few milliseconds, so that the level is down when a peak comes, without a step: the needed factor is
/// held at its lowest over that time and then averaged over it.
final class Mastering {
  private let gain: Float
  private let ceiling: Float?
  private let sampleRate: Int
  /// In samples.
  private let window: Int
  private let release: Float
  /// Samples of the sum with gain, from `start` on; what the peaks need before them stays.
  private var samples: [Float]
  private var start: Int64
  /// Up to where the sum has been read.
  private var end: Int64
  private var position: Int64
  private var envelope: GainEnvelope
  /// Up to where the envelope has been computed.
  private var known: Int64
  /// So many samples at once are passed over where none is loud.
  private static let stretch = 64
  /// The highest true peak that was seen, as a factor; without a ceiling.
  private(set) var peak = 0.0

  init(_ plan: MasteringPlan, sampleRate: Int, from position: Int64) {
    gain = Float(plan.gain)
    ceiling = plan.ceiling.map { Float($0) }
    self.sampleRate = sampleRate
    window = max(1, sampleRate / 200)
    release = Float(1 - exp(-1 / (0.12 * Double(sampleRate))))
    samples = [Float](repeating: 0, count: TruePeak.reach * AudioMixer.channels)
    start = position - Int64(TruePeak.reach)
    end = position
    known = position
    self.position = position
    envelope = GainEnvelope(window: window, release: release)
  }

  /// Replaces `block` by what comes next.
  func fill(_ block: inout [Float], from sum: TrackSum) throws(MediaError) {
    let count = block.count / AudioMixer.channels
    let ahead = (ceiling == nil ? 0 : window) + TruePeak.reach
    try read(sum, until: position + Int64(count + ahead))
    let last = position + Int64(count)
    var factors: [Float] = []
    factors.reserveCapacity(count)
    samples.withUnsafeBufferPointer { samples in
      let target = ceiling == nil ? last : last + Int64(window)
      while known < target {
        let stretch = min(Self.stretch, Int(target - known))
        let index = Int(known - start)
        let loudest = TruePeak.samplePeak(samples, from: index, count: stretch)
        let isQuiet = loudest * TruePeak.mostOvershoot <= ceiling ?? Float(peak)
        for offset in 0..<stretch {
          let level = isQuiet ? 0 : TruePeak.level(samples, at: index + offset)
          if let ceiling {
            let needed = level > ceiling ? ceiling / level : 1
            if let factor = envelope.add(needed) { factors.append(factor) }
          } else {
            peak = max(peak, Double(level))
          }
        }
        known += Int64(stretch)
      }
      let first = Int(position - start) * AudioMixer.channels
      for index in 0..<count {
        let factor = ceiling == nil ? 1 : factors[index]
        block[2 * index] = samples[first + 2 * index] * factor
        block[2 * index + 1] = samples[first + 2 * index + 1] * factor
      }
    }
    position = last
    forget()
  }

  private func read(_ sum: TrackSum, until target: Int64) throws(MediaError) {
    while end < target {
      let count = max(1024, Int(target - end))
      var block = [Float](repeating: 0, count: count * AudioMixer.channels)
      try sum.mix(into: &block, at: end)
      for sample in block { samples.append(sample * gain) }
      end += Int64(count)
    }
  }

  private func forget() {
    let needed = min(position, known) - Int64(TruePeak.reach)
    let old = Int(needed - start)
    guard old > 1 << 14 else { return }
    samples.removeFirst(old * AudioMixer.channels)
    start = needed
  }
}

/// The level of a limiter that looks ahead. The factor given back belongs to the sample `window` before the one added.
struct GainEnvelope {
  private let window: Int
  private let release: Float
  /// Positions and factors of falling candidates for the lowest one of the window.
  private var lowest: [(position: Int, factor: Float)] = []
  private var head = 0
  private var count = 0
  private var held: Float = 1
  /// The last `window` held factors, and their sum.
  private var recent: [Float]
  private var sum: Double

  init(window: Int, release: Float) {
    self.window = window
    self.release = release
    recent = [Float](repeating: 1, count: window + 1)
    sum = Double(window + 1)
  }

  /// Nil for the first `window` samples.
  mutating func add(_ factor: Float) -> Float? {
    while lowest.count > head, let last = lowest.last, last.factor >= factor { lowest.removeLast() }
    lowest.append((count, factor))
    if lowest[head].position < count - window { head += 1 }
    if head > 4096 {
      lowest.removeFirst(head)
      head = 0
    }
    let floor = lowest[head].factor
    held = min(floor, held + (1 - held) * release)
    let slot = count % (window + 1)
    sum += Double(held) - Double(recent[slot])
    recent[slot] = held
    count += 1
    guard count > window else { return nil }
    return Float(sum / Double(window + 1))
  }
}
