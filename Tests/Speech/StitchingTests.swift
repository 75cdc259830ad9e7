import Speech
import Testing

@Suite("Joining what was heard in stretches")
struct StitchingTests {
  private func token(_ text: String, _ start: Int, _ end: Int) -> HeardToken {
    HeardToken(text: text, start: start, end: end)
  }

  @Test("Words out of order, without length, outside or not numbers are put right")
  func sanitised() {
    let words = [
      token("two", 500, 900), token("one", 100, 600), token(".", 900, 900), token("", 950, 990),
      token("three", 990, 990), token("late", 5000, 6000), token("early", -500, -100),
    ]
    let result = TranscriptStitching.sanitised(words, within: 0..<1200)
    #expect(result.map(\.text) == ["one", "two.", "three"])
    #expect(result.map(\.start) == [100, 600, 990] || result.map(\.start) == [100, 500, 990])
    #expect(zip(result, result.dropFirst()).allSatisfy { $0.end <= $1.start })
    #expect(result.allSatisfy { $0.end - $0.start >= 20 })
  }

  @Test("Where both heard the same word, one takes over from the other")
  func seam() {
    let left = [
      token("a", 0, 100), token("b", 1000, 1100), token("c", 2000, 2100), token("xx", 2900, 3000),
    ]
    let right = [
      token("yy", 900, 950), token("b,", 1010, 1110), token("C", 2010, 2110),
      token("d", 3000, 3100),
    ]
    let joined = TranscriptStitching.join([left, right], overlaps: [900..<3000])
    #expect(joined.map(\.text) == ["a", "b", "c", "d"])
  }

  @Test("Where nobody heard the same, the middle decides")
  func strangers() {
    let left = [token("a", 0, 100), token("b", 1000, 1100), token("c", 2800, 2900)]
    let right = [token("x", 1200, 1300), token("y", 2500, 2600)]
    let joined = TranscriptStitching.join([left, right], overlaps: [1000..<3000])
    #expect(joined.map(\.text) == ["a", "b", "y"])
  }

  @Test(
    "Stretches cover all of a sound and share what they should", arguments: [5_000, 20_000, 60_000])
  func cutting(longest: Int) throws {
    var samples: [Int16] = []
    for index in 0..<8000 * 95 {
      let isPause = (index / 4000) % 3 == 0
      let level = index % 7 * 900
      samples.append(isPause ? 0 : Int16(level))
    }
    let sound = WaveFile(sampleRate: 8000, samples: samples)
    let stretches = SoundCutting.cut(SpeechActivity(sound), longest: longest, overlap: 1000)
    #expect(stretches.first?.lowerBound == 0)
    #expect(stretches.last?.upperBound == 95_000)
    #expect(stretches.allSatisfy { $0.count <= longest })
    for (one, next) in zip(stretches, stretches.dropFirst()) {
      #expect(one.upperBound - next.lowerBound == 1000)
    }
  }
}
