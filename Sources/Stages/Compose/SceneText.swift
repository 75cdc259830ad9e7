public import Pipeline

/// A text that is drawn over a scene. Lengths of letters are pixels of a 1080-line picture, as for captions.
public struct SceneText: FieldRecord {
  public enum Style: String, FieldChoice {
    case plain, title
    case lowerThird = "lower-third"

    public static let summaries = [
      "plain": "letters alone",
      "title": "large letters in the middle",
      "lower-third":
        "a bar at the lower left that says who speaks, with `detail` as its second line",
    ]
  }

  @Field("What is written; line breaks are kept, long lines are broken.", in: 1...2000)
  public var text: String
  @Field("A second, smaller line of a lower third.", in: 1...500) public var detail: String?
  @Field("What the settings below are when they are missing.") public var style = Style.plain
  @Field("Font family, as fontconfig knows it.", in: 1...200) public var font = "DejaVu Sans"
  @Field(
    "Text size; missing: 64, of a title 110, of a lower third 44.", in: 6...500,
    unit: "pixels of a 1080-line picture")
  public var size: Double?
  @Field("Heavy letters; missing: for titles and lower thirds.") public var bold: Bool?
  @Field("Slanted letters.") public var italic = false
  @Field("Colour of the letters.") public var color = Colour.white
  @Field("Colour of the letters' outline.") public var outlineColor = Colour.black
  @Field(
    "Width of the outline; missing: 3, of a lower third 0.", in: 0...20,
    unit: "pixels of a 1080-line picture")
  public var outlineWidth: Double?
  @Field("How far a shadow falls.", in: 0...20, unit: "pixels of a 1080-line picture")
  public var shadowOffset = 2.0
  @Field("Colour behind the text, over its whole frame; missing: none, of a lower third dark.")
  public var boxColor: Colour?
  @Field("Colour of the stripe of a lower third.")
  public var accentColor = Colour(red: 255, green: 176, blue: 0)
  @Field("Round corners of the box.", in: 0...1000, unit: "pixels")
  public var cornerRadius = 0.0
  @Field("Where in its frame; missing: in the middle, of a lower third on the left.")
  public var align: CaptionStyle.Position?
  @Field("Left edge of its frame; missing: 6 % of the width.", in: -16_384...16_384, unit: "pixels")
  public var x: Int?
  @Field(
    "Upper edge of its frame; missing: 6 % of the height, of a lower third 76 %.",
    in: -16_384...16_384, unit: "pixels")
  public var y: Int?
  @Field(
    "Width of its frame; missing: to 6 % from the right edge, of a lower third 46 %.",
    in: 1...16_384, unit: "pixels")
  public var width: Int?
  @Field(
    "Height of its frame; missing: to 6 % from the lower edge, of a lower third as its lines need.",
    in: 1...16_384, unit: "pixels")
  public var height: Int?
  @Field("Higher ones cover lower ones, elements too.", in: 0...1000) public var zIndex = 100
  @Field("0 is invisible, 1 opaque.", in: 0...1) public var opacity = 1.0
  @Field("When it begins, from the start of the scene.", in: 0...86_400)
  public var start = Duration.zero
  @Field("How long it stays; missing: to the end of the scene.", in: 0.04...86_400)
  public var duration: Duration?
  @Field("How it appears; missing: as the scene does if it is there from the start, else `fade`.")
  public var enter: Transition.Kind?
  @Field("How it disappears; missing: as the scene does if it stays to the end, else `fade`.")
  public var leave: Transition.Kind?
  @Field(
    "How long it takes to appear; missing: as the scene does, or 500ms with `enter`.", in: 0...60)
  public var fadeIn: Duration?
  @Field(
    "How long it takes to disappear; missing: as the scene does, or 500ms with `leave`.", in: 0...60
  )
  public var fadeOut: Duration?

  public init() {}

