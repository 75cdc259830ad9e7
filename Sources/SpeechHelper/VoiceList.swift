import ESpeak
import Flite
import Speech

/// The voices of both engines.
enum VoiceList {
  static func all() throws(SpeechFault) -> [SpeechVoice] {
    let flite = FliteVoice.Name.allCases.map {
      SpeechVoice(engine: .flite, name: $0.rawValue, languages: ["en-us", "en"])
    }
    return flite + (try espeak())
  }

  private static func espeak() throws(SpeechFault) -> [SpeechVoice] {
    do throws(ESpeakError) {
      return try ESpeakSession().voices().map {
        SpeechVoice(engine: .espeak, name: $0.name, languages: $0.languages)
      }
    } catch {
      throw SpeechFault(.missingData, "espeak-ng: \(error)")
    }
  }
}
