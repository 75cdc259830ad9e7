import Foundation
import Pipeline
import Speech
import TTSStage
import TestSupport
import Testing
import Threads

@Suite("Stage tts", .timeLimit(.minutes(10)))
struct TTSTests {
  private let services: TestStageServices

  init() throws { services = try TestStageServices() }

  @Test("English gets words as written, with rising times inside 48 kHz sound")
  func english() async throws {
    let text = "“Hello,” said Dr. Smith — it costs $23.50 🙂 in Kraków… really!"
    let spoken = try await SpeechFixture.speak(text, services)
    #expect(
      spoken.transcript.words.map(\.text) == [
        "“Hello,”", "said", "Dr.", "Smith —", "it", "costs", "$23.50 🙂", "in", "Kraków…",
        "really!",
      ])
    #expect(spoken.transcript.text == text)
    #expect(spoken.transcript.timing == .engine)
    #expect(spoken.transcript.sound == spoken.audio.digest)
    #expect(spoken.transcript.language == "en-US")
    #expect(spoken.audio.mediaType == "audio/wav")
    #expect(spoken.sound.sampleRate == 48_000)
    expectOrder(spoken)
  }

  @Test("German is spoken by espeak, and its language is known")
  func german() async throws {
    let text = "Guten Tag! Die 3,5 Äpfel kosten am 3. Oktober zwölf Euro. Wirklich?"
    let spoken = try await SpeechFixture.speak(text, services) { $0.language = "de" }
    #expect(spoken.transcript.text == text)
    #expect(spoken.transcript.language == "de")
    #expect(spoken.sound.duration > 2500 && spoken.sound.duration < 12_000)
    expectOrder(spoken)
  }

  @Test(
    "Languages without spaces, from right to left and with variants of voices are spoken",
    arguments: [
      ("你好，世界。", "zh", ["你", "好，", "世", "界。"]), ("مرحبا بالعالم", "ar", ["مرحبا", "بالعالم"]),
      ("Bonjour le monde", "fr+f3", ["Bonjour", "le", "monde"]),
      ("Olá mundo", "pt-BR", ["Olá", "mundo"]), ("Servus Welt", "de-AT", ["Servus", "Welt"]),
    ])
  func languages(text: String, voice: String, words: [String]) async throws {
    let spoken = try await SpeechFixture.speak(text, services) { $0.voice = voice }
    #expect(spoken.transcript.words.map(\.text) == words)
    expectOrder(spoken)
  }

  @Test("In a long text the times of the last sentence are as exact as those of the first")
  func noDrift() async throws {
    let text = (SpeechFixture.sentences + SpeechFixture.sentences + SpeechFixture.sentences)
      .joined(separator: " ")
    let spoken = try await SpeechFixture.speak(text, services)
    expectOrder(spoken)
    let starts = sentenceStarts(spoken.transcript)
    #expect(starts.count == 24)
    let first = try #require(spoken.activity.span).lowerBound
    let onsets = [first] + spoken.activity.pauses(atLeast: 200).map(\.upperBound)
    let errors = starts.map { start in onsets.map { abs($0 - start) }.min() ?? .max }
    // A word that begins with a stop begins with its silence.
    #expect((errors.max() ?? .max) <= 80)
    #expect(abs(mean(errors.prefix(8)) - mean(errors.suffix(8))) <= 10)
  }

  @Test("Sentences are joined by silence of the wanted length, without clicks")
  func gaps() async throws {
    let spoken = try await SpeechFixture.speak(
      "We are here. We are there.\n\nWe are all.", services
    ) {
      $0.sentenceGap = .milliseconds(500)
      $0.paragraphGap = .milliseconds(1500)
    }
    let quiet = silences(spoken.sound).filter { $0.count > 9600 }.map { $0.count / 48 }
    #expect(quiet.count == 2)
    #expect(abs(quiet[0] - 520) <= 50)
    #expect(abs(quiet[1] - 1520) <= 50)
    // Around each silence the sound swells and fades: no sample jumps.
    for silence in silences(spoken.sound) where silence.count > 9600 {
      for edge in [silence.lowerBound, silence.upperBound] {
        let near = spoken.sound.samples[
          max(edge - 48, 1)..<min(edge + 48, spoken.sound.samples.count)]
        let jump = zip(near, near.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(jump < 300)
      }
    }
  }

  @Test("Speed changes the length, pitch the pitch", arguments: ["slt", "rms", "kal16", "en-gb"])
  func speedAndPitch(voice: String) async throws {
    let text = "The lighthouse is there."
    let usual = try await SpeechFixture.speak(text, services) { $0.voice = voice }
    let fast = try await SpeechFixture.speak(text, services) {
      $0.voice = voice
      $0.speed = 2
    }
    let high = try await SpeechFixture.speak(text, services) {
      $0.voice = voice
      $0.pitch = 8
    }
    let ratio = Double(fast.sound.duration) / Double(usual.sound.duration)
    #expect(ratio > 0.4 && ratio < 0.65)
    let rise = await pitch(of: high.sound) / pitch(of: usual.sound)
    #expect(rise > 1.3 && rise < 1.9)
    #expect(abs(high.sound.duration - usual.sound.duration) < 300)
    expectOrder(fast)
  }

  @Test("The same settings give the same sound, however many cores there are")
  func pure() async throws {
    let text = (SpeechFixture.sentences + ["The end."]).joined(separator: " ")
    let one = try await SpeechFixture.speak(text, services, cores: 1) { $0.voice = "kal16" }
    let two = try await SpeechFixture.speak(text, services, cores: 4) { $0.voice = "kal16" }
    #expect(one.audio.digest == two.audio.digest)
    #expect(one.transcript == two.transcript)
  }

  @Test("Progress counts words, never falls and ends with all of them")
  func progress() async throws {
    _ = try await SpeechFixture.speak("One two. Three four five.", services) { $0.voice = "kal16" }
    let done = services.progress.map(\.done)
    #expect(done.first == 0)
    #expect(done.last == 5)
    #expect(zip(done, done.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(services.progress.allSatisfy { $0.total == 5 && $0.unit == .words })
  }

  @Test(
    "Texts that cannot be spoken are the author's to mend",
    arguments: ["🙂", "... — !", "\u{1}\u{2}", "\u{200B}"])
  func nothingToSay(text: String) async {
    let error = await SpeechFixture.errorClass { _ = try await SpeechFixture.speak(text, services) }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.field == "text")
  }

  @Test("A word of ten thousand letters is refused, and the message shows its beginning")
  func longWord() async {
    let error = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.speak(String(repeating: "a", count: 10_000), services)
    }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.message.contains("aaaaaaaaaa") == true)
    #expect((error?.message.count ?? 1000) < 200)
  }

  @Test(
    "An unknown voice is answered with those there are, and the one that was probably meant",
    arguments: [("slp", "slt"), ("frr", "fr"), ("gremany", "German")])
  func unknownVoice(voice: String, meant: String) async {
    let error = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.speak("Hello.", services) { $0.voice = voice }
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.field == "voice")
    #expect(error?.message.contains("did you mean `\(meant)`") == true)
    #expect(error?.message.contains("rms") == true)
  }

  @Test("An unknown variant is answered with the variants there are")
  func unknownVariant() async {
    let error = await SpeechFixture.errorClass {
      _ = try await SpeechFixture.speak("Hallo.", services) { $0.voice = "de+f99" }
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("f3") == true)
  }

  @Test(
    "Settings that do not go together are found before anything runs",
    arguments: [
      (["text": .text(" ")], "text"),
      (["text": .text("a"), "voice": .text("rms"), "language": .text("de")], "language"),
      (["text": .text("a"), "voice": .text("de"), "engine": .text("flite")], "voice"),
    ] as [([String: Value], String)])
  func conflicts(values: [String: Value], field: String) {
    let found = StageSpec(TTS.self).validate(values)
    #expect(found.map(\.field) == [field])
  }

  @Test("Cancelled, the stage ends soon and leaves no file")
  func cancellation() async throws {
    let signalling = SignallingServices(services)
    let folder = try TestFolder()
    let context = StageContext(
      run: "test", stage: "voice", cores: 2, scratch: folder.url, services: signalling)
    var options = TTS.Options()
    options.text = Array(repeating: SpeechFixture.sentences[1], count: 400).joined(separator: " ")
    let stage = try TTS(options)
    let task = Task { try await stage.run(NoPorts(), context) }
    for await _ in signalling.begun { break }
    let clock = ContinuousClock.now
    task.cancel()
    let error = await SpeechFixture.errorClass { _ = try await task.ended }
    #expect(error?.errorClass == .cancelled)
    // All of it would take minutes.
    #expect(ContinuousClock.now - clock < .seconds(60))
    #expect(services.stored.isEmpty)
  }

  // MARK: Measuring

  private func expectOrder(_ spoken: SpeechFixture.Spoken) {
    let words = spoken.transcript.words
    #expect(words.allSatisfy { $0.start >= 0 && $0.start <= $0.end })
    #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start })
    #expect((words.last?.end ?? .max) <= spoken.sound.duration)
    // Nothing is said after the last word.
    let end = spoken.activity.span?.upperBound ?? 0
    #expect(abs(end - (words.last?.end ?? 0)) <= 250)
  }

  private func sentenceStarts(_ transcript: Transcript) -> [Int] {
    var starts: [Int] = []
    var isFirst = true
    for word in transcript.words {
      if isFirst { starts.append(word.start) }
      isFirst = word.text.hasSuffix(".")
    }
    return starts
  }

  private func mean(_ values: some Collection<Int>) -> Double {
    Double(values.reduce(0, +)) / Double(max(values.count, 1))
  }

  /// Runs of samples that nobody hears.
  private func silences(_ sound: WaveFile) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for (index, sample) in sound.samples.enumerated() where abs(Int(sample)) > 8 {
      if index - start > 1, start > 0 { runs.append(start..<index) }
      start = index + 1
    }
    return runs
  }

  /// Median of the fundamental of loud frames, in Hz, by autocorrelation between 60 and 500 Hz.
  private func pitch(of sound: WaveFile) async -> Double {
    await BlockingThread.run("pitch") { Self.pitch(of: sound) }
  }

  private static func pitch(of sound: WaveFile) -> Double {
    let samples = stride(from: 0, to: sound.samples.count, by: 6).map { Double(sound.samples[$0]) }
    let rate = Double(sound.sampleRate) / 6
    let length = Int(rate * 0.04)
    var found: [Double] = []
    for start in stride(from: 0, to: samples.count - 2 * length, by: length) {
      let frame = Array(samples[start..<start + 2 * length])
      let energy = frame[..<length].reduce(0) { $0 + $1 * $1 }
      guard energy / Double(length) > 1_000_000 else { continue }
      var best = (score: 0.0, lag: 0)
      for lag in Int(rate / 500)...Int(rate / 60) where lag < length {
        var product = 0.0
        var other = 0.0
        for index in 0..<length {
          product += frame[index] * frame[index + lag]
          other += frame[index + lag] * frame[index + lag]
        }
        let score = product / max((energy * other).squareRoot(), 1)
        if score > best.score + 0.02 { best = (score, lag) }
      }
      if best.score > 0.7 { found.append(rate / Double(best.lag)) }
    }
    found.sort()
    return found.isEmpty ? 0 : found[found.count / 2]
  }
}
