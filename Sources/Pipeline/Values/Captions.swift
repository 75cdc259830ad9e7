/// Timed cues, ready to draw or to write as SRT, WebVTT or ASS.
public struct Captions: Sendable, Hashable, Codable {
  public var cues: [Cue]
  /// A BCP 47 tag; nil when unknown.
  public var language: String?

  public init(cues: [Cue], language: String? = nil) {
    self.cues = cues
    self.language = language
  }
}

/// What is on the screen from `start` to `end`, broken into lines.
public struct Cue: Sendable, Hashable, Codable {
  public struct Word: Sendable, Hashable, Codable {
    public var text: String
    /// Milliseconds on the film's clock; nil when only the cue has times.
    public var start: Int?
    public var end: Int?

    public init(text: String, start: Int? = nil, end: Int? = nil) {
      self.text = text
      self.start = start
      self.end = end
    }
  }

  /// Milliseconds on the film's clock.
  public var start: Int
  public var end: Int
  /// Each line is its words, written with one space between them unless the script has none.
  public var lines: [[Word]]

  public init(start: Int, end: Int, lines: [[Word]]) {
    self.start = start
    self.end = end
    self.lines = lines
  }
}

/// Captions with the way they are drawn, as part of a timeline.
public struct CaptionLayer: Sendable, Hashable, Codable {
  public var captions: Captions
  public var style: CaptionStyle
  /// Where on the cues' clock the film begins; nil for their beginning. A slice of a film begins amid its cues.
  public var clock: MediaTime?

  public init(captions: Captions, style: CaptionStyle, clock: MediaTime? = nil) {
    self.captions = captions
    self.style = style
    self.clock = clock
  }
}

/// How captions look. Lengths are pixels of a 1080-line picture and scale with the canvas.
public struct CaptionStyle: Sendable, Hashable, Codable {
  /// How words appear.
  public enum Animation: String, FieldChoice {
    case progressive, classic, karaoke

    public static let summaries: [String: String] = [
      "progressive":
        "the words of the current cue appear as they are spoken, the spoken one coloured",
      "classic": "whole cues, one colour",
      "karaoke": "whole cues, a colour sweeping over each word as it is spoken",
    ]
  }

  public enum Position: String, FieldChoice {
    case topLeft = "left-top"
    case topCentre = "center-top"
    case topRight = "right-top"
    case centreLeft = "left-center"
    case centre = "center-center"
    case centreRight = "right-center"
    case bottomLeft = "left-bottom"
    case bottomCentre = "center-bottom"
    case bottomRight = "right-bottom"
  }

  public var animation: Animation = .progressive
  public var font: String = "DejaVu Sans"
  public var size: Double = 42
  public var bold: Bool = true
  /// Of the line; also of words not yet or no longer spoken.
  public var lineColour: Colour = .white
  /// Of the word being spoken.
  public var wordColour: Colour = Colour(red: 255, green: 215, blue: 0)
  public var outlineColour: Colour = .black
  public var outlineWidth: Double = 3
  public var shadowColour: Colour = Colour(red: 0, green: 0, blue: 0, alpha: 160)
  public var shadowOffset: Double = 1
  /// A filled box behind the text; nil for none.
  public var boxColour: Colour?
  /// Whether letters in a box have their shadow too; nil is no.
  public var boxShadow: Bool?
  public var position: Position = .bottomCentre
  /// Share of the canvas, 0 to 0.4, that is kept free on the left and on the right.
  public var marginX: Double = 0.06
  /// The same above and below.
  public var marginY: Double = 0.08

  public init() {}
}
