public import Pipeline

extension Compose {
  public struct Options: StageOptions {
    @Field(
      "The scenes in order. Without any, the film is its narration and music, as sound alone unless there is a background.",
      in: 0...10_000)
    public var scenes: [Scene] = []
    @Field(
      "What lies behind all scenes for the whole film; higher `z-index` over lower. A scene without a background of its own shows it.",
      in: 0...100)
    public var backdrop: [SceneElement] = []
    @Field(
      "What is there for the whole film besides the scenes: pictures among the scenes' elements by their `z-index`, over those of the same one, and sounds.",
      in: 0...100)
    public var elements: [SceneElement] = []
    @Field("Width and height of the film; both even, 16 to 8192.")
    public var size = PixelSize(width: 1920, height: 1080)
    @Field(
      "Frames per second; 23.976, 29.97, 47.952, 59.94 and 119.88 are taken as their exact fractions.",
      in: 1...120)
    public var frameRate = 30.0
    @Field("Colour where nothing else is.") public var background = Colour.black
    @Field("A gradient in place of the background colour.")
    public var gradient: GradientOptions?
    @Field("How one scene follows the other; a scene says it with its own `transition`.")
    public var transition = SceneTransition()
    @Field("How long the picture takes to come up from the background colour.", in: 0...60)
    public var fadeIn = Duration.zero
    @Field("How long the picture takes to go down to the background colour at the end.", in: 0...60)
    public var fadeOut = Duration.zero
    @Field("Pause before the narration of each scene.", in: 0...60)
    public var lead = Duration.milliseconds(200)
    @Field("Pause after the narration of each scene.", in: 0...60)
    public var tail = Duration.milliseconds(400)
    @Field(
      "How long a scene lasts that has neither narration nor a duration nor a clip.",
      in: 0.04...86_400)
    public var pictureDuration = Duration.seconds(5)
    @Field("How the input `pictures` fills the frame; a scene says it with its own `fit`.")
    public var pictureFit = Fit.contain
    @Field("Loudness of the narration; 1 leaves it as it is.", in: 0...2)
    public var narrationVolume = 1.0
    @Field("Loudness of the music where nobody speaks; 1 leaves it as it is.", in: 0...2)
    public var musicVolume = 0.5
    @Field("How long the music takes to come up.", in: 0...60) public var musicFadeIn = Duration
      .zero
    @Field("How long the music takes to go away at the end.", in: 0...60)
    public var musicFadeOut = Duration.seconds(2)
    @Field("How the level of the music goes in both fades.")
    public var musicFadeCurve = FadeCurve.linear
    @Field(
      "How loud the music is when, from the film's beginning, on top of `music-volume`.",
      in: 0...1000)
    public var musicGain: [GainKey] = []
    @Field("How music, and sound of clips without a `volume`, give way to the narration.")
    public var duck = Ducking()
    @Field("How loud the whole film is; missing: as its sounds are.")
    public var loudness: LoudnessOptions?

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
      if size.width % 2 != 0 || size.height % 2 != 0 {
        let even = PixelSize(width: max(2, size.width & ~1), height: max(2, size.height & ~1))
        problems.add("size", "both sides must be even, found \(size); \(even) would do")
      }
      let sides = 16...8192
      if !sides.contains(size.width) || !sides.contains(size.height) {
        problems.add("size", "both sides must be 16 to 8192 pixels, found \(size)")
      }
      if background.alpha != 255 {
        problems.add("background", "the film's background cannot be see-through")
      }
      if gradient?.isOpaque == false {
        problems.add("gradient", "the film's background cannot be see-through")
      }
      if let problem = KeyTimes.problem("music-gain", musicGain.map(\.at)) {
        problems.add("music-gain", problem)
      }
      for (index, scene) in scenes.enumerated() {
        for problem in scene.problems { problems.add("scenes", "scene \(index + 1)\(problem)") }
      }
      for (field, elements) in [("backdrop", backdrop), ("elements", elements)] {
        for (index, element) in elements.enumerated() {
          for problem in element.problems {
            problems.add(field, "\(element.label(index)): \(problem)")
          }
        }
      }
    }
  }
}

/// How other sound gives way to the narration.
public struct Ducking: FieldRecord {
  @Field("How much quieter while somebody speaks; 0 changes nothing.", in: 0...60, unit: "dB")
  public var by = 12.0
  @Field("How long it takes to go down, before the speech.", in: 0...10)
  public var attack = Duration.milliseconds(300)
  @Field("How long it takes to come back after the speech.", in: 0...10)
  public var release = Duration.seconds(1)

  public init() {}
}
