import Pipeline

/// How many bits per second a client must read to play a rendition.
struct Bandwidth: Hashable {
  /// What is read at once, and how long it plays.
  struct Piece: Hashable {
    var byteCount: Int
    var duration: MediaTime
  }

  /// The most that any stretch takes.
  var peak: Int
  var average: Int

  init(peak: Int, average: Int) {
    self.peak = peak
    self.average = average
  }

  /// The peak is that of any run of pieces that lasts half to one and a half target durations (RFC 8216, 4.1), so that a
  /// short rest at the end does not count for itself.
  init(_ pieces: [Piece], targetDuration: Int) {
    let target = MediaTime(seconds: Double(targetDuration)).ticks
    average = Self.rate(pieces[...])
    var peak = average
    for first in pieces.indices {
      var run = Piece(byteCount: 0, duration: .zero)
      for piece in pieces[first...] {
        run.byteCount += piece.byteCount
        run.duration += piece.duration
        guard run.duration.ticks * 2 <= target * 3 else { break }
        if run.duration.ticks * 2 >= target { peak = max(peak, Self.rate([run])) }
      }
    }
    self.peak = peak
  }

  static func + (left: Bandwidth, right: Bandwidth) -> Bandwidth {
    Bandwidth(peak: left.peak + right.peak, average: left.average + right.average)
  }

  private static func rate(_ pieces: ArraySlice<Piece>) -> Int {
    let duration = pieces.reduce(MediaTime.zero) { $0 + $1.duration }
    guard duration > .zero else { return 0 }
    let bits = Double(pieces.reduce(0) { $0 + $1.byteCount }) * 8
    return Int((bits / duration.seconds).rounded(.up))
  }
}
