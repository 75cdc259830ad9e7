public import Pipeline
import Speech

extension Transcribe {
  public struct Options: StageOptions {
    @Field(
      """
      What is said: one text per audio, in the same order. With it, words get exact times (English) or estimated \
      ones (other languages); without it, or where a text is empty, English words are recognised.
      """)
    public var script: [String] = []
    @Field("Language of the speech as a BCP 47 tag, such as `en-US` or `de`.")
    public var language = "en"
    // What follows is optional so that the keys of results that were made without it stay what they are.
    @Field(
      """
      Who listens where there is no English script, the first choice first: names of the host's `speech.providers`, \
      and `embedded` for the recogniser of this machine. Without it: `embedded`.
      """, in: 1...16)
    public var providers: [String]?
    @Field(
      "Words that are likely to come, for providers: a sentence or terms between commas.",
      in: 1...2000)
    public var prompt: String?
    @Field("Whether a provider is to tell who says each word.") public var speakers: Bool?

    public init() {}

    /// What the recogniser of this machine is called among `providers`.
    static let embeddedName = "embedded"
    var order: [String] { providers ?? [Self.embeddedName] }
    var usesProviders: Bool { order != [Self.embeddedName] }

    public func validate(_ problems: inout OptionProblems) {
      if let providers, Set(providers).count < providers.count {
        problems.add("providers", "a provider is named twice")
      }
      if !usesProviders {
        if prompt != nil { problems.add("prompt", "`prompt` is for `providers`; name one") }
        if speakers == true { problems.add("speakers", "`speakers` is for `providers`; name one") }
      }
      let primary = LanguageTag.primary(language)
      if !(2...3).contains(primary.count) || !primary.allSatisfy({ $0.isASCII && $0.isLetter }) {
        problems.add("language", "`\(language)` is not a language tag such as `en-US`")
      }
      for (index, text) in script.enumerated() where text.count > 500_000 {
        problems.add("script", "text \(index + 1) has more than 500000 characters")
      }
    }
  }

  public struct Inputs: Ports {
    @Port("Speech: sound files, or videos with sound.") public var audio: [AudioFile]
    public init() {}
  }

  public struct Outputs: Ports {
    @Port("For each audio its words with their times.") public var transcript: [Transcript]
    @Port(
      """
      How the words were found: `aligned` with the script, `estimated` from the script and the pauses, \
      `recognised`, or `mixed` where audios differ.
      """)
    public var method: String
    @Port(
      "Who listened: names of providers, or `embedded`; nothing where all was aligned or estimated."
    )
    public var provider: String?
    public init() {}
  }
}
