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
    // What follows is optional so that the keys of results that were made without it stay what they are.
    @Field(
      """
      Who speaks, the first choice first: names of the host's `speech.providers`, and `embedded` for the engines of \
      this machine. The next one takes over a whole text when one fails. Without it: `embedded`.
      """, in: 1...16)
    public var providers: [String]?
    @Field(
      "Whether `text` is SSML: `break`, `emphasis`, `prosody`, `say-as`, `phoneme`, `sub`, `p`, `s`."
    )
    public var ssml: Bool?
    @Field(
      """
      Whether numbers, dates, money, units, abbreviations and addresses are put into words before they are spoken; \
      captions keep what is written. Without it: `words` for providers, `voice` for the embedded engines.
      """)
    public var reading: Reading?
    @Field(
      "Another number has sentences spoken anew that were bought already: voices differ each time.",
      in: 1...1000)
    public var take: Int?

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
      if !text.contains(where: { !$0.isWhitespace }) {
        problems.add("text", "there is nothing to say")
      }
      if usesEmbedded {
        do throws(StageError) { _ = try VoiceChoice(embedded) } catch {
          problems.add(error.field ?? "voice", error.message)
        }
      } else if engine != .auto {
        problems.add("engine", "`engine` is for `embedded`, which is not among `providers`")
      }
      if let providers, Set(providers).count < providers.count {
        problems.add("providers", "a provider is named twice")
      }
      if ssml == true {
        do throws(Markup.Problem) { _ = try MarkupReader.read(text) } catch {
          problems.add("text", "it is not the SSML that is taken here: \(error)")
        }
        if providers == nil || providers == [Self.embeddedName] {
          problems.add(
            "ssml", "the embedded engines take no SSML; name `providers` that do, or leave it out")
        }
      }
    }

    /// What the engines of this machine are called among `providers`.
    static let embeddedName = "embedded"

    var order: [String] { providers ?? [Self.embeddedName] }
    var usesEmbedded: Bool { order.contains(Self.embeddedName) }

    /// For the embedded engines: the names of other providers' voices mean nothing to them.
    var embedded: Options {
      guard order.count > 1, let voice, !VoiceName.isEmbedded(voice) else { return self }
      var options = self
      options.voice = nil
      return options
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

  public enum Reading: String, FieldChoice {
    case words, voice

    public static let summaries: [String: String] = [
      "words": "in words, by the rules of the language (English, German, French, Spanish)",
      "voice": "as the voice itself reads what is written",
    ]
  }

  public struct Outputs: Ports {
    @Port("The speech: WAV, 48 kHz, mono, 16 bits.") public var audio: AudioFile
    @Port("Its words as written, with their times.") public var transcript: Transcript
    @Port("Who spoke: the name of a provider, or `embedded` with its engine and voice.")
    public var provider: String?
    public init() {}
  }
}
