import Foundation
import Pipeline
import Speech
import TTSStage
import TestSupport
import Testing
import TranscribeStage

@Suite("Stage transcribe", .timeLimit(.minutes(10)))
struct TranscribeTests {
  private let services: TestStageServices

  init() throws { services = try TestStageServices() }

  private func speak(
    _ text: String, voice: String = "rms", gap: Duration = .milliseconds(300)
  ) async throws -> SpeechFixture.Spoken {
    try await SpeechFixture.speak(text, services) {
      $0.voice = voice
      $0.sentenceGap = gap
    }
  }

  private func expectClose(_ found: Transcript, _ truth: Transcript) {
    #expect(found.words.map(\.text) == truth.words.map(\.text))
    let errors = SpeechFixture.startErrors(found, truth)
    #expect(errors[errors.count / 2] <= 15)
    #expect(errors[errors.count * 9 / 10] <= 50)
  }

  @Test("A script is found in speech to within hundredths of a second", arguments: ["slt", "rms"])
  func alignment(voice: String) async throws {
    let text = "“Hello,” said Dr. Smith — it costs $23.50. \(SpeechFixture.sentences[3])"
    let spoken = try await speak(text, voice: voice)
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services) { $0.script = [text] }
    let transcript = try #require(heard.transcript.first)
    #expect(heard.method == "aligned")
    #expect(transcript.timing == .alignment)
    #expect(transcript.sound == spoken.audio.digest)
    #expect(transcript.words.allSatisfy { $0.confidence != nil })
    #expect(services.warnings.isEmpty)
    expectClose(transcript, spoken.transcript)
  }

  @Test("A sound of several windows is found to the end, as exactly as a short one")
  func longSound() async throws {
    let text =
      (SpeechFixture.sentences + SpeechFixture.sentences.reversed() + SpeechFixture.sentences)
      .joined(separator: " ")
    let spoken = try await speak(text, voice: "kal16")
    #expect(spoken.sound.duration > 70_000)
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services) { $0.script = [text] }
    let transcript = try #require(heard.transcript.first)
    expectClose(transcript, spoken.transcript)
    let errors = zip(transcript.words, spoken.transcript.words).suffix(30).map {
      abs($0.start - $1.start)
    }
    #expect((errors.max() ?? .max) < 200)
  }

  @Test("Words after a pause of four seconds are where they are")
  func pause() async throws {
    let text = SpeechFixture.sentences[4] + " " + SpeechFixture.sentences[5]
    let spoken = try await speak(text, gap: .seconds(4))
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services) { $0.script = [text] }
    expectClose(try #require(heard.transcript.first), spoken.transcript)
  }

  @Test("Without a script English is recognised, with a warning, and nine words of ten are right")
  func recognition() async throws {
    let text = SpeechFixture.everydaySentences.joined(separator: " ")
    let spoken = try await speak(text)
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services)
    let transcript = try #require(heard.transcript.first)
    #expect(heard.method == "recognised")
    #expect(transcript.timing == .recognition)
    #expect(services.warnings.count == 1)
    let wanted = text.lowercased().filter { $0.isLetter || $0 == " " }.split(separator: " ")
    let distance = editDistance(wanted.map(String.init), transcript.words.map(\.text))
    #expect(Double(distance) / Double(wanted.count) <= 0.1)
    #expect(zip(transcript.words, transcript.words.dropFirst()).allSatisfy { $0.start <= $1.start })
    #expect((transcript.words.last?.end ?? .max) <= spoken.sound.duration + 20)
  }

  @Test("A script of something else is refused")
  func wrongScript() async throws {
    let spoken = try await speak(SpeechFixture.sentences[0] + " " + SpeechFixture.sentences[1])
    let error = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.listen(to: [spoken.audio], services) {
        $0.script = [SpeechFixture.sentences[6] + " " + SpeechFixture.sentences[7]]
      }
    }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.field == "script")
    #expect(error?.message.contains("does not belong") == true)
  }

  @Test("Words that are only in the script get times and a warning, the others stay exact")
  func extraWords() async throws {
    let text = SpeechFixture.sentences[2] + " " + SpeechFixture.sentences[3]
    let spoken = try await speak(text)
    var words = text.split(separator: " ").map(String.init)
    words.insert(contentsOf: ["banana", "window"], at: 5)
    let script = words.joined(separator: " ")
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services) {
      $0.script = [script]
    }
    var transcript = try #require(heard.transcript.first)
    #expect(transcript.words.map(\.text) == words)
    #expect(services.warnings.contains { $0.contains("not heard") })
    transcript.words.removeSubrange(5..<7)
    let errors = SpeechFixture.startErrors(transcript, spoken.transcript)
    #expect(errors[errors.count * 8 / 10] <= 50)
  }

  @Test("Speech that the script leaves out is warned of, and moves nothing else")
  func missingWords() async throws {
    let kept = [1, 3, 5].map { SpeechFixture.sentences[$0] }
    let spoken = try await speak((kept + [SpeechFixture.sentences[6]]).joined(separator: " "))
    let script = kept.joined(separator: " ")
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services) {
      $0.script = [script]
    }
    let transcript = try #require(heard.transcript.first)
    #expect(services.warnings.contains { $0.contains("not in the script") })
    let errors = SpeechFixture.startErrors(transcript, spoken.transcript)
    #expect(errors[errors.count * 8 / 10] <= 50)
  }

  @Test("A German script is estimated, with a warning, to within a few tenths of a second")
  func estimate() async throws {
    let text = """
      Der Leuchtturm steht seit mehr als hundert Jahren auf diesem Felsen. Jeden Abend stieg der Wärter \
      die Treppe hinauf, zündete die Lampe an und sah auf das Meer hinaus. Dann ging er schlafen.
      """
    let spoken = try await speak(text, voice: "de")
    let heard = try await SpeechFixture.listen(to: [spoken.audio], services) {
      $0.script = [text]
      $0.language = "de-DE"
    }
    let transcript = try #require(heard.transcript.first)
    #expect(heard.method == "estimated")
    #expect(transcript.timing == .estimate)
    #expect(transcript.language == "de-DE")
    #expect(services.warnings.count == 1)
    #expect(transcript.words.map(\.text) == spoken.transcript.words.map(\.text))
    let errors = SpeechFixture.startErrors(transcript, spoken.transcript)
    #expect(errors[errors.count / 2] <= 150)
    #expect(errors[errors.count * 9 / 10] <= 400)
  }

  @Test("Several recordings keep their order, each with the way its words were found")
  func several() async throws {
    let one = try await speak(SpeechFixture.sentences[0])
    let two = try await speak(SpeechFixture.sentences[6])
    let heard = try await SpeechFixture.listen(to: [one.audio, two.audio], services) {
      $0.script = [SpeechFixture.sentences[0], ""]
    }
    #expect(heard.method == "mixed")
    #expect(heard.transcript.map(\.timing) == [.alignment, .recognition])
    #expect(heard.transcript.map(\.sound) == [one.audio.digest, two.audio.digest])
    let done = services.progress.filter { $0.phase == "listening" }
    #expect(done.last?.done == 2 && done.last?.total == 2)
  }

  @Test("Scripts swapped between two recordings are noticed, and the message names the recording")
  func swapped() async throws {
    let one = try await speak(SpeechFixture.sentences[0])
    let two = try await speak(SpeechFixture.sentences[6])
    let error = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.listen(to: [one.audio, two.audio], services) {
        $0.script = [SpeechFixture.sentences[6], SpeechFixture.sentences[0]]
      }
    }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.message.contains("speech.wav") == true)
  }

  @Test("Settings that cannot work are configuration errors that name their field")
  func configuration() async throws {
    let audio = try services.add(Data("x".utf8), named: "a.wav")
    let foreign = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.listen(to: [audio], services) { $0.language = "de" }
    }
    #expect(foreign?.errorClass == .configuration)
    #expect(foreign?.field == "language")
    let count = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.listen(to: [audio], services) { $0.script = ["a", "b"] }
    }
    #expect(count?.errorClass == .configuration)
    #expect(count?.field == "script")
    let found = StageSpec(Transcribe.self).validate(["language": .text("english please")])
    #expect(found.map(\.field) == ["language"])
  }

  @Test("Silence and files that are no sound are invalid input")
  func badSounds() async throws {
    let folder = try TestFolder()
    let path = folder.file("silent.wav")
    let writer = try WaveFileWriter(path.path, sampleRate: 48_000)
    try writer.appendSilence(sampleCount: 96_000)
    try writer.close()
    let silent = try services.add(path)
    let text = try services.add(Data("This is a text.".utf8), named: "text.wav")
    for audio in [silent, text] {
      for script in ["", "Some words."] {
        let error = await SpeechFixture.errorClass {
          _ = try await SpeechFixture.listen(to: [audio], services) { $0.script = [script] }
        }
        #expect(error?.errorClass == .invalidInput, "\(audio.name) \(script)")
      }
    }
  }

  private func editDistance(_ one: [String], _ other: [String]) -> Int {
    var row = Array(0...other.count)
    for (index, word) in one.enumerated() {
      var next = [index + 1]
      for (column, candidate) in other.enumerated() {
        next.append(
          min(row[column + 1] + 1, next[column] + 1, row[column] + (word == candidate ? 0 : 1)))
      }
      row = next
    }
    return row[other.count]
  }
}
