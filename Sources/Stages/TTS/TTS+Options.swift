public import Pipeline
import Speech

extension TTS {
  public struct Options: StageOptions {
    @Field("What is said. An empty line ends a paragraph.", in: 1...100_000)
    public var text: String
    @Field(
      """
      Who speaks: `slt`, `rms`, `awb` or `kal16` for English, or a language with or without a variant, such as \
      `de`, `en-gb` or `fr+f3`. Without it, the usual voice of `language`.
      """)
    public var voice: String?
    @Field(
      "Language of the text as a BCP 47 tag, such as `de` or `en-US`; English if nothing else says."
    )
    public var language: String?
    @Field("Which engine speaks.") public var engine = Engine.auto
    @Field("How fast; 1 is the voice's usual speed.", in: 0.5...2) public var speed = 1.0
    @Field("How much higher the voice is than usual.", in: -8...8, unit: "semitones")
    public var pitch = 0.0
    @Field("Silence between sentences.", in: 0...10) public var sentenceGap = Duration.milliseconds(
      300)
    @Field("Silence between paragraphs.", in: 0...10)
    public var paragraphGap = Duration.milliseconds(700)

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
      if !text.contains(where: { !$0.isWhitespace }) {
        problems.add("text", "there is nothing to say")
      }
      do throws(StageError) { _ = try VoiceChoice(self) } catch {
        problems.add(error.field ?? "voice", error.message)
      }
    }
  }

  public enum Engine: String, FieldChoice {
    case auto, flite, espeak

    public static let summaries: [String: String] = [
      "auto": "flite for English, espeak for everything else",
      "flite": "English, with word times as exact as can be",
      "espeak": "more than a hundred languages, robotic",
    ]
  }

  public struct Outputs: Ports {
    @Port("The speech: WAV, 48 kHz, mono, 16 bits.") public var audio: AudioFile
    @Port("Its words as written, with their times.") public var transcript: Transcript
    public init() {}
  }
}
