import Pipeline

/// Stages that have the shape of real ones and do nothing.
enum FakeStages {
  static let registry = StageRegistry([
    StageSpec(Validate.self), StageSpec(Speak.self), StageSpec(Recognise.self),
    StageSpec(Compose.self), StageSpec(Burn.self), StageSpec(Segment.self), StageSpec(Count.self),
  ])

  struct Validate: Stage {
    static let info = StageInfo(
      "validate", version: "1.0.0", cacheVersion: 1, summary: "Checks media.")
    struct Options: StageOptions {
      @Field("The longest allowed.") var maxDuration: Duration?
    }
    struct Inputs: Ports { @Port("What to check.") var media: MediaFile }
    struct Outputs: Ports { @Port("The same.") var media: MediaFile }
    init(_ options: Options) {}
    func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
  }

  struct Speak: Stage {
    static let info = StageInfo("tts", version: "2.1.0", cacheVersion: 1, summary: "Speaks a text.")
    struct Options: StageOptions {
      @Field("What is said.", in: 1...5000) var text: String
      @Field("Who says it.") var voice = "en-us"
      @Field("How fast.", in: 0.5...2) var speed = 1.0
      @Field("The key of the service that speaks.") var apiKey: Secret?
    }
    struct Outputs: Ports {
      @Port("The speech.") var audio: AudioFile
      @Port("Its words.") var transcript: Transcript?
    }
    init(_ options: Options) {}
    func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs { Outputs() }
  }

  struct Recognise: Stage {
    static let info = StageInfo(
      "transcribe", version: "1.0.0", cacheVersion: 1, summary: "Finds words.")
    struct Options: StageOptions {
      @Field("What is said, if known.") var script: [String] = []
    }
    struct Inputs: Ports { @Port("The sounds.") var audio: [AudioFile] }
    struct Outputs: Ports { @Port("The words.") var transcript: Transcript }
    init(_ options: Options) {}
    func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
  }

  struct Scene: FieldRecord {
    @Field("What is said.") var narration: String?
    @Field("What is shown.") var image: ImageFile
    @Field("How long.", in: 0...60) var duration: Duration?
  }

  struct Transition: FieldRecord {
    enum Kind: String, FieldChoice { case cut, fade, wipe }
    @Field("Which.") var kind = Kind.cut
    @Field("How long.", in: 0...5) var duration = Duration.milliseconds(500)
  }

  struct Compose: Stage {
    static let info = StageInfo(
      "compose", version: "1.0.0", cacheVersion: 1, summary: "Makes a film of scenes.")
    struct Options: StageOptions {
      @Field("The scenes.", in: 1...100) var scenes: [Scene]
      @Field("Of the picture.") var size = PixelSize(width: 1920, height: 1080)
      @Field("Between scenes.") var transition = Transition()
    }
    struct Inputs: Ports {
      @Port("Spoken text, one for each scene.") var narration: [AudioFile]?
      @Port("Under everything.") var music: AudioFile?
    }
    struct Outputs: Ports { @Port("The film.") var video: Video }
    init(_ options: Options) {}
    func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
  }

  struct Burn: Stage {
    enum Style: String, FieldChoice { case progressive, classic, karaoke }
    static let info = StageInfo(
      "burn", version: "1.0.0", cacheVersion: 1, summary: "Draws captions into a video.",
      example: "captions:\n  uses: burn\n  in: { video: cut.video }\n")
    struct Options: StageOptions {
      @Field("How words appear.") var style = Style.progressive
      @Field("The font's family.") var font = "DejaVu Sans"
      @Field("Text size.", in: 8...300, unit: "pixels") var size = 42
      @Field("Of the words.") var colour = Colour.white
      @Field("A box behind them.") var box = false
      @Field("Lines at once.", in: 1...4) var minLines = 1
      @Field("Lines at once.", in: 1...4) var maxLines = 2
      @Field("A picture in the corner.") var logo: ImageFile?
      func validate(_ problems: inout OptionProblems) {
        if minLines > maxLines {
          problems.add("min-lines", "`min-lines` is greater than `max-lines`")
        }
      }
    }
    struct Inputs: Ports {
      @Port("The picture to draw on.") var video: Video
      @Port("Timed words.") var transcript: Transcript?
    }
    struct Outputs: Ports {
      @Port("The video with captions.") var video: Video
      @Port("The cues.") var captions: Captions
    }
    init(_ options: Options) {}
    func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
  }

  struct Segment: Stage {
    static let info = StageInfo("segment", version: "1.0.0", cacheVersion: 1, summary: "Packs HLS.")
    struct Options: StageOptions {
      @Field("Of a segment.", in: 1...30) var duration = Duration.seconds(6)
      @Field("The sizes.", in: 1...6) var ladder: [PixelSize] = []
    }
    struct Inputs: Ports { @Port("The film.") var video: Video }
    struct Outputs: Ports { @Port("The package.") var playlist: FileBundle }
    init(_ options: Options) {}
    func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
  }

  /// Takes and gives plain values.
  struct Count: Stage {
    static let info = StageInfo("count", version: "1.0.0", cacheVersion: 1, summary: "Counts.")
    struct Options: StageOptions {
      @Field("Anything.") var value: Value?
      @Field("A text.") var text = ""
      @Field("How many.", in: 0...10) var number = 0
      @Field("How much.") var amount = 0.0
      @Field("Whether.") var flag = false
      @Field("How long.") var length: Duration?
      @Field("Words.") var words: [String] = []
    }
    struct Inputs: Ports { @Port("Numbers.") var numbers: [Int]? }
    struct Outputs: Ports {
      @Port("How many.") var number: Int
      @Port("How long.") var length: Duration
      @Port("Anything.") var value: Value?
      @Port("Words.") var words: [String]
    }
    init(_ options: Options) {}
    func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
  }
}
