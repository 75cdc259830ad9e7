import Foundation
import Media
import TestSupport
import Testing
import Threads

@Suite("Decoding and writing sound", .blocking, .timeLimit(.minutes(5)))
struct AudioTests {
  let samples: Samples

  init() throws { samples = try Samples() }

  func decode(_ url: URL, rate: Int = 48_000, channels: Int = 2) throws -> [Float] {
    var sound: [Float] = []
    try AudioDecoder.decode(url, as: url.lastPathComponent, sampleRate: rate, channels: channels) {
      sound.append(contentsOf: $0)
    }
    return sound
  }

  @Test(
    "every kind comes out at the wanted rate, as long as it is",
    arguments: ["s.wav", "s.mp3", "s.m4a", "s.flac", "s.ogg", "s.opus"])
  func kinds(name: String) throws {
    let url = try samples.make(
      name, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:d=2")
    let sound = try decode(url, rate: 16_000, channels: 1)
    #expect(abs(sound.count - 32_000) < 800)
    let crossings = zip(sound, sound.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
    #expect(abs(crossings - 880) < 12)
  }

  @Test("mono of 8 kHz is heard on both sides at full level")
  func mono() throws {
    let url = try samples.make(
      "m.wav", "-f", "lavfi", "-i", "aevalsrc=0.5*sin(440*2*PI*t):s=8000:d=1")
    let sound = try decode(url)
    #expect(sound.count == 96_000)
    let middle = sound[20_000..<80_000]
    #expect(abs((middle.max() ?? 0) - 0.5) < 0.01)
    #expect(stride(from: 0, to: sound.count, by: 2).allSatisfy { sound[$0] == sound[$0 + 1] })
  }

  @Test("six channels are mixed down without clipping")
  func surround() throws {
    let url = try samples.make(
      "s.wav", "-f", "lavfi", "-i", "aevalsrc=0.9|0.9|0.9|0.9|0.9|0.9:d=1:c=5.1")
    let sound = try decode(url)
    #expect(sound.count == 96_000)
    #expect((sound.max() ?? 2) <= 1)
    #expect((sound.max() ?? 0) > 0.5)
  }

  @Test("what is written is read back")
  func roundTrip() throws {
    let url = samples.url("w.wav")
    let wave = (0..<9600).map { Float(sin(Double($0) * 0.05)) * 0.8 }
    let writer = try WAVWriter(url, sampleRate: 24_000, channels: 1)
    try wave.withUnsafeBufferPointer { try writer.append($0) }
    #expect(try writer.close() == 9600)
    let read = try decode(url, rate: 24_000, channels: 1)
    #expect(read.count == wave.count)
    #expect(zip(read, wave).allSatisfy { abs($0 - $1) < 0.0001 })
  }

  @Test("samples beyond full scale and NaN are held")
  func clipping() throws {
    let url = samples.url("c.wav")
    let writer = try WAVWriter(url, sampleRate: 8000, channels: 1)
    try [2, -3, .nan, .infinity].withUnsafeBufferPointer { try writer.append($0) }
    try writer.close()
    let read = try decode(url, rate: 8000, channels: 1)
    #expect(read.map { ($0 * 10).rounded() } == [10, -10, 0, 10])
  }

  @Test("a film's sound that begins late keeps its place")
  func late() throws {
    let tone = try samples.make("t.wav", "-f", "lavfi", "-i", "aevalsrc=0.5:s=48000:d=1")
    let film = try samples.film(seconds: 2, sound: false)
    let url = try samples.make(
      "late.mkv", "-i", film.path, "-itsoffset", "0.5", "-i", tone.path, "-map", "0", "-map", "1",
      "-c:v", "copy", "-c:a", "pcm_s16le")
    let sound = try decode(url, channels: 1)
    let first = sound.firstIndex { $0 > 0.1 } ?? 0
    #expect(abs(first - 24_000) < 60)
  }

  @Test("a picture has no sound")
  func silent() throws {
    let url = try samples.picture("p.png", colour: "red")
    let error = #expect(throws: MediaError.self) { try decode(url) }
    #expect(error?.reason == .noSound)
  }

  @Test("decoding stops when it is cancelled")
  func cancelled() throws {
    let url = try samples.make("s.wav", "-f", "lavfi", "-i", "sine=d=20")
    let flag = CancellationFlag()
    let error = #expect(throws: MediaError.self) {
      try AudioDecoder.decode(
        url, as: "s.wav", sampleRate: 48_000, channels: 2, cancellation: flag
      ) { _ in flag.raise() }
    }
    #expect(error?.reason == .cancelled)
  }
}
