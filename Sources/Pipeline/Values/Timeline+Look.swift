import Foundation

/// A rectangle in real numbers: shares of a picture, or pixels of the canvas, from the top left corner.
public struct Area: Sendable, Hashable, Codable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public init(_ rect: PixelRect) {
    self.init(
      x: Double(rect.x), y: Double(rect.y), width: Double(rect.width), height: Double(rect.height))
  }

  /// All of a picture, in shares.
  public static let whole = Area(x: 0, y: 0, width: 1, height: 1)

  public var right: Double { x + width }
  public var bottom: Double { y + height }
}

/// How fast something goes on its way from one value to the next.
public enum Easing: String, FieldChoice {
  case linear, smooth
  case easeIn = "ease-in"
  case easeOut = "ease-out"
  case hold

  public static let summaries: [String: String] = [
    "linear": "at one speed",
    "smooth": "slowly at both ends",
    "ease-in": "slowly at first",
    "ease-out": "slowly at last",
    "hold": "stays, and jumps at the end",
  ]

  /// Which share of the way is done after `share` of the time; both 0 to 1.
  public func progress(_ share: Double) -> Double {
    let time = min(max(share, 0), 1)
    return switch self {
    case .linear: time
    case .smooth: time * time * (3 - 2 * time)
    case .easeIn: time * time
    case .easeOut: time * (2 - time)
    case .hold: time < 1 ? 0 : 1
    }
  }
}

/// What has values between two others.
public protocol Interpolated: Sendable, Hashable, Codable {
  /// `share` of the way from this value to `other`.
  func interpolated(to other: Self, by share: Double) -> Self
}

extension Double: Interpolated {
  public func interpolated(to other: Double, by share: Double) -> Double {
    self + (other - self) * share
  }
}

extension Area: Interpolated {
  public func interpolated(to other: Area, by share: Double) -> Area {
    Area(
      x: x.interpolated(to: other.x, by: share), y: y.interpolated(to: other.y, by: share),
      width: width.interpolated(to: other.width, by: share),
      height: height.interpolated(to: other.height, by: share))
  }
}

/// A value that something has at some time.
public struct Keyframe<Content: Interpolated>: Sendable, Hashable, Codable {
  /// From the beginning of the clip.
  public var at: MediaTime
  public var value: Content
  /// How it gets there from the keyframe before; nil is linear.
  public var easing: Easing?

  public init(at: MediaTime, value: Content, easing: Easing? = nil) {
    self.at = at
    self.value = value
    self.easing = easing
  }
}

extension Array {
  /// The value at `time` from the beginning of the clip: before the first keyframe its own, after the last its own.
  /// Nil without keyframes; they must be in order.
  public func value<Content>(at time: MediaTime) -> Content? where Element == Keyframe<Content> {
    guard let next = firstIndex(where: { $0.at > time }) else { return last?.value }
    guard next > 0 else { return first?.value }
    let (from, to) = (self[next - 1], self[next])
    let share = (time - from.at).seconds / (to.at - from.at).seconds
    return from.value.interpolated(to: to.value, by: (to.easing ?? .linear).progress(share))
  }
}

/// A slow move over a picture and into it ("Ken Burns").
public struct Motion: Sendable, Hashable, Codable {
  /// What is seen at first, as shares of the picture's width and height; the clip's `fit` brings it into the frame.
  public var from: Area
  /// What is seen at last.
  public var to: Area
  /// Nil is linear.
  public var easing: Easing?

  public init(from: Area = .whole, to: Area = .whole, easing: Easing? = nil) {
    self.from = from
    self.to = to
    self.easing = easing
  }

  /// What is seen after `share` (0 to 1) of the time.
  ///
  /// Sides change by equal factors in equal times, so that a zoom looks even, and the middle moves along with them, so
  /// that one point of the picture stays where it is.
  public func view(after share: Double) -> Area {
    let progress = (easing ?? .linear).progress(share)
    let (x, width) = Self.span((from.x, from.width), (to.x, to.width), progress)
    let (y, height) = Self.span((from.y, from.height), (to.y, to.height), progress)
    return Area(x: x, y: y, width: width, height: height)
  }

