import Foundation
public import Pipeline

/// Captions as an Advanced SubStation Alpha script: for libass, which draws them, and as a side-car file.
///
/// One pixel of the script is one pixel of the canvas. Lengths of the style are pixels of a picture whose shorter
/// side is 1080, so that text has the same size in landscape and portrait; they scale with the canvas.
public enum ASSScript {
  /// How far a box reaches beyond its text, as a share of the text's size.
  public static let boxPadding = 0.2

  public static func text(for layer: CaptionLayer, canvas: PixelSize) -> String {
    let styles = styles(of: layer.style)
    var lines = head(styles, canvas: canvas, wrapStyle: 2)
    for cue in layer.captions.cues {
      let cue = cue.complete
      for (level, style) in styles.enumerated() {
        lines += CueEvents(cue: cue, style: style.look).events.map { event in
          "Dialogue: \(level),\(time(event.start)),\(time(event.end)),\(style.name),,0,0,0,,\(event.text)"
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private typealias NamedStyle = (name: String, look: CaptionStyle)

  /// What is drawn of each cue, bottom to top. libass has either a box or a shadow: for both there is a box behind
  /// letters that are not seen, and letters without a box over it.
  private static func styles(of style: CaptionStyle) -> [NamedStyle] {
    guard style.boxColour != nil, style.boxShadow == true else { return [("Caption", style)] }
    var box = style
    var letters = style
    let nothing = Colour(red: 0, green: 0, blue: 0, alpha: 0)
    (box.lineColour, box.wordColour, box.outlineColour) = (nothing, nothing, nothing)
    letters.boxColour = nil
    return [("Box", box), ("Caption", letters)]
  }

  /// One text that is there all the time, broken where it is too wide so that lines are of like length.
  ///
  /// - Parameter text: escaped.
  static func text(_ text: String, style: CaptionStyle, canvas: PixelSize) -> String {
    let lines =
      head([("Caption", style)], canvas: canvas, wrapStyle: 0)
      + ["Dialogue: 0,0:00:00.00,1:00:00.00,Caption,,0,0,0,,\(text)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func head(
    _ styles: [NamedStyle], canvas: PixelSize, wrapStyle: Int
  ) -> [String] {
    let lines = styles.map { name, look in
      styleLine(name, look, Geometry(style: look, canvas: canvas))
    }
    return [
      "[Script Info]", "ScriptType: v4.00+", "PlayResX: \(canvas.width)",
      "PlayResY: \(canvas.height)",
      "WrapStyle: \(wrapStyle)", "ScaledBorderAndShadow: yes", "YCbCr Matrix: None", "",
      "[V4+ Styles]",
      "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, "
        + "Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, "
        + "Shadow, Alignment, MarginL, MarginR, MarginV, Encoding",
    ] + lines + [
      "", "[Events]",
      "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
    ]
  }

  /// The style's lengths on this canvas.
  struct Geometry {
    let size: Double
    let outline: Double
    let shadow: Double
    let marginX: Int
    let marginY: Int

    init(style: CaptionStyle, canvas: PixelSize) {
      let scale = Double(min(canvas.width, canvas.height)) / 1080
      size = style.size * scale
      outline = style.outlineWidth * scale
      shadow = style.shadowOffset * scale
      marginX = Int((style.marginX * Double(canvas.width)).rounded())
      marginY = Int((style.marginY * Double(canvas.height)).rounded())
    }
  }

  private static func styleLine(
    _ name: String, _ style: CaptionStyle, _ geometry: Geometry
  ) -> String {
    let isKaraoke = style.animation == .karaoke
    // With a box, libass' border style 4 draws one behind the whole cue in BackColour; the shadow is its padding.
    let hasBox = style.boxColour != nil
    let fields: [String] = [
      name, fontName(style.font), number(geometry.size),
      colour(isKaraoke ? style.wordColour : style.lineColour), colour(style.lineColour),
      colour(style.outlineColour), colour(style.boxColour ?? style.shadowColour),
      style.bold ? "-1" : "0", "0", "0", "0", "100", "100", "0", "0", hasBox ? "4" : "1",
      number(geometry.outline), number(hasBox ? geometry.size * boxPadding : geometry.shadow),
      "\(alignment(style.position))", "\(geometry.marginX)", "\(geometry.marginX)",
      "\(geometry.marginY)", "-1",
    ]
    return "Style: " + fields.joined(separator: ",")
  }

  /// A comma would end the field.
  private static func fontName(_ name: String) -> String {
    name.singleLine.replacingScalars { $0 == "," ? " " : nil }
  }

  /// `&HAABBGGRR`, where alpha 00 is opaque.
  static func colour(_ colour: Colour) -> String {
    "&H" + [255 - colour.alpha, colour.blue, colour.green, colour.red].map(hex).joined()
  }

  static func hex(_ byte: UInt8) -> String { String(format: "%02X", byte) }

  private static func number(_ value: Double) -> String { String(format: "%.2f", value) }

  /// The place of the key on a number pad.
  private static func alignment(_ position: CaptionStyle.Position) -> Int {
    switch position {
    case .bottomLeft: 1
    case .bottomCentre: 2
    case .bottomRight: 3
    case .centreLeft: 4
    case .centre: 5
    case .centreRight: 6
    case .topLeft: 7
    case .topCentre: 8
    case .topRight: 9
    }
  }

  /// `H:MM:SS.cc`: the format counts hundredths of a second.
  static func time(_ milliseconds: Int) -> String {
    let hundredths = (max(0, milliseconds) + 5) / 10
    return String(
      format: "%d:%02d:%02d.%02d", hundredths / 360_000, hundredths / 6000 % 60,
      hundredths / 100 % 60, hundredths % 100)
  }

  /// Text that shows as itself, whatever is in it.
  ///
  /// `{` begins an override and a backslash may begin an escape. libass knows `\{` and `\}`; a word joiner after a
  /// backslash, which draws nothing, keeps it from taking the next character along. Control characters, of which
  /// a zero would end the script, are left out.
  public static func escape(_ text: String) -> String {
    text.singleLine.replacingScalars { scalar in
      switch scalar {
      case "{": "\\{"
      case "}": "\\}"
      case "\\": "\\\u{2060}"
      default: nil
      }
    }
  }
}
