/// A point or a length of time in a film, exact for every usual frame rate and sample rate.
///
/// The unit is the flick, 1/705 600 000 s (https://github.com/facebookarchive/Flicks): 24, 25, 30, 50, 60 and
/// the 1000/1001 rates as well as 8 to 192 kHz divide it, so sums never round. Encoded as an integer of flicks.
public struct MediaTime: Sendable, Hashable, Comparable, Codable {
  public static let ticksPerSecond: Int64 = 705_600_000
  public static let zero = MediaTime(ticks: 0)

  public var ticks: Int64

  public init(ticks: Int64) { self.ticks = ticks }

  /// Rounded to the nearest flick; values beyond ±10 000 000 s are held at that bound, NaN is zero.
  public init(seconds: Double) {
    let bounded = seconds.isNaN ? 0 : min(max(seconds, -1e7), 1e7)
    ticks = Int64((bounded * Double(Self.ticksPerSecond)).rounded())
  }

  public init(milliseconds: Int) { ticks = Int64(milliseconds) * (Self.ticksPerSecond / 1000) }

  /// `count` units of 1/`rate` s, such as samples. Rounded down where the rate does not divide a flick.
  public init(count: Int64, per rate: Int64) {
    let (whole, rest) = count.quotientAndRemainder(dividingBy: rate)
    ticks = whole * Self.ticksPerSecond + rest * Self.ticksPerSecond / rate
  }

  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    ticks = seconds * Self.ticksPerSecond + Int64((Double(attoseconds) * 705_600_000e-18).rounded())
  }

  public var seconds: Double { Double(ticks) / Double(Self.ticksPerSecond) }
  /// Rounded to the nearest millisecond.
  public var milliseconds: Int { Int((Double(ticks) / 705_600).rounded()) }

  /// How many whole units of 1/`rate` s fit: the index of the sample that is sounding.
  public func count(per rate: Int64) -> Int64 {
    let (whole, rest) = ticks.quotientAndRemainder(dividingBy: Self.ticksPerSecond)
    return whole * rate + rest * rate / Self.ticksPerSecond
  }

  public static func < (left: MediaTime, right: MediaTime) -> Bool { left.ticks < right.ticks }
  public static func + (left: MediaTime, right: MediaTime) -> MediaTime {
    MediaTime(ticks: left.ticks + right.ticks)
  }
  public static func - (left: MediaTime, right: MediaTime) -> MediaTime {
    MediaTime(ticks: left.ticks - right.ticks)
  }
  public static func += (left: inout MediaTime, right: MediaTime) { left.ticks += right.ticks }
  public static func -= (left: inout MediaTime, right: MediaTime) { left.ticks -= right.ticks }

  public init(from decoder: any Decoder) throws {
    ticks = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(ticks)
  }
}

/// Frames per second as a fraction, such as 30000/1001.
public struct FrameRate: Sendable, Hashable, Codable {
  public var numerator: Int
  public var denominator: Int

  public init(_ numerator: Int, per denominator: Int = 1) {
    precondition(numerator > 0 && denominator > 0, "a frame rate is positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  public var framesPerSecond: Double { Double(numerator) / Double(denominator) }

  /// When frame number `index` (from 0) begins.
  public func time(ofFrame index: Int) -> MediaTime {
    let ticksPerUnit = MediaTime.ticksPerSecond * Int64(denominator)
    let (whole, rest) = Int64(index).quotientAndRemainder(dividingBy: Int64(numerator))
    return MediaTime(ticks: whole * ticksPerUnit + rest * ticksPerUnit / Int64(numerator))
  }

  /// The frame that is showing at `time`.
  public func frame(at time: MediaTime) -> Int {
    let ticksPerUnit = MediaTime.ticksPerSecond * Int64(denominator)
    let (whole, rest) = time.ticks.quotientAndRemainder(dividingBy: ticksPerUnit)
    return Int(whole * Int64(numerator) + rest * Int64(numerator) / ticksPerUnit)
  }

  /// How many frames it takes to fill `duration`: the last one may be cut short.
  public func frameCount(in duration: MediaTime) -> Int {
    let full = frame(at: duration)
    return time(ofFrame: full) < duration ? full + 1 : full
  }
}
