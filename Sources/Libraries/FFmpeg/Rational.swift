import CFFmpeg

/// A fraction, such as a time base in seconds.
public struct Rational: Sendable, Hashable {
  public var numerator: Int32
  public var denominator: Int32

  public init(_ numerator: Int32, _ denominator: Int32) {
    self.numerator = numerator
    self.denominator = denominator
  }

  init(_ raw: AVRational) { self.init(raw.num, raw.den) }

  var raw: AVRational { AVRational(num: numerator, den: denominator) }

  /// Neither zero nor undefined.
  public var isPositive: Bool { numerator > 0 && denominator > 0 }
  /// NaN or infinite where the denominator is zero.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// `time` in units of this, in units of `other`; rounded to nearest.
  public func rescale(_ time: Int64, to other: Rational) -> Int64 {
    av_rescale_q(time, raw, other.raw)
  }

  /// The nearest fraction whose terms do not exceed `bound`.
  public func reduced(to bound: Int64) -> Rational {
    var result = AVRational(num: 0, den: 1)
    av_reduce(&result.num, &result.den, Int64(numerator), Int64(denominator), bound)
    return Rational(result)
  }

  /// Microseconds, in which a container gives its own times (`AV_TIME_BASE_Q`).
  public static let containerTimeBase = Rational(1, 1_000_000)
}
