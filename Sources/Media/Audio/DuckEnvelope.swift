import Foundation
import Pipeline

/// How loud a ducked track is at each sample.
struct DuckEnvelope {
  /// Where the level is all the way down, in samples; disjoint, in rising order, with room for both ramps between.
  private let spans: [Range<Int64>]
  private let decibels: Double
  private let attack: Int64
  private let release: Int64
  /// The first span that can still matter; times asked for never fall.
  private var cursor = 0

  /// - Parameter clips: of the track that is to be heard.
  init(_ duck: Duck, under clips: [AudioClip], sampleRate: Int) {
    let rate = Int64(sampleRate)
    let attack = max(0, duck.attack.count(per: rate))
    let release = max(0, duck.release.count(per: rate))
    self.attack = attack
    self.release = release
    decibels = max(0, duck.by)
    var merged: [Range<Int64>] = []
    let sounding = clips.map { $0.at.count(per: rate)..<max($0.at, $0.end).count(per: rate) }
    for span in sounding.sorted(by: { $0.lowerBound < $1.lowerBound }) where !span.isEmpty {
      // A level that comes back only to go down again pumps.
      if let last = merged.last, span.lowerBound - attack <= last.upperBound + release {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
      } else {
        merged.append(span)
      }
    }
    spans = merged
  }

  /// The factor at sample `position`.
  mutating func gain(at position: Int64) -> Float {
    while cursor < spans.count, spans[cursor].upperBound + release <= position { cursor += 1 }
    guard cursor < spans.count else { return 1 }
    let span = spans[cursor]
    let depth: Double
    if position < span.lowerBound - attack {
      depth = 0
    } else if position < span.lowerBound {
      depth = 1 - Double(span.lowerBound - position) / Double(attack)
    } else if position < span.upperBound {
      depth = 1
    } else {
      depth = 1 - Double(position - span.upperBound) / Double(release)
    }
    // Without a corner at either end of a ramp nobody hears where it begins.
    return depth == 0 ? 1 : Float(pow(10, -decibels * Easing.smooth.progress(depth) / 20))
  }
}
