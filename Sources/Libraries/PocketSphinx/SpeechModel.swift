import Foundation

/// The files of a recogniser for one language, laid out as Debian's `pocketsphinx-en-us` does.
public struct SpeechModel: Sendable, Hashable {
  /// A folder with `en-us/`, `cmudict-en-us.dict` and `en-us.lm.bin` in it.
  public let folder: String

  public init(folder: String) { self.folder = folder }

  public var acousticModel: String { folder + "/en-us" }
  public var dictionary: String { folder + "/cmudict-en-us.dict" }
  public var languageModel: String { folder + "/en-us.lm.bin" }

  /// Which files are not there.
  public var missingFiles: [String] {
    [acousticModel + "/mdef", dictionary, languageModel].filter {
      !FileManager.default.isReadableFile(atPath: $0)
    }
  }

  /// The sounds that the acoustic model knows, without silence and noise.
  public static let phones: Set<String> = [
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH",
    "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW",
    "V", "W", "Y", "Z", "ZH",
  ]
}
