/// A film as a value: what is seen and heard when. Rendering is a pure function of it.
///
/// Stages pass timelines on and add to them; nothing is decoded or encoded until somebody needs bytes. Equal
/// films have equal digests.
public struct Timeline: Sendable, Hashable, Codable {
  public var canvas: Canvas
  public var duration: MediaTime
  /// Bottom to top. Where no layer covers the canvas its background shows.
  public var layers: [Layer]
  /// What is heard; all tracks are added up.
  public var tracks: [AudioTrack]
  /// Drawn above all layers, in order.
  public var captions: [CaptionLayer]
  /// How loud the whole film is; nil leaves the sum of the tracks as it is.
  public var loudness: Loudness?
  /// Nil for none, so that films without marks are written, and digested, as if there were no such thing.
  private var storedMarks: [TimelineMark]?

  /// Which part of which stage's settings or inputs made what, in no order. They change nothing that is rendered.
  public var marks: [TimelineMark] {
    get { storedMarks ?? [] }
    set { storedMarks = newValue.isEmpty ? nil : newValue }
  }

  private enum CodingKeys: String, CodingKey {
    case canvas, duration, layers, tracks, captions, loudness
    case storedMarks = "marks"
  }

  public init(
    canvas: Canvas, duration: MediaTime, layers: [Layer] = [], tracks: [AudioTrack] = [],
    captions: [CaptionLayer] = []
  ) {
    self.canvas = canvas
    self.duration = duration
    self.layers = layers
    self.tracks = tracks
    self.captions = captions
  }

  /// A film without a picture is rendered as sound alone.
  public var hasPicture: Bool { !layers.isEmpty || !captions.isEmpty }
  public var hasSound: Bool { tracks.contains { !$0.clips.isEmpty } }
  public var frameCount: Int { canvas.frameRate.frameCount(in: duration) }

  /// Every file that rendering will read, each once, in order of first use.
  public var sources: [FileReference] {
    var seen: Set<Digest> = []
    let pictures = layers.flatMap(\.clips).compactMap(\.source.file)
    let sounds = tracks.flatMap(\.clips).map(\.source)
    return (pictures + sounds).filter { seen.insert($0.digest).inserted }
  }
}

/// The form of the result.
public struct Canvas: Sendable, Hashable, Codable {
  /// Both sides even: 4:2:0 video has no half chroma samples.
  public var size: PixelSize
  public var frameRate: FrameRate
  public var background: Colour
  /// Samples per second of the mix, which is always stereo.
  public var sampleRate: Int

  public init(
    size: PixelSize, frameRate: FrameRate = FrameRate(30), background: Colour = .black,
    sampleRate: Int = 48_000
  ) {
    self.size = size
    self.frameRate = frameRate
    self.background = background
    self.sampleRate = sampleRate
  }
}

/// Clips of one z-level; where clips overlap in time the later one in the list lies on top.
public struct Layer: Sendable, Hashable, Codable {
  public var clips: [Clip]

  public init(clips: [Clip] = []) { self.clips = clips }
}

/// A picture, a stretch of a video, a colour or a text, shown somewhere for some time.
///
/// What changes while it is shown is told in time from `at`, so a clip that is shown in part keeps its `at` and
/// `duration`, even when it began before the film does.
public struct Clip: Sendable, Hashable, Codable {
  public enum Source: Sendable, Hashable, Codable {
    case file(FileReference)
    case colour(Colour)
    case gradient(Gradient)
    case text(TextBlock)

    public var file: FileReference? {
      if case .file(let reference) = self { reference } else { nil }
    }
  }

  public var source: Source
  /// Where on the film's clock it appears.
  public var at: MediaTime
  public var duration: MediaTime
  /// Where in the source it begins. A video shorter than needed holds its last picture, unless it loops.
  public var sourceStart: MediaTime
  public var loops: Bool
  public var fit: Fit
  /// Where on the canvas; nil is all of it.
  public var frame: PixelRect?
  /// 0 (invisible) to 1.
  public var opacity: Double
  /// How it comes in over what lies below; two overlapping clips with an `enter` make a cross-fade.
  public var enter: Transition?
  /// How it goes away.
  public var leave: Transition?
  /// How many seconds of the source pass in a second of film; nil is 1.
  public var speed: Double?
  /// Which part of the picture is seen, from the clip's first moment to its last; nil is all of it.
  public var motion: Motion?
  /// Where on the canvas it is at which time, in place of `frame`; nil where it stays.
  public var path: [Keyframe<Area>]?
  /// Multiplied with `opacity`.
  public var opacityKeys: [Keyframe<Double>]?
  public var border: Border?
  /// Makes a colour of the picture transparent.
  public var key: ChromaKey?
  /// In the order in which they are done; after the picture was scaled, so lengths are pixels of the canvas.
  public var effects: [Effect]?

