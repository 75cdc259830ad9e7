import Foundation
import PocketSphinx
import Speech

/// Where the recogniser's model is.
enum ModelFolder {
  static let variable = "VIDEOCRAFT_SPEECH_MODEL"
  private static let debian = "/usr/share/pocketsphinx/model/en-us"

  static func model() throws(SpeechFault) -> SpeechModel {
    let folder = ProcessInfo.processInfo.environment[variable] ?? debian
    let model = SpeechModel(folder: folder)
    guard model.missingFiles.isEmpty else {
      let missing = model.missingFiles.map { ($0 as NSString).lastPathComponent }
      throw SpeechFault(
        .missingData,
        "the English speech model is incomplete (no `\(missing.joined(separator: "`, `"))`): install "
          + "the package `pocketsphinx-en-us` or let \(variable) name its folder")
    }
    return model
  }

  static func decoder(for task: SphinxDecoder.Task) throws(SpeechFault) -> SphinxDecoder {
    let model = try model()
    do { return try SphinxDecoder(model, for: task) } catch {
      throw SpeechFault(.engineFailed, "PocketSphinx: \(error)")
    }
  }
}
