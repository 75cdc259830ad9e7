import FFmpeg
import Pipeline

/// How much can be seen in a picture.
enum Telling {
  /// Below it, a picture is nearly black, or of nearly one colour.
  static let threshold = 10.0

  /// The standard deviation of luma, 0 for one flat colour; a bright and a dark half have about 100.
  static func contrast(of frame: Frame) -> Double {
    frame.withPlane(0, rows: frame.height) { plane in
      var count = 0
      var sum = 0
      var squares = 0
      for row in Swift.stride(from: 0, to: plane.rows, by: 2) {
        let samples = plane.start + row * plane.stride
        for column in Swift.stride(from: 0, to: frame.width, by: 2) {
          let sample = Int(samples[column])
          count += 1
          sum += sample
          squares += sample * sample
        }
      }
      guard count > 0 else { return 0 }
      let mean = Double(sum) / Double(count)
      return max(0, Double(squares) / Double(count) - mean * mean).squareRoot()
    } ?? 0
  }

  /// Where to look for a picture that stands for the film, in seconds: soon, but after it has faded in.
  static func candidates(in film: Timeline) -> [Int] {
    let seconds = [1, 2, 3, 5, 8, 13, 21, 34, 0.5, 0]
    let rate = film.canvas.frameRate
    let last = max(0, film.frameCount - 1)
    var seen: Set<Int> = []
    return seconds.map { MediaTime(seconds: $0) }.filter { $0 < film.duration }
      .map { min(rate.frame(at: $0), last) }.filter { seen.insert($0).inserted }
  }
}
