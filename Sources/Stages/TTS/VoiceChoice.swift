import Pipeline
import Speech

/// Which engine speaks with which voice.
struct VoiceChoice: Sendable, Hashable {
  let engine: SpeechEngine
  let voice: String
  /// Tag of the language that is spoken; nil when only the engine knows.
  let language: String?

  init(_ options: TTS.Options) throws(StageError) {
    let wanted = options.voice?.lowercased().replacing("_", with: "-")
    let english = wanted.flatMap(EnglishVoice.init(rawValue:))
    let isEnglish = LanguageTag.primary(options.language ?? "en") == "en"
    switch options.engine {
    case .flite:
      guard isEnglish else { throw Self.wrongLanguage(options.language) }
      guard let voice = english ?? Self.usual(wanted) else {
        throw StageError(
          .configuration, "flite has no voice `\(options.voice ?? "")`; there are \(Self.names)",
          field: "voice")
      }
      self.init(.flite, voice.rawValue, options.language ?? "en-US")
    case .espeak: self = Self.espeak(options)
    case .auto:
      if let english {
        guard isEnglish else { throw Self.wrongLanguage(options.language) }
        self.init(.flite, english.rawValue, options.language ?? "en-US")
      } else if isEnglish, let voice = Self.usual(wanted) {
        self.init(.flite, voice.rawValue, options.language ?? "en-US")
      } else {
        self = Self.espeak(options)
      }
    }
  }

  private init(_ engine: SpeechEngine, _ voice: String, _ language: String?) {
    self.engine = engine
    self.voice = voice
    self.language = language
  }

  private static func espeak(_ options: TTS.Options) -> VoiceChoice {
    let voice = options.voice ?? options.language ?? "en-us"
    let base = String(voice.prefix { $0 != "+" })
    let isTag = (2...3).contains(LanguageTag.primary(base).count)
    return VoiceChoice(.espeak, voice, options.language ?? (isTag ? base : nil))
  }

  /// Plain English without a wish, or only with that for American English.
  private static func usual(_ wanted: String?) -> EnglishVoice? {
    wanted == nil || wanted == "en" || wanted == "en-us" ? .slt : nil
  }

  private static let names = EnglishVoice.allCases.map { "`\($0.rawValue)`" }.joined(
    separator: ", ")

  private static func wrongLanguage(_ language: String?) -> StageError {
    StageError(
      .configuration,
      "the voices of flite (\(names)) speak English, but `language` is `\(language ?? "")`; leave out "
        + "`voice` and `engine` for a voice that speaks it", field: "language")
  }
}

/// What the names of voices tell.
enum VoiceName {
  /// Whether the embedded engines know such names: a voice of flite, or a language with or without region and variant.
  static func isEmbedded(_ name: String) -> Bool {
    if EnglishVoice(rawValue: name.lowercased()) != nil { return true }
    return languageTag(name) != nil
  }

  /// `de` of `de`, `de-AT` of `de-AT+f3`; nil for names that are no language.
  static func languageTag(_ name: String) -> String? {
    let base = name.prefix { $0 != "+" }
    let parts = base.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].count == 2,
      parts.allSatisfy({ (2...4).contains($0.count) && $0.allSatisfy { $0.isASCII && $0.isLetter } }
      )
    else { return nil }
    return String(base)
  }
}
