import Foundation
import Pipeline

/// What must be seen of a film of numbered videos at any time, by plain arithmetic that shares nothing with the renderer.
struct FilmModel {
  /// Later shots lie above earlier ones. Times are seconds.
  struct Shot {
    let video: NumberedVideo
    let at: Double
    var end: Double
    var start = 0.0
    var speed = 1.0
    var loops = false
    var enter: Transition.Kind?
    var enterLength = 0.5
  }

  let rate: FrameRate
  let shots: [Shot]

  /// A picture may be shown so much before its time: stamps of some containers are rounded to milliseconds.
  private var tolerance: Double { min(0.25 / rate.framesPerSecond, 0.005) }
  private static let rounding = 0.0006
  /// Within so many pixels of a moving edge nothing is expected.
  private static let softness = 9.0

  var clips: (_ files: [NumberedVideo: FileReference]) -> [Clip] {
    { files in
      shots.compactMap { shot in
        guard let file = files[shot.video] else { return nil }
        var clip = Clip(
          source: .file(file), at: MediaTime(seconds: shot.at),
          duration: MediaTime(seconds: shot.end) - MediaTime(seconds: shot.at),
          sourceStart: MediaTime(seconds: shot.start), loops: shot.loops)
        clip.speed = shot.speed == 1 ? nil : shot.speed
        clip.enter = shot.enter.map {
          Transition(kind: $0, duration: MediaTime(seconds: shot.enterLength))
        }
        return clip
      }
    }
  }

  /// How many blocks of a frame are not as they must be.
  ///
  /// - Parameter late: how many pictures each video is behind what is right; 0 but to see that this notices.
  func wrongBlocks(_ film: LumaFrames, frame: Int, late: Int = 0) -> Int {
    let time = Double(frame * rate.denominator) / Double(rate.numerator)
    let active = shots.filter { $0.at <= time + 1e-9 && time < $0.end - 1e-9 }
    var choices: [[Int]] = [[]]
    for shot in active {
      let numbers = numbers(of: shot, at: time).map { max(0, $0 - late) }
      choices = choices.flatMap { choice in numbers.map { choice + [$0] } }
    }
    let wrong = choices.map { wrongBlocks(film, frame, time, Array(zip(active, $0))) }
    return wrong.min() ?? Int.max
  }

  /// Which picture shows; two where a rounded stamp may decide.
  private func numbers(of shot: Shot, at time: Double) -> Set<Int> {
    Set(
      [-Self.rounding, Self.rounding].map { error in
        let fps = shot.video.rate.framesPerSecond
        var source = (time - shot.at) * shot.speed + shot.start + tolerance + error
        let length = Double(shot.video.frameCount) / fps
        if shot.loops, source >= length {
          source =
            shot.start
            + (source - shot.start).truncatingRemainder(
              dividingBy: length - shot.start)
        }
        return min(shot.video.frameCount - 1, Int((source * fps).rounded(.down)))
      })
  }

  private func wrongBlocks(
    _ film: LumaFrames, _ frame: Int, _ time: Double, _ shown: [(shot: Shot, number: Int)]
  ) -> Int {
    let block = NumberedVideo.block
    var wrong = 0
    for row in 0..<NumberedVideo.size.height / block {
      for column in 0..<NumberedVideo.size.width / block {
        let (x, y) = (column * block + block / 2, row * block + block / 2)
        var expected = 16.0...16.0
        for (shot, number) in shown {
          expected = over(expected, shot, number, time, x: Double(x), y: Double(y))
        }
        let found = film.around(frame, x: x, y: y)
        if found < expected.lowerBound - 14 || found > expected.upperBound + 14 { wrong += 1 }
      }
    }
    return wrong
  }

  /// What a shot makes of what lies below it.
  private func over(
    _ below: ClosedRange<Double>, _ shot: Shot, _ number: Int, _ time: Double, x: Double, y: Double
  ) -> ClosedRange<Double> {
    let share = (time - shot.at) / shot.enterLength
    guard let kind = shot.enter, share < 1 else {
      let own = luma(shot, number, x, y)
      return own...own
    }
    let (width, height) = (
      Double(NumberedVideo.size.width), Double(NumberedVideo.size.height)
    )
    let eased = share * share * (3 - 2 * share)
    let away = ((1 - eased) * width, (1 - eased) * height)
    switch kind {
    case .fade:
      let own = luma(shot, number, x, y)
      return
        (below.lowerBound * (1 - share) + own * share)...(below.upperBound * (1 - share)
        + own * share)
    case .wipeLeft: return behind(x - width * (1 - share), below, shot, number, x, y)
    case .wipeRight: return behind(width * share - x, below, shot, number, x, y)
    case .wipeUp: return behind(y - height * (1 - share), below, shot, number, x, y)
    case .wipeDown: return behind(height * share - y, below, shot, number, x, y)
    case .circle:
      let radius = share * (width * width + height * height).squareRoot() / 2
      let distance =
        ((x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2)).squareRoot()
      return behind(radius - distance, below, shot, number, x, y)
    case .dissolve: return either(below, luma(shot, number, x, y))
    case .slideLeft: return moved(below, shot, number, x - away.0, y)
    case .slideRight: return moved(below, shot, number, x + away.0, y)
    case .slideUp: return moved(below, shot, number, x, y - away.1)
    case .slideDown: return moved(below, shot, number, x, y + away.1)
    }
  }

  /// - Parameter depth: how far inside of the new picture's edge, in pixels.
  private func behind(
    _ depth: Double, _ below: ClosedRange<Double>, _ shot: Shot, _ number: Int, _ x: Double,
    _ y: Double
  ) -> ClosedRange<Double> {
    let own = luma(shot, number, x, y)
    if depth > Self.softness { return own...own }
    return depth < -Self.softness ? below : either(below, own)
  }

  /// A picture that is elsewhere: (`x`, `y`) is the point of it that is looked at.
  private func moved(
    _ below: ClosedRange<Double>, _ shot: Shot, _ number: Int, _ x: Double, _ y: Double
  ) -> ClosedRange<Double> {
    let (width, height) = (
      Double(NumberedVideo.size.width), Double(NumberedVideo.size.height)
    )
    // Places are rounded to two pixels, and blocks blur into each other where they meet.
    let outside = max(-x, x - width, -y, y - height)
    if outside > 4 { return below }
    let block = Double(NumberedVideo.block)
    let distances = [x, y].map { abs($0 / block - ($0 / block).rounded()) * block }
    if outside > -4 || distances.contains(where: { $0 < 3 }) { return 0...255 }
    let own = luma(shot, number, x, y)
    return own...own
  }

  private func luma(_ shot: Shot, _ number: Int, _ x: Double, _ y: Double) -> Double {
    shot.video.luma(
      number: number, column: Int(x) / NumberedVideo.block, row: Int(y) / NumberedVideo.block)
  }

  private func either(_ below: ClosedRange<Double>, _ own: Double) -> ClosedRange<Double> {
    min(below.lowerBound, own)...max(below.upperBound, own)
  }
}
