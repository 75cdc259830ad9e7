import FFmpeg
import Pipeline

extension Rational {
  /// The unit of `MediaTime`.
  static let flick = Rational(1, Int32(MediaTime.ticksPerSecond))

  /// `time` in units of this.
  func mediaTime(_ time: Int64) -> MediaTime { MediaTime(ticks: rescale(time, to: .flick)) }

  func units(of time: MediaTime) -> Int64 { Rational.flick.rescale(time.ticks, to: self) }
}

extension PixelSize {
  /// The size on a screen with square pixels of a picture stored as `coded`.
  init(displaying coded: PixelSize, aspect: Rational, orientation: Orientation) {
    let width = max(1, Int((Double(coded.width) * aspect.plausiblePixelAspect).rounded()))
    self =
      orientation.swapsSides
      ? PixelSize(width: coded.height, height: width)
      : PixelSize(width: width, height: coded.height)
  }
}

extension Rational {
  /// Pixels more than eight times as wide as high, or the other way round, are a damaged header.
  var plausiblePixelAspect: Double {
    isPositive && (0.125...8).contains(value) ? value : 1
  }
}

extension FrameRate {
  private static let usual = [
    FrameRate(24_000, per: 1001), FrameRate(24), FrameRate(25), FrameRate(30_000, per: 1001),
    FrameRate(30), FrameRate(48), FrameRate(50), FrameRate(60_000, per: 1001), FrameRate(60),
    FrameRate(120),
  ]

  /// A measured rate, as the usual one when it is within 0.02 % of it. Nil unless 0.01 to 1000 frames a second.
  init?(near measured: Rational) {
    guard measured.isPositive, (0.01...1000).contains(measured.value) else { return nil }
    if let usual = Self.usual.first(where: {
      abs($0.framesPerSecond / measured.value - 1) < 0.0002
    }) {
      self = usual
      return
    }
    let simple = measured.reduced(to: 100_000)
    guard simple.isPositive else { return nil }
    self.init(Int(simple.numerator), per: Int(simple.denominator))
  }

  /// A rate at which to play a file: its own within 1 to 120, 30 or 60 where its pictures come irregularly.
  init(playing video: VideoStreamInfo) {
    guard let rate = video.frameRate, !video.isVariable, (1...120).contains(rate.framesPerSecond)
    else {
      self.init((video.frameRate?.framesPerSecond ?? 30) > 45 ? 60 : 30)
      return
    }
    self = rate
  }
}
