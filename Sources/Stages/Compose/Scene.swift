public import Pipeline

/// One scene of a film, as authors write it.
public struct Scene: FieldRecord {
  @Field("What messages call it; missing: its number.", in: 1...100) public var name: String?
  @Field("What is said. A `tts` stage speaks it; here its first words name the scene in messages.")
  public var narration: String?
  @Field("The picture that is shown.") public var image: ImageFile?
  @Field("The clip that is shown.") public var video: MediaFile?
  @Field("What is heard as narration, in place of the `narration` input.")
  public var audio: AudioFile?
  @Field("Colour behind the picture, over the whole frame.") public var background: Colour?
  @Field("A gradient in place of `background`.") public var gradient: GradientOptions?
  @Field("How this scene follows the one before; missing: as the film's scenes do.")
  public var transition: SceneTransition?
  @Field("How long the scene lasts; with narration, at least.", in: 0.04...86_400)
  public var duration: Duration?
  @Field("What it lasts as long as, without narration and `duration`.")
  public var lasts = SceneLength.elements
  @Field("How the picture or clip fills its place.") public var fit = Fit.cover
  @Field("Left edge of the picture; missing: centred.", in: -16_384...16_384, unit: "pixels")
  public var x: Int?
  @Field("Upper edge of the picture; missing: centred.", in: -16_384...16_384, unit: "pixels")
  public var y: Int?
  @Field(
    "Width of the picture; missing: by `height`, or the whole frame.", in: 1...16_384,
    unit: "pixels")
  public var width: Int?
  @Field(
    "Height of the picture; missing: by `width`, or the whole frame.", in: 1...16_384,
    unit: "pixels")
  public var height: Int?
  @Field(
    "Loudness of the clip's own sound; missing: 1, and lower while somebody speaks.", in: 0...2)
  public var volume: Double?
  @Field("Whether the clip begins again when it is shorter than the scene; else it stands still.")
  public var loop = false
  @Field("How fast the clip plays; its sound keeps its pitch.", in: 0.25...4)
  public var speed = 1.0
  @Field("A slow move over the picture or into it.") public var motion: MotionOptions?
  @Field("Makes a colour of the picture transparent.") public var chromaKey: KeyOptions?
  @Field(
    "Filters that the picture goes through, as libavfilter writes them, such as `eq=contrast=1.2:saturation=0.8`.",
    in: 0...16)
  public var effects: [String] = []
  @Field("Texts over everything else.", in: 0...100) public var texts: [SceneText] = []
  @Field("What lies over the picture.", in: 0...100) public var elements: [SceneElement] = []

  public init() {}

  var media: FileReference? { image?.reference ?? video?.reference }
  var placement: Placement { Placement(x: x, y: y, width: width, height: height) }
}

/// What decides how long a scene lasts.
public enum SceneLength: String, FieldChoice {
  case elements, sound

  public static let summaries = [
    "elements":
      "its longest element or text with a `duration`, else its clip, else the clips among its elements",
    "sound":
      "the longest of its elements that are sounds, to their very end; without any as `elements`",
  ]
}

/// What a file has to be.
public enum ElementKind: String, FieldChoice {
  case image, video, audio
}

/// A picture, clip or sound that is added to a scene, or to the whole film.
public struct SceneElement: FieldRecord {
  @Field("A picture, a video or a sound.") public var file: MediaFile
  @Field("What the file has to be; `audio` uses only its sound. Missing: found out from the file.")
  public var kind: ElementKind?
  @Field("What messages call it; missing: its number.", in: 1...100) public var name: String?
  @Field("Left edge; missing: centred.", in: -16_384...16_384, unit: "pixels")
  public var x: Int?
  @Field("Upper edge; missing: centred.", in: -16_384...16_384, unit: "pixels")
  public var y: Int?
  @Field(
    "Width; missing: by `height`, or the file's own, at most the frame's.", in: 1...16_384,
    unit: "pixels")
  public var width: Int?
  @Field(
    "Height; missing: by `width`, or the file's own, at most the frame's.", in: 1...16_384,
    unit: "pixels")
  public var height: Int?
  @Field("Higher ones cover lower ones; equal ones are in the order of the list.", in: -1000...1000)
  public var zIndex = 0
  @Field("0 is invisible, 1 opaque.", in: 0...1) public var opacity = 1.0
  @Field("How it fills its place.") public var fit = Fit.contain
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
    "How long it takes to disappear; missing: as the scene does, or 500ms with `leave`.",
    in: 0...60)
  public var fadeOut: Duration?
  @Field("Loudness of its own sound; missing: 1, and lower while somebody speaks.", in: 0...10)
  public var volume: Double?
  @Field("Whether it begins again when it is shorter; else a clip stands still and a sound ends.")
  public var loop = false
  @Field("How fast it plays; sound keeps its pitch.", in: 0.25...4) public var speed = 1.0
  @Field("A slow move over the picture or into it.") public var motion: MotionOptions?
  @Field("Where it is when, if it does not stay in one place.", in: 0...1000)
  public var path: [PathKey] = []
  @Field("How opaque it is when.", in: 0...1000) public var opacityKeys: [OpacityKey] = []
  @Field("How loud it is when.", in: 0...1000) public var gainKeys: [GainKey] = []
  @Field("Round corners.", in: 0...8192, unit: "pixels") public var cornerRadius = 0.0
  @Field("Width of a line inside the edge; 0 for none.", in: 0...1000, unit: "pixels")
  public var borderWidth = 0.0
  @Field("Colour of the line.") public var borderColor = Colour.white
  @Field("Makes a colour of the picture transparent.") public var chromaKey: KeyOptions?
  @Field(
    "Filters that the picture goes through, as libavfilter writes them, such as `gblur=sigma=4`.",
    in: 0...16)
  public var effects: [String] = []

  public init() {}

  var border: Border? {
    cornerRadius > 0 || borderWidth > 0
      ? Border(radius: cornerRadius, width: borderWidth, colour: borderColor) : nil
  }

  /// For messages, such as `element 2`.
  func label(_ index: Int) -> String { "element " + (name.map { "`\($0)`" } ?? "\(index + 1)") }

  var stay: Stay {
    Stay(
      start: start, duration: duration, fadeIn: fadeIn, fadeOut: fadeOut, enter: enter, leave: leave
    )
  }

  var placement: Placement { Placement(x: x, y: y, width: width, height: height) }
}