  private static func span(
    _ from: (start: Double, length: Double), _ to: (start: Double, length: Double),
    _ progress: Double
  ) -> (Double, Double) {
    let ratio = to.length / from.length
    guard abs(ratio - 1) > 1e-6 else {
      return (
        from.start.interpolated(to: to.start, by: progress),
        from.length.interpolated(to: to.length, by: progress)
      )
    }
    let length = from.length * pow(ratio, progress)
    let share = (length - from.length) / (to.length - from.length)
    return (from.start.interpolated(to: to.start, by: share), length)
  }
}

/// Rounded corners and a line around a picture. Lengths are pixels of the canvas.
public struct Border: Sendable, Hashable, Codable {
  public var radius: Double
  /// Of the line, which lies inside the picture's edge; 0 for none.
  public var width: Double
  public var colour: Colour

  public init(radius: Double = 0, width: Double = 0, colour: Colour = .white) {
    self.radius = radius
    self.width = width
    self.colour = colour
  }
}

/// Which colour of a picture is to be transparent, as with a green screen.
public struct ChromaKey: Sendable, Hashable, Codable {
  public var colour: Colour
  /// How far from `colour` a colour may be to vanish: 0.01 only the colour itself, 1 everything.
  public var similarity: Double
  /// How softly it vanishes: 0 at once, above it colours in between are half transparent.
  public var blend: Double
  /// How much of the colour's glow on the rest is taken away; 0 nothing, 1 all.
  public var despill: Double

  public init(
    colour: Colour, similarity: Double = 0.15, blend: Double = 0.05, despill: Double = 0.5
  ) {
    self.colour = colour
    self.similarity = similarity
    self.blend = blend
    self.despill = despill
  }
}

/// A filter that a picture goes through, by its name in libavfilter.
public struct Effect: Sendable, Hashable, Codable {
  public var filter: String
  public var settings: [String: Double]

  public init(filter: String, settings: [String: Double] = [:]) {
    self.filter = filter
    self.settings = settings
  }
}

/// One colour that becomes another across a frame.
public struct Gradient: Sendable, Hashable, Codable {
  public enum Shape: String, FieldChoice {
    case linear, radial

    public static let summaries: [String: String] = [
      "linear": "along a line", "radial": "from the middle to the corners",
    ]
  }

  public var from: Colour
  public var to: Colour
  public var shape: Shape
  /// Which way a linear one goes, in degrees clockwise: 0 from left to right, 90 from top to bottom.
  public var angle: Double

  public init(from: Colour, to: Colour, shape: Shape = .linear, angle: Double = 90) {
    self.from = from
    self.to = to
    self.shape = shape
    self.angle = angle
  }
}

/// A text in a frame, broken into lines where it is too long. Lengths are pixels of a 1080-line picture and scale with
/// the canvas.
public struct TextBlock: Sendable, Hashable, Codable {
  public var text: String
  public var font: String
  public var size: Double
  public var bold: Bool
  public var italic: Bool
  public var colour: Colour
  public var outlineColour: Colour
  public var outlineWidth: Double
  public var shadowColour: Colour
  public var shadowOffset: Double
  /// Where in its frame.
  public var position: CaptionStyle.Position

  public init(
    _ text: String, font: String = "DejaVu Sans", size: Double = 64, bold: Bool = false,
    italic: Bool = false, colour: Colour = .white, outlineColour: Colour = .black,
    outlineWidth: Double = 0, shadowColour: Colour = Colour(red: 0, green: 0, blue: 0, alpha: 160),
    shadowOffset: Double = 0, position: CaptionStyle.Position = .centre
  ) {
    self.text = text
    self.font = font
    self.size = size
    self.bold = bold
    self.italic = italic
    self.colour = colour
    self.outlineColour = outlineColour
    self.outlineWidth = outlineWidth
    self.shadowColour = shadowColour
    self.shadowOffset = shadowOffset
    self.position = position
  }
}
