import Foundation
import Pipeline

/// When each pixel of an area changes during a transition, from 0 (at once) to `last`.
///
/// A transition is one comparison for each pixel, whatever its form; the pattern is computed once.
final class WipePattern: Sendable {
  static let last = 65_535

  let width: Int
  let height: Int
  /// Row by row.
  let times: [UInt16]
  /// How much of the time a single pixel takes to change, as times are counted.
  let softness: Int

  init(_ kind: Transition.Kind, width: Int, height: Int) {
    self.width = max(1, width)
    self.height = max(1, height)
    times = Self.times(kind, self.width, self.height)
    softness =
      switch kind {
      case .dissolve: 12_000
      case .circle: 1600
      default: 1000
      }
  }

  private static func times(_ kind: Transition.Kind, _ width: Int, _ height: Int) -> [UInt16] {
    switch kind {
    case .wipeLeft: fill(width, height) { x, _ in 1 - x }
    case .wipeRight: fill(width, height) { x, _ in x }
    case .wipeUp: fill(width, height) { _, y in 1 - y }
    case .wipeDown: fill(width, height) { _, y in y }
    case .circle:
      fill(width, height) { x, y in
        let dx = (x - 0.5) * Double(width)
        let dy = (y - 0.5) * Double(height)
        let corner = 0.5 * (Double(width * width + height * height)).squareRoot()
        return (dx * dx + dy * dy).squareRoot() / corner
      }
    case .dissolve: grains(width, height)
    default: [UInt16](repeating: 0, count: width * height)
    }
  }

  /// - Parameter time: 0 to 1, by the middle of each pixel as shares of width and height.
  private static func fill(
    _ width: Int, _ height: Int, _ time: (_ x: Double, _ y: Double) -> Double
  ) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: width * height) { times, count in
      for row in 0..<height {
        let y = (Double(row) + 0.5) / Double(height)
        for column in 0..<width {
          let value = time((Double(column) + 0.5) / Double(width), y)
          times[row * width + column] = UInt16(min(max(value, 0), 1) * Double(last))
        }
      }
      count = width * height
    }
  }

  // MARK: - Dissolve

  /// Smooth noise, changed so that in equal times equally many pixels change.
  private static func grains(_ width: Int, _ height: Int) -> [UInt16] {
    let coarse = max(4, Double(min(width, height)) / 18)
    let noise = fill(width, height) { x, y in
      let (column, row) = (x * Double(width), y * Double(height))
      return 0.65 * valueNoise(column / coarse, row / coarse, seed: 1)
        + 0.35 * valueNoise(column / coarse * 3, row / coarse * 3, seed: 2)
    }
    var counts = [Int](repeating: 0, count: last + 1)
    for value in noise { counts[Int(value)] += 1 }
    var before = 0
    let ranks = counts.map { count in
      defer { before += count }
      return UInt16(before * last / max(1, noise.count))
    }
    return noise.map { ranks[Int($0)] }
  }

  /// 0 to 1, random at whole numbers and smooth between them.
  private static func valueNoise(_ x: Double, _ y: Double, seed: UInt64) -> Double {
    let (column, row) = (x.rounded(.down), y.rounded(.down))
    let (i, j) = (Int64(column), Int64(row))
    let across = Easing.smooth.progress(x - column)
    let down = Easing.smooth.progress(y - row)
    let top = random(i, j, seed).interpolated(to: random(i + 1, j, seed), by: across)
    let bottom = random(i, j + 1, seed).interpolated(to: random(i + 1, j + 1, seed), by: across)
    return top.interpolated(to: bottom, by: down)
  }

  /// The same for the same place, everywhere and always (SplitMix64's finaliser).
  private static func random(_ x: Int64, _ y: Int64, _ seed: UInt64) -> Double {
    var bits = UInt64(bitPattern: x) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ UInt64(bitPattern: y)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ seed ^ bits >> 31) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ bits >> 29) >> 11) / Double(1 << 53 as UInt64)
  }

  // MARK: - Opacity

  /// How opaque each pixel of a rectangle is, relative to the pattern's own origin.
  ///
  /// - Parameter progress: 0 to `Reveal.Wipe.whole`; outside the pattern its edge goes on.
  func opacity(
    x: Int, y: Int, width columns: Int, height rows: Int, progress: Int, isLeaving: Bool
  ) -> [UInt8] {
    let softness = Int32(softness)
    let done = Int32(progress * (Self.last + Int(softness)) / Reveal.Wipe.whole)
    let scale = (255 << 16) / softness
    let flip: UInt8 = isLeaving ? 255 : 0
    return times.withUnsafeBufferPointer { times in
      [UInt8](unsafeUninitializedCapacity: columns * rows) { target, count in
        for row in 0..<rows {
          let line = min(max(y + row, 0), height - 1) * width
          let out = row * columns
          let first = min(max(-x, 0), columns)
          let end = min(max(width - x, first), columns)
          for column in first..<end {
            let since = min(max(done - Int32(times[line + x + column]), 0), softness)
            target[out + column] =
              UInt8(truncatingIfNeeded: (since &* scale &+ 32_768) >> 16) ^ flip
          }
          let left = first < end ? target[out + first] : flip
          let right = first < end ? target[out + end - 1] : flip
          for column in 0..<first { target[out + column] = left }
          for column in end..<columns { target[out + column] = right }
        }
        count = columns * rows
      }
    }
  }
}

/// The patterns of a film, each made once. One thread at a time.
final class WipePatterns {
  private struct Key: Hashable {
    let kind: Transition.Kind
    let width: Int
    let height: Int
  }

  private var known: [Key: WipePattern] = [:]

  /// What is seen of `picture`: its own alpha with the wipes of `reveal`.
  func alpha(of picture: Picture, _ reveal: Reveal) -> AlphaPlanes? {
    guard !reveal.wipes.isEmpty else { return picture.alpha }
    var opacity = picture.alpha?.luma
    for wipe in reveal.wipes {
      let own = pattern(wipe).opacity(
        x: picture.x + reveal.shiftX - wipe.area.x, y: picture.y + reveal.shiftY - wipe.area.y,
        width: picture.width, height: picture.height, progress: wipe.progress,
        isLeaving: wipe.isLeaving)
      opacity = opacity.map { AlphaPlanes.product($0, own) } ?? own
    }
    return opacity.map { AlphaPlanes($0, width: picture.width, height: picture.height) }
  }

  private func pattern(_ wipe: Reveal.Wipe) -> WipePattern {
    let key = Key(kind: wipe.kind, width: wipe.area.width, height: wipe.area.height)
    if let pattern = known[key] { return pattern }
    // Elements of many sizes must not fill the memory.
    if known.count >= 6 { known.removeAll() }
    let pattern = WipePattern(wipe.kind, width: wipe.area.width, height: wipe.area.height)
    known[key] = pattern
    return pattern
  }
}
