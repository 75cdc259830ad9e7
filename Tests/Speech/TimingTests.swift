import Foundation
import TestSupport
import Testing

@testable import Speech

@Suite("Times of words", .timeLimit(.minutes(5)))
struct TimingTests {
  @Test("A missing word shares the time of the one before it, or gets the pause before the next")
  func missing() {
    let known = [
      TimedToken(token: 0, start: 0, end: 100), TimedToken(token: 2, start: 100, end: 200),
      TimedToken(token: 4, start: 600, end: 700),
    ]
    let all = WordTimes.complete(known, weights: [1, 1, 1, 1, 1], span: 0..<700)
    #expect(all.map(\.start) == [0, 50, 100, 200, 600])
    #expect(all.map(\.end) == [50, 100, 200, 600, 700])
  }

  @Test("Missing words at the edges and only missing words get times inside the span")
  func edges() {
    let known = [TimedToken(token: 1, start: 10, end: 210)]
    let first = WordTimes.complete(known, weights: [1, 1, 2], span: 10..<210)
    #expect(first.map(\.token) == [0, 1, 2])
    #expect(first.allSatisfy { $0.start >= 10 && $0.end <= 210 && $0.start <= $0.end })
    let none = WordTimes.complete([], weights: [1, 3], span: 100..<500)
    #expect(none.map(\.start) == [100, 200])
    #expect(WordTimes.complete([], weights: [], span: 0..<10).isEmpty)
  }

  @Test("Times that run backwards or out of the span are straightened")
  func backwards() {
    let known = [
      TimedToken(token: 0, start: -5, end: 300), TimedToken(token: 1, start: 200, end: 150),
      TimedToken(token: 2, start: 400, end: 9000),
    ]
    let all = WordTimes.complete(known, weights: [1, 1, 1], span: 0..<1000)
    #expect(all.map(\.start) == [0, 300, 400])
    #expect(all.map(\.end) == [300, 300, 1000])
  }

  @Test("A sign that nobody speaks is written with its neighbour")
  func signs() {
    var written = WrittenTimes()
    written.append(["🙂"], times: [], after: 0)
    written.append(
      ["—", "Hello", "—", "you"],
      times: [
        TimedToken(token: 1, start: 20, end: 300), TimedToken(token: 3, start: 400, end: 500),
      ], after: 1000)
    written.append(["…"], times: [], after: 2000)
    #expect(written.words.map(\.text) == ["🙂 — Hello —", "you …"])
    #expect(written.words.map(\.start) == [1020, 1400])
  }

  /// Tone bursts over a low noise.
  private func sound(_ speech: [Range<Int>], length: Int) -> WaveFile {
    let samples = (0..<length * 16).map { index -> Int16 in
      let loud = speech.contains { $0.contains(index / 16) }
      return Int16(sin(Double(index) * 0.2) * (loud ? 8000 : 10))
    }
    return WaveFile(sampleRate: 16_000, samples: samples)
  }

  @Test("Speech and pauses are told apart by loudness, at any level")
  func activity() {
    let parts = [500..<1500, 2000..<3000]
    let activity = SpeechActivity(sound(parts, length: 4000))
    #expect(activity.span == 500..<3000)
    #expect(activity.pauses(atLeast: 300) == [0..<500, 1500..<2000, 3000..<4000])
    #expect(activity.speechDuration(in: 1000..<2500) == 1000)
    let silent = SpeechActivity(
      WaveFile(sampleRate: 16_000, samples: Array(repeating: 0, count: 9999)))
    #expect(silent.span == nil)
    #expect(SpeechActivity(WaveFile(sampleRate: 16_000, samples: [])).duration == 0)
  }

  @Test("Clauses are put between the pauses that fit their lengths")
  func anchoring() throws {
    // Three clauses of 10, 5 and 10 letters-and-a-bit; pauses of 400 ms; a short hesitation in the first.
    let parts = [200..<700, 850..<1350, 1750..<2250, 2650..<3650]
    let words = ["aaaa", "aaaa,", "bbbb.", "cccc", "cccc."]
    let times = PauseAnchoring(words, activity: SpeechActivity(sound(parts, length: 4000))).times()
    #expect(times.count == 5)
    #expect(abs(times[0].start - 200) <= 20)
    #expect(abs(times[2].start - 1750) <= 20)
    #expect(abs(times[2].end - 2250) <= 20)
    #expect(abs(times[3].start - 2650) <= 20)
    #expect(abs(times[4].end - 3650) <= 20)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0.end <= $1.start })
  }

  @Test("Any script fits any sound somehow", arguments: [1, 2, 7, 100], [0, 1, 3])
  func anyScript(wordCount: Int, burstCount: Int) {
    let words = (0..<wordCount).map { $0 % 4 == 3 ? "word." : "word" }
    let parts = (0..<burstCount).map { $0 * 600..<$0 * 600 + 300 }
    let times = PauseAnchoring(words, activity: SpeechActivity(sound(parts, length: 2000))).times()
    #expect(times.count == (burstCount == 0 ? 0 : wordCount))
    #expect(times.allSatisfy { $0.start <= $0.end && $0.start >= 0 && $0.end <= 2000 })
    #expect(zip(times, times.dropFirst()).allSatisfy { $0.start <= $1.start })
  }

  @Test("A WAV file that was written is read again, piece by piece or not")
  func waveFile() throws {
    let folder = try TestFolder()
    let path = folder.file("sound.wav").path
    let writer = try WaveFileWriter(path, sampleRate: 22_050)
    try writer.append([1, -2, 300])
    try writer.appendSilence(sampleCount: 2)
    try writer.append([Int16.min, .max])
    try writer.close()
    let sound = try WaveFile(contentsOf: path)
    #expect(sound == WaveFile(sampleRate: 22_050, samples: [1, -2, 300, 0, 0, .min, .max]))
  }

  @Test("What is no WAV file is refused, a cut one is read as far as it goes")
  func badWaveFiles() throws {
    let folder = try TestFolder()
    let path = folder.file("sound.wav").path
    let writer = try WaveFileWriter(path, sampleRate: 16_000)
    try writer.append(Array(repeating: 7, count: 100))
    try writer.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(try WaveFile(data: whole.prefix(whole.count - 50)).samples.count == 75)
    for count in [0, 4, 11, 12, 20, 30, 36] {
      #expect(throws: WaveError.self) { try WaveFile(data: whole.prefix(count)) }
    }
    #expect(throws: WaveError.self) { try WaveFile(contentsOf: folder.file("none").path) }
    var stereo = whole
    stereo[22] = 2
    #expect(throws: WaveError.self) { try WaveFile(data: stereo) }
  }
}
