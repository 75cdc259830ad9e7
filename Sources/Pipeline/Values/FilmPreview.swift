/// A stretch of every film that a run makes, small, to look at before the whole is rendered.
///
/// Written `5s@0:30`: five seconds from half a minute on; `5s` from the beginning; `@0:30` for as long as is usual.
public struct FilmPreview: Sendable, Hashable, Codable {
  /// Some of a film.
  public struct Stretch: Sendable, Hashable, Codable {
    /// On the film's clock.
    public var start: MediaTime
    /// Held at the film's end.
    public var duration: MediaTime

    public init(start: MediaTime = .zero, duration: MediaTime = Stretch.usualDuration) {
      self.start = start
      self.duration = duration
    }

    public static let usualDuration = MediaTime(milliseconds: 5000)
    static let shortest = MediaTime(milliseconds: 100)
    static let latest = MediaTime(seconds: 24 * 3600)
  }

  /// How large its pictures are. Nothing is ever enlarged.
  public enum Scale: Sendable, Hashable, Codable {
    /// So many pixels on the shorter side, written `360p`.
    case lines(Int)
    /// As large as fits into a size, written `640x360`.
    case within(PixelSize)
    /// A share of both sides, written `50%`.
    case percent(Double)
  }

  /// Nil for all of it.
  public var stretch: Stretch?
  /// Nil for pictures as large as they are.
  public var scale: Scale?

  public init(stretch: Stretch? = nil, scale: Scale? = nil) {
    self.stretch = stretch
    self.scale = scale
  }
}

extension FilmPreview.Stretch: CustomStringConvertible {
  /// How it may be written.
  public static let forms = "`5s@0:30`, `5s` (from the beginning) or `@0:30` (5 s from there)"

  /// Nil for a text of another form, and for a stretch of less than a tenth of a second or beyond a day.
  public init?(_ text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, !text.isEmpty else { return nil }
    var stretch = FilmPreview.Stretch()
    if !parts[0].isEmpty {
      guard let duration = Duration(parts[0]) else { return nil }
      stretch.duration = MediaTime(duration)
    }
    if parts.count == 2 {
      guard let start = Self.position(parts[1]) else { return nil }
      stretch.start = start
    }
    guard (Self.shortest...Self.latest).contains(stretch.duration),
      (.zero...Self.latest).contains(stretch.start)
    else { return nil }
    self = stretch
  }

  /// `0:30`, `1:02:03.5`, `90` (seconds) or `1m30s`.
  private static func position(_ text: String) -> MediaTime? {
    if let duration = Duration(text) { return MediaTime(duration) }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), let last = parts.last,
      last.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let seconds = Double(last), parts.count == 1 || seconds < 60
    else { return nil }
    var whole = 0
    for (index, part) in parts.dropLast().enumerated() {
      guard part.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(part),
        number < (index == 0 ? 10_000 : 60)
      else { return nil }
      whole = whole * 60 + number
    }
    return MediaTime(seconds: Double(whole * 60) + seconds)
  }

  public var description: String { "\(duration.asDuration.written)@\(start.clockText)" }
}

extension FilmPreview.Scale: CustomStringConvertible {
  /// How it may be written.
  public static let forms = "`360p` (the shorter side), `640x360` (fits into it) or `50%`"

  /// Nil for a text of another form, and for sides of less than 16 or more than 16 384 pixels.
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), (1...100).contains(percent) else { return nil }
      self = .percent(percent)
    } else if text.hasSuffix("p") {
      guard let lines = Int(text.dropLast()), (16...16_384).contains(lines) else { return nil }
      self = .lines(lines)
    } else {
      guard let size = PixelSize(text), size.width >= 16, size.height >= 16 else { return nil }
      self = .within(size)
    }
  }

  public var description: String {
    switch self {
    case .lines(let lines): "\(lines)p"
    case .within(let size): "\(size)"
    case .percent(let percent):
      percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
    }
  }

  /// The size of pictures that are `size` as a whole: of the same shape, with even sides of at least 16 pixels.
  public func apply(to size: PixelSize) -> PixelSize {
    let (width, height) = (Double(size.width), Double(size.height))
    let factor =
      switch self {
      case .lines(let lines): Double(lines) / min(width, height)
      case .within(let box): min(Double(box.width) / width, Double(box.height) / height)
      case .percent(let percent): percent / 100
      }
    guard factor < 1 else { return size }
    func side(_ length: Double) -> Int { max(16, Int((length * factor / 2).rounded()) * 2) }
    return PixelSize(width: side(width), height: side(height))
  }
}

extension FilmPreview: CustomStringConvertible {
  /// `5s@0:30 at 360p`.
  public var description: String {
    let parts = [stretch?.description, scale.map { "at \($0)" }].compactMap(\.self)
    return parts.isEmpty ? "whole" : parts.joined(separator: " ")
  }
}

extension MediaTime {
  /// `0:30`, `1:02:03.5`: minutes and seconds, hours where there are any, fractions where they are not zero.
  public var clockText: String {
    let total = max(0, milliseconds)
    let (seconds, rest) = (total / 1000, total % 1000)
    var text = Self.twoDigits(seconds % 60)
    if rest > 0 {
      var digits = String(1000 + rest).dropFirst()
      while digits.last == "0" { digits.removeLast() }
      text += ".\(digits)"
    }
    guard seconds >= 3600 else { return "\(seconds / 60):\(text)" }
    return "\(seconds / 3600):\(Self.twoDigits(seconds / 60 % 60)):\(text)"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
