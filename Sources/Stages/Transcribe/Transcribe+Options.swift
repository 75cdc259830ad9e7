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

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
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
    public init() {}
  }
}