  var stay: Stay {
    Stay(
      start: start, duration: duration, fadeIn: fadeIn, fadeOut: fadeOut, enter: enter, leave: leave
    )
  }
}

/// A text as clips: what lies behind it, and its lines.
struct TextClips {
  private let text: SceneText
  private let canvas: PixelSize

  init(_ text: SceneText, on canvas: PixelSize) {
    self.text = text
    self.canvas = canvas
  }

  /// From bottom to top, in their places; without times.
  var clips: [(source: Clip.Source, frame: PixelRect, border: Border?)] {
    var clips: [(source: Clip.Source, frame: PixelRect, border: Border?)] = []
    let frame = frame
    let border = text.cornerRadius > 0 ? Border(radius: text.cornerRadius) : nil
    if let box = text.boxColor ?? (isLowerThird ? Self.dark : nil) {
      clips.append((.colour(box), frame, border))
    }
    guard isLowerThird else { return clips + [(.text(block(text.text, size)), inner, nil)] }
    let stripe = even(Int((10 * unit).rounded()))
    var lines = inner
    lines.x += stripe
    lines.width = max(2, lines.width - stripe)
    clips.append(
      (
        .colour(text.accentColor),
        PixelRect(x: frame.x, y: frame.y, width: stripe, height: frame.height), nil
      ))
    guard let detail = text.detail else {
      return clips + [(.text(block(text.text, size)), lines, nil)]
    }
    var upper = lines
    upper.height = even(Int(Double(lines.height) * 0.56))
    var lower = lines
    lower.y += upper.height
    lower.height = max(2, lines.height - upper.height)
    var second = block(detail, size * 0.7)
    second.bold = false
    return clips + [(.text(block(text.text, size)), upper, nil), (.text(second), lower, nil)]
  }

  private var isLowerThird: Bool { text.style == .lowerThird }

  private static let dark = Colour(red: 16, green: 20, blue: 28, alpha: 224)

  /// Pixels of the canvas for one of a 1080-line picture.
  private var unit: Double { Double(min(canvas.width, canvas.height)) / 1080 }

  private var size: Double {
    text.size ?? (text.style == .title ? 110 : isLowerThird ? 44 : 64)
  }

  private func block(_ words: String, _ size: Double) -> TextBlock {
    TextBlock(
      words, font: text.font, size: size, bold: text.bold ?? (text.style != .plain),
      italic: text.italic, colour: text.color, outlineColour: text.outlineColor,
      outlineWidth: text.outlineWidth ?? (isLowerThird ? 0 : 3), shadowOffset: text.shadowOffset,
      position: text.align ?? (isLowerThird ? .centreLeft : .centre))
  }

  /// Of all of it.
  var frame: PixelRect {
    let left = text.x ?? even(Int(Double(canvas.width) * 0.06))
    let top = text.y ?? even(Int(Double(canvas.height) * (isLowerThird ? 0.76 : 0.06)))
    let width =
      text.width
      ?? (isLowerThird
        ? even(Int(Double(canvas.width) * 0.46))
        : max(2, canvas.width - left - even(Int(Double(canvas.width) * 0.06))))
    let lines = text.detail == nil ? 1.3 : 2.3
    let height =
      text.height
      ?? (isLowerThird
        ? even(Int(((size * lines + 28) * unit).rounded(.up)))
        : max(2, canvas.height - top - even(Int(Double(canvas.height) * 0.06))))
    return PixelRect(x: left, y: top, width: width, height: height)
  }

  /// With room around the letters where there is a box.
  private var inner: PixelRect {
    let frame = frame
    guard text.boxColor != nil || isLowerThird else { return frame }
    let margin = even(Int((16 * unit).rounded()))
    guard frame.width > 4 * margin, frame.height > 3 * margin else { return frame }
    return PixelRect(
      x: frame.x + margin, y: frame.y + margin / 2, width: frame.width - 2 * margin,
      height: frame.height - margin)
  }

  private func even(_ length: Int) -> Int { max(2, length & ~1) }
}