  public init(
    source: Source, at: MediaTime, duration: MediaTime, sourceStart: MediaTime = .zero,
    loops: Bool = false, fit: Fit = .cover, frame: PixelRect? = nil, opacity: Double = 1,
    enter: Transition? = nil, leave: Transition? = nil
  ) {
    self.source = source
    self.at = at
    self.duration = duration
    self.sourceStart = sourceStart
    self.loops = loops
    self.fit = fit
    self.frame = frame
    self.opacity = opacity
    self.enter = enter
    self.leave = leave
  }

  public var end: MediaTime { at + duration }

  /// The place in the source that is shown at `time` on the film's clock.
  public func sourceTime(at time: MediaTime) -> MediaTime {
    guard let speed else { return sourceStart + (time - at) }
    return sourceStart + MediaTime(seconds: (time - at).seconds * speed)
  }
}

/// How a picture of another shape fills its frame (the words of CSS `object-fit`, and `center` unscaled).
public enum Fit: String, FieldChoice {
  case cover, contain, fit, stretch, center, blur

  public static let summaries: [String: String] = [
    "cover": "fills the frame, cropping what sticks out",
    "contain": "whole picture visible, enlarged or reduced to touch the frame",
    "fit": "whole picture visible, reduced if needed but never enlarged",
    "stretch": "fills the frame, changing its proportions",
    "center": "unscaled in the middle, cropping what sticks out",
    "blur": "whole picture visible, over a blurred copy of itself that fills the frame",
  ]
}

/// How a clip comes in over what lies below, or goes away.
///
/// The directions say where things move. A leaving clip shows where an entering one of the same kind would not.
public struct Transition: Sendable, Hashable, Codable {
  public enum Kind: String, FieldChoice {
    case fade
    case wipeLeft = "wipe-left"
    case wipeRight = "wipe-right"
    case wipeUp = "wipe-up"
    case wipeDown = "wipe-down"
    case slideLeft = "slide-left"
    case slideRight = "slide-right"
    case slideUp = "slide-up"
    case slideDown = "slide-down"
    case circle, dissolve

    public static let summaries: [String: String] = [
      "fade": "comes up evenly",
      "wipe-left": "an edge moves from right to left; likewise the other wipes",
      "slide-left": "moves in from the right; likewise the other slides",
      "circle": "through a circle that grows from the middle",
      "dissolve": "in grains that grow together",
    ]
  }

  public var kind: Kind
  public var duration: MediaTime
  /// What a pattern is laid over and what a slide carries across the edge of the canvas, for clips that belong together;
  /// nil is the clip's own frame.
  public var area: PixelRect?

  public init(kind: Kind = .fade, duration: MediaTime, area: PixelRect? = nil) {
    self.kind = kind
    self.duration = duration
    self.area = area
  }
}

/// Sounds of one kind, such as narration or music, under one name.
public struct AudioTrack: Sendable, Hashable, Codable {
  public var name: String
  public var clips: [AudioClip]
  public var duck: Duck?

  public init(name: String, clips: [AudioClip], duck: Duck? = nil) {
    self.name = name
    self.clips = clips
    self.duck = duck
  }
}

/// A stretch of a sound file, heard for some time. As a `Clip`, it may have begun before the film does.
public struct AudioClip: Sendable, Hashable, Codable {
  public var source: FileReference
  public var at: MediaTime
  /// Where the source is shorter, silence follows, unless it loops.
  public var duration: MediaTime
  public var sourceStart: MediaTime
  /// In decibels; 0 leaves the level as it is.
  public var gain: Double
  public var fadeIn: MediaTime
  public var fadeOut: MediaTime
  public var loops: Bool
  /// How many seconds of the source pass in a second of film, at the same pitch; nil is 1.
  public var speed: Double?
  /// Decibels added to `gain`, by time from `at`.
  public var gainKeys: [Keyframe<Double>]?
  /// The shape of both fades; nil is linear.
  public var fadeCurve: FadeCurve?

  public init(
    source: FileReference, at: MediaTime, duration: MediaTime, sourceStart: MediaTime = .zero,
    gain: Double = 0, fadeIn: MediaTime = .zero, fadeOut: MediaTime = .zero, loops: Bool = false
  ) {
    self.source = source
    self.at = at
    self.duration = duration
    self.sourceStart = sourceStart
    self.gain = gain
    self.fadeIn = fadeIn
    self.fadeOut = fadeOut
    self.loops = loops
  }

  public var end: MediaTime { at + duration }
}

/// Lowers a track while the clips of another one are heard.
public struct Duck: Sendable, Hashable, Codable {
  /// The name of the track that is to be heard.
  public var under: String
  /// How many decibels quieter; positive.
  public var by: Double
  /// How long the level takes to go down; it begins that much before the clip.
  public var attack: MediaTime
  /// How long it takes to come back after the clip.
  public var release: MediaTime

  public init(
    under: String, by: Double = 12, attack: MediaTime = MediaTime(milliseconds: 200),
    release: MediaTime = MediaTime(milliseconds: 500)
  ) {
    self.under = under
    self.by = by
    self.attack = attack
    self.release = release
  }
}

/// A moving picture: bytes, or a film that has not been rendered.
public enum Video: Sendable, Hashable, Codable {
  case file(FileReference)
  case timeline(Timeline)
}
