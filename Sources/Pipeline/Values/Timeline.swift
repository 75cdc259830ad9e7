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

/// A picture, a stretch of a video or a colour, shown somewhere for some time.
public struct Clip: Sendable, Hashable, Codable {
  public enum Source: Sendable, Hashable, Codable {
    case file(FileReference)
    case colour(Colour)

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
}

/// How a picture of another shape fills its frame (the words of CSS `object-fit`, and `center` unscaled).
public enum Fit: String, FieldChoice {
  case cover, contain, fit, stretch, center

  public static let summaries: [String: String] = [
    "cover": "fills the frame, cropping what sticks out",
    "contain": "whole picture visible, enlarged or reduced to touch the frame",
    "fit": "whole picture visible, reduced if needed but never enlarged",
    "stretch": "fills the frame, changing its proportions",
    "center": "unscaled in the middle, cropping what sticks out",
  ]
}

public struct Transition: Sendable, Hashable, Codable {
  public enum Kind: String, FieldChoice { case fade }

  public var kind: Kind
  public var duration: MediaTime

  public init(kind: Kind = .fade, duration: MediaTime) {
    self.kind = kind
    self.duration = duration
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

/// A stretch of a sound file, heard for some time.
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
