import Foundation
import Pipeline

/// How loud a clip is at each sample: its gain, keyframes and fades.
struct ClipLevel {
  private let level: Float
  private let length: Int64
  private let fadeIn: Int64
  private let fadeOut: Int64
  private let curve: FadeCurve
  private let keys: [Keyframe<Double>]
  private let sampleRate: Int64
  /// Keyframes are looked at every so many samples; between them the level goes straight.
  private static let step: Int64 = 32

  init(_ clip: AudioClip, sampleRate: Int) {
    let rate = Int64(sampleRate)
    level = Self.factor(decibels: clip.gain)
    length = clip.end.count(per: rate) - clip.at.count(per: rate)
    fadeIn = max(0, clip.fadeIn.count(per: rate))
    fadeOut = max(0, clip.fadeOut.count(per: rate))
    curve = clip.fadeCurve ?? .linear
    keys = clip.gainKeys ?? []
    self.sampleRate = rate
  }

  /// The factors of `count` samples from `position` on, counted from the clip's beginning.
  func factors(from position: Int64, count: Int) -> [Float] {
    var factors = [Float](repeating: level, count: count)
    if !keys.isEmpty { applyKeys(&factors, position) }
    if position < fadeIn {
      for index in 0..<min(count, Int(fadeIn - position)) {
        factors[index] *= curve.factor(Double(position + Int64(index)) / Double(fadeIn))
      }
    }
    let start = length - fadeOut
    if fadeOut > 0, position + Int64(count) > start {
      for index in max(0, Int(start - position))..<max(count, Int(start - position)) {
        factors[index] *= curve.factor(
          Double(length - position - Int64(index)) / Double(fadeOut))
      }
    }
    return factors
  }

  /// The grid of steps is the clip's own, so that it does not matter how samples come in blocks.
  private func applyKeys(_ factors: inout [Float], _ position: Int64) {
    var index = 0
    while index < factors.count {
      let now = position + Int64(index)
      let begin = now / Self.step * Self.step
      let (from, to) = (key(at: begin), key(at: begin + Self.step))
      let slope = (to - from) / Float(Self.step)
      let end = min(factors.count, index + Int(begin + Self.step - now))
      for place in index..<end {
        factors[place] *= from + slope * Float(position + Int64(place) - begin)
      }
      index = end
    }
  }

  private func key(at position: Int64) -> Float {
    let decibels = keys.value(at: MediaTime(count: position, per: sampleRate)) ?? 0
    return decibels <= Self.silence ? 0 : Self.factor(decibels: decibels)
  }

  /// Keyframes of this and less are silence.
  private static let silence = -60.0

  private static func factor(decibels: Double) -> Float {
    Float(pow(10, min(max(decibels, -200), 60) / 20))
  }
}

extension FadeCurve {
  /// - Parameter share: of the fade, 0 (silent) to 1.
  func factor(_ share: Double) -> Float {
    let share = min(max(share, 0), 1)
    return switch self {
    case .linear: Float(share)
    case .smooth: Float(Easing.smooth.progress(share))
    case .equalPower: Float(sin(share * .pi / 2))
    case .logarithmic: share <= 0 ? 0 : Float(pow(10, 3 * (share - 1)))
    }
  }
}
