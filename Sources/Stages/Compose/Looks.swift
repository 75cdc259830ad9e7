public import Pipeline

/// A slow move over a picture or into it.
public struct MotionOptions: FieldRecord {
  public enum Kind: String, FieldChoice {
    case zoomIn = "zoom-in"
    case zoomOut = "zoom-out"
    case panLeft = "pan-left"
    case panRight = "pan-right"
    case panUp = "pan-up"
    case panDown = "pan-down"

    public static let summaries = [
      "zoom-in": "into the middle of the picture", "zoom-out": "from the middle to all of it",
      "pan-left": "the view goes to the left; likewise the other pans",
    ]
  }

  @Field("Which way; missing: by `from` and `to`.") public var kind: Kind?
  @Field(
    "How far it goes, as a share of the picture: 0.2 ends or begins with 80 % of it.",
    in: 0.01...0.9)
  public var amount = 0.2
  @Field("What is seen at first; missing: all of it.") public var from: ShareRect?
  @Field("What is seen at last; missing: all of it.") public var to: ShareRect?
  @Field("How fast on the way.") public var easing = Easing.linear

  public init() {}

  var problem: String? {
    if kind == nil, from == nil, to == nil { return "`motion` needs a `kind`, or `from` and `to`" }
    if kind != nil, from != nil || to != nil {
      return "`motion` has a `kind`, and `from` or `to` too; leave one out"
    }
    for (name, area) in [("from", from), ("to", to)] where area?.isOutside == true {
      return "`motion`: `\(name)` reaches beyond the picture: `x` and `width`, and `y` and "
        + "`height`, make at most 1"
    }
    return nil
  }

  var motion: Motion {
    let side = 1 - amount
    func part(x: Double, y: Double) -> Area { Area(x: x, y: y, width: side, height: side) }
    let middle = part(x: amount / 2, y: amount / 2)
    let (start, end): (Area, Area) =
      switch kind {
      case .zoomIn: (.whole, middle)
      case .zoomOut: (middle, .whole)
      case .panLeft: (part(x: amount, y: amount / 2), part(x: 0, y: amount / 2))
      case .panRight: (part(x: 0, y: amount / 2), part(x: amount, y: amount / 2))
      case .panUp: (part(x: amount / 2, y: amount), part(x: amount / 2, y: 0))
      case .panDown: (part(x: amount / 2, y: 0), part(x: amount / 2, y: amount))
      case nil: (from?.area ?? .whole, to?.area ?? .whole)
      }
    return Motion(from: start, to: end, easing: easing == .linear ? nil : easing)
  }
}

/// A part of a picture, as shares of its width and height.
public struct ShareRect: FieldRecord {
  @Field("Left edge.", in: 0...0.99) public var x = 0.0
  @Field("Upper edge.", in: 0...0.99) public var y = 0.0
  @Field("Width.", in: 0.01...1) public var width = 1.0
  @Field("Height.", in: 0.01...1) public var height = 1.0

  public init() {}

  var area: Area { Area(x: x, y: y, width: width, height: height) }
  var isOutside: Bool { x + width > 1.000001 || y + height > 1.000001 }
}

/// One colour that becomes another.
public struct GradientOptions: FieldRecord {
  @Field("Colour at the beginning.") public var from = Colour(red: 30, green: 60, blue: 114)
  @Field("Colour at the end.") public var to = Colour(red: 9, green: 12, blue: 30)
  @Field("In which form.") public var shape = Gradient.Shape.linear
  @Field(
    "Direction of a linear one, clockwise: 0 from left to right, 90 from top to bottom.",
    in: 0...360, unit: "degrees")
  public var angle = 90.0

  public init() {}

  var gradient: Gradient { Gradient(from: from, to: to, shape: shape, angle: angle) }
  var isOpaque: Bool { from.alpha == 255 && to.alpha == 255 }
}

/// Which colour of a picture becomes transparent, as with a green screen.
public struct KeyOptions: FieldRecord {
  @Field("The colour of the screen.") public var color = Colour(red: 0, green: 255, blue: 0)
  @Field("How far a colour may be from it to vanish.", in: 0.01...1)
  public var similarity = 0.15
  @Field("How softly colours near it vanish; 0 has hard edges.", in: 0...1)
  public var blend = 0.05
  @Field("How much of the screen's glow on the rest is taken away.", in: 0...1)
  public var despill = 0.5

  public init() {}

  var key: ChromaKey {
    ChromaKey(colour: color, similarity: similarity, blend: blend, despill: despill)
  }
}

/// Where something is at some time; what is missing is as `x`, `y`, `width` and `height` of the element.
public struct PathKey: FieldRecord {
  @Field("When, from the element's beginning.", in: 0...86_400) public var at = Duration.zero
  @Field("Left edge.", in: -16_384...16_384, unit: "pixels") public var x: Double?
  @Field("Upper edge.", in: -16_384...16_384, unit: "pixels") public var y: Double?
  @Field("Width.", in: 1...16_384, unit: "pixels") public var width: Double?
  @Field("Height.", in: 1...16_384, unit: "pixels") public var height: Double?
  @Field("How fast on the way from the one before.") public var easing = Easing.linear

  public init() {}

  func keyframe(_ frame: PixelRect) -> Keyframe<Area> {
    Keyframe(
      at: MediaTime(at),
      value: Area(
        x: x ?? Double(frame.x), y: y ?? Double(frame.y), width: width ?? Double(frame.width),
        height: height ?? Double(frame.height)), easing: easing == .linear ? nil : easing)
  }
}

/// How opaque something is at some time.
public struct OpacityKey: FieldRecord {
  @Field("When, from the element's beginning.", in: 0...86_400) public var at = Duration.zero
  @Field("0 is invisible, 1 opaque; multiplied with `opacity`.", in: 0...1)
  public var opacity = 1.0
  @Field("How fast on the way from the one before.") public var easing = Easing.linear

  public init() {}

  var keyframe: Keyframe<Double> {
    Keyframe(at: MediaTime(at), value: opacity, easing: easing == .linear ? nil : easing)
  }
}

/// How loud something is at some time.
public struct GainKey: FieldRecord {
  @Field("When, from the sound's beginning.", in: 0...86_400) public var at = Duration.zero
  @Field("Added to its usual loudness; -60 is silence.", in: -60...20, unit: "dB")
  public var gain = 0.0
  @Field("How fast on the way from the one before.") public var easing = Easing.linear

  public init() {}

  var keyframe: Keyframe<Double> {
    Keyframe(at: MediaTime(at), value: gain, easing: easing == .linear ? nil : easing)
  }
}

/// What is the same for everything whose times must rise.
enum KeyTimes {
  /// What is wrong, about the setting of that name.
  static func problem(_ name: String, _ times: [Duration]) -> String? {
    zip(times, times.dropFirst()).contains { $0 >= $1 }
      ? "`\(name)`: each `at` must be later than the one before" : nil
  }
}

/// How loud the whole film is.
public struct LoudnessOptions: FieldRecord {
  @Field(
    "Integrated loudness by EBU R128: -23 for European television, -16 for podcasts, -14 for most sites.",
    in: -40 ... -5, unit: "LUFS")
  public var target = -16.0
  @Field("Highest true peak.", in: -9...0, unit: "dBTP") public var peak = -1.0

  public init() {}

  var loudness: Loudness { Loudness(target: target, truePeak: peak) }
}
