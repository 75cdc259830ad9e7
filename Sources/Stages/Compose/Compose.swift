public import Pipeline

/// Puts pictures, clips, narration and music together to a film.
///
/// The film is a `Timeline`: nothing is decoded beyond what it takes to know how long a sound is, and nothing is
/// encoded. All decisions are `FilmBuilder`'s, a pure function of the settings and of what is known about the files.
public struct Compose: Stage {
  public static let info = StageInfo(
    "compose", version: "1.2.0", cacheVersion: 3,
    summary: "Puts scenes, narration and music together to a film.",
    weight: 0.1, isForeseeable: true,
    example: """
      cut:
        uses: compose
        in:   { narration: voice.audio, music: inputs.music }
        with:
          scenes: ${{ inputs.scenes }}
          size: 1080x1920
          transition: { kind: fade, duration: 300ms }
      """)

  public struct Inputs: Ports {
    @Port("Spoken sound, one file per scene in order; without scenes, one after the other.")
    public var narration: [AudioFile]?
    @Port("Pictures and clips to show one after the other, in place of `scenes`.")
    public var pictures: [MediaFile]?
    @Port("Music under the whole film, repeated if it is shorter.")
    public var music: AudioFile?
    @Port(
      "A picture or video under all scenes, repeated if it is shorter; its own sound is not used.")
    public var background: MediaFile?

    public init() {}
  }

  public struct Outputs: Ports {
    @Port("The film; not rendered yet.") public var video: Video
    @Port("How long it lasts.") public var duration: Duration

    public init() {}
  }

  private let options: Options

  public init(_ options: Options) throws { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    var material = FilmMaterial(
      narration: (inputs.narration ?? []).map(\.reference),
      pictures: (inputs.pictures ?? []).map(\.reference), music: inputs.music?.reference,
      background: inputs.background?.reference)
    material.facts = try await MediaSurvey(of: options, material).facts(context)
    let film = try FilmBuilder(options, material).build()
    for warning in film.warnings { context.warn(warning.message, field: warning.field) }
    try await TextFonts(in: film.timeline).warn(context)
    var outputs = Outputs()
    outputs.video = .timeline(film.timeline)
    outputs.duration = film.timeline.duration.asDuration
    return outputs
  }
}
