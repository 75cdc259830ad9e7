public import Pipeline

/// One scene of a film, as authors write it.
public struct Scene: FieldRecord {
  @Field("What is said. A `tts` stage speaks it; here its first words name the scene in messages.")
  public var narration: String?
  @Field("The picture that is shown.") public var image: ImageFile?
  @Field("The clip that is shown.") public var video: MediaFile?
  @Field("What is heard as narration, in place of the `narration` input.")
  public var audio: AudioFile?
  @Field("Colour behind the picture, over the whole frame.") public var background: Colour?
  @Field("How long the scene lasts; with narration, at least.", in: 0.04...86_400)
  public var duration: Duration?
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
  @Field("What lies over the picture.", in: 0...100) public var elements: [SceneElement] = []

  public init() {}

  var media: FileReference? { image?.reference ?? video?.reference }
  var placement: Placement { Placement(x: x, y: y, width: width, height: height) }
}

/// A picture, clip or sound that is added to a scene.
public struct SceneElement: FieldRecord {
  @Field("A picture, a video or a sound; found out from the file.") public var file: MediaFile
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
  @Field("Higher ones cover lower ones; equal ones are in the order of the list.", in: 0...1000)
  public var zIndex = 0
  @Field("0 is invisible, 1 opaque.", in: 0...1) public var opacity = 1.0
  @Field("How it fills its place.") public var fit = Fit.contain
  @Field("When it begins, from the start of the scene.", in: 0...86_400)
  public var start = Duration.zero
  @Field("How long it stays; missing: to the end of the scene.", in: 0.04...86_400)
  public var duration: Duration?
  @Field("How long it takes to appear; missing: as the scene does.", in: 0...60)
  public var fadeIn: Duration?
  @Field("How long it takes to disappear; missing: as the scene does.", in: 0...60)
  public var fadeOut: Duration?
  @Field("Loudness of its own sound; missing: 1, and lower while somebody speaks.", in: 0...2)
  public var volume: Double?
  @Field("Whether it begins again when it is shorter; else a clip stands still and a sound ends.")
  public var loop = false

  public init() {}

  var placement: Placement { Placement(x: x, y: y, width: width, height: height) }
}
