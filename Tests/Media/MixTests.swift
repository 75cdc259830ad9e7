import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@testable import Media

/// The mix itself, sample by sample, without an encoder.
@Suite("Mixing sound", .blocking, .timeLimit(.minutes(10)))
struct MixTests {
  let studio: Studio
  var samples: Samples { studio.samples }
  static let rate = 48_000

  init() throws { studio = try Studio() }

  /// Interleaved stereo.
  private func mix(_ timeline: Timeline, block: Int = 1024) throws -> [Float] {
    let mixer = AudioMixer(
      timeline, sources: SourceFiles(studio.sources), cancellation: CancellationFlag())
    let total = AudioMixer.sampleCount(
      of: timeline.duration, at: timeline.canvas.sampleRate)
    var mixed: [Float] = []
    while mixed.count < 2 * total {
      let count = min(block, total - mixed.count / 2)
      var samples = [Float](repeating: 0, count: 2 * count)
      try mixer.mix(into: &samples, at: Int64(mixed.count / 2))
      mixed += samples
    }
    return mixed
  }

  private func film(_ tracks: [AudioTrack], seconds: Double) -> Timeline {
    Timeline(canvas: Studio.canvas, duration: MediaTime(seconds: seconds), tracks: tracks)
  }

  private func film(
    _ file: FileReference, seconds: Double, _ change: (inout AudioClip) -> Void = { _ in }
  ) -> Timeline {
    var clip = AudioClip(source: file, at: .zero, duration: MediaTime(seconds: seconds))
    change(&clip)
    return film([AudioTrack(name: "a", clips: [clip])], seconds: seconds)
  }

  /// The same level all the time: 0.5 on both sides.
  private func constant(seconds: Double = 3) throws -> FileReference {
    try studio.use(
      samples.make(
        "constant.wav", "-f", "lavfi", "-i", "aevalsrc=0.5|0.5:s=48000:d=\(seconds)", "-c:a",
        "pcm_f32le"))
  }

  private func left(_ mixed: [Float]) -> [Float] {
    stride(from: 0, to: mixed.count, by: 2).map { mixed[$0] }
  }

  private func sound(_ name: String, _ expression: String, seconds: Double, rate: Int = 48_000)
    throws -> FileReference
  {
    try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i", "aevalsrc='\(expression)':s=\(rate):d=\(seconds)", "-c:a",
        "pcm_f32le"))
  }

  // MARK: - Speed

  @Test(
    "another speed keeps the pitch and moves what is heard to its time",
    arguments: [0.25, 0.5, 0.8, 1.25, 2.0, 4.0])
  func speed(speed: Double) throws {
    // A tone that begins after 0.8 s of the source.
    let file = try sound(
      "tone.wav", "0.5*sin(1000*2*PI*t)*gte(t,0.8)", seconds: 0.8 + 0.8 * max(1, speed))
    let timeline = film(file, seconds: (0.8 / speed) + 0.6) { $0.speed = speed }
    let heard = left(try mix(timeline))
    let onset = heard.firstIndex { abs($0) > 0.25 } ?? 0
    #expect(
      abs(Double(onset) / 48_000 - 0.8 / speed) < 0.02 + 0.015 / min(1, speed),
      "\(Double(onset) / 48_000)")
    let tone = heard[(onset + 9600)..<(onset + 19_200)]
    let crossings = zip(tone, tone.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
    #expect(abs(Double(crossings) / 0.2 - 1000) < 25, "\(crossings)")
    #expect(abs((tone.max() ?? 0) - 0.5) < 0.06)
  }

  @Test("a loop goes on at another speed, and a sound that ends leaves silence")
  func speedLoops() throws {
    let file = try sound("tone.wav", "0.5*sin(1000*2*PI*t)", seconds: 0.5)
    func level(_ mixed: [Float], _ from: Double) -> Float {
      left(mixed)[Int(from * 48_000)..<Int((from + 0.1) * 48_000)].map(abs).max() ?? 0
    }
    let once = try mix(film(file, seconds: 1) { $0.speed = 2 })
    #expect(level(once, 0.1) > 0.4 && level(once, 0.4) < 0.01)
    let looped = try mix(
      film(file, seconds: 1) {
        $0.speed = 2
        $0.loops = true
      })
    #expect((0..<9).allSatisfy { level(looped, Double($0) / 10) > 0.3 })
  }

  // MARK: - Levels

  static let curves: [(curve: FadeCurve, half: Float)] = [
    (.linear, 0.5), (.smooth, 0.5), (.equalPower, 0.7071), (.logarithmic, 0.0316),
  ]

  @Test("a fade has the form that its name says", arguments: curves)
  func fades(curve: FadeCurve, half: Float) throws {
    let mixed = left(
      try mix(
        film(try constant(), seconds: 2) {
          $0.fadeIn = ms(1000)
          $0.fadeOut = ms(1000)
          $0.fadeCurve = curve
        }))
    #expect(abs(mixed[0]) < 0.001)
    #expect(abs(mixed[24_000] - 0.5 * half) < 0.002, "\(mixed[24_000])")
    #expect(abs(mixed[72_000] - 0.5 * half) < 0.002)
    #expect(abs(mixed[48_000] - 0.5) < 0.002)
    let rising = stride(from: 0, to: 48_000, by: 100).map { mixed[$0] }
    #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("two sounds that fade into each other by equal power stay equally loud")
  func equalPower() throws {
    // Two noises that have nothing to do with each other.
    let first = try sound("one.wav", "0.4*(random(1)*2-1)", seconds: 2)
    let second = try sound("two.wav", "0.4*(random(5)*2-1)", seconds: 2)
    var leaving = AudioClip(source: first, at: .zero, duration: ms(1500), fadeOut: ms(1000))
    var coming = AudioClip(source: second, at: ms(500), duration: ms(1500), fadeIn: ms(1000))
    leaving.fadeCurve = .equalPower
    coming.fadeCurve = .equalPower
    let mixed = left(
      try mix(film([AudioTrack(name: "a", clips: [leaving, coming])], seconds: 2)))
    let powers = stride(from: 0, to: 96_000, by: 9600).map { start in
      10 * log10(mixed[start..<start + 9600].reduce(0) { $0 + Double($1 * $1) } / 9600)
    }
    #expect((powers.max() ?? 0) - (powers.min() ?? 0) < 1, "\(powers)")
  }

  @Test("gain keyframes are followed without a step, whatever the blocks")
  func gainKeys() throws {
    let timeline = film(try constant(), seconds: 3) {
      $0.gainKeys = [
        Keyframe(at: ms(500), value: 0), Keyframe(at: ms(1500), value: -20, easing: .smooth),
        Keyframe(at: ms(2000), value: -60), Keyframe(at: ms(2500), value: 0, easing: .hold),
      ]
    }
    let mixed = left(try mix(timeline))
    for (second, decibels) in [(0.2, 0.0), (1.0, -10), (1.6, -28), (2.7, 0)] {
      let expected = 0.5 * pow(10, decibels / 20)
      #expect(abs(Double(mixed[Int(second * 48_000)]) - expected) < 0.004, "\(second)")
    }
    #expect(mixed[Int(2.2 * 48_000)] == 0)
    // The steps of the way down are too small to be heard.
    let steps = zip(mixed[..<95_000], mixed[1..<95_001]).map { abs($0 - $1) }
    #expect((steps.max() ?? 1) < 0.0001)
    let others = left(try mix(timeline, block: 777))
    #expect(zip(mixed, others).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("ducking goes down before the words, stays, comes back, and has no corner")
  func duck() throws {
    let words = try sound("words.wav", "0", seconds: 1)
    let music = AudioTrack(
      name: "music",
      clips: [AudioClip(source: try constant(seconds: 4), at: .zero, duration: ms(4000))],
      duck: Duck(under: "words", by: 18, attack: ms(400), release: ms(1000)))
    let speech = AudioTrack(
      name: "words", clips: [AudioClip(source: words, at: ms(1500), duration: ms(500))])
    let mixed = left(try mix(film([music, speech], seconds: 4)))
    let decibels = stride(from: 0, to: 192_000, by: 480).map {
      20 * log10(Double(max(mixed[$0], 1e-9)) / 0.5)
    }
    // One value each 10 ms.
    #expect(decibels[...109].allSatisfy { abs($0) < 0.01 })
    #expect(decibels[151...199].allSatisfy { abs($0 + 18) < 0.01 })
    #expect(decibels[301...].allSatisfy { abs($0) < 0.01 })
    #expect(abs(decibels[130] + 9) < 0.2)
    #expect(abs(decibels[250] + 9) < 0.2)
    // The slope is gentle and changes gently: nothing to be heard where a ramp begins or ends.
    let slopes = zip(decibels, decibels.dropFirst()).map { $1 - $0 }
    #expect((slopes.map(abs).max() ?? 9) < 18.0 / 40 * 1.52)
    let bends = zip(slopes, slopes.dropFirst()).map { abs($1 - $0) }
    #expect((bends.max() ?? 9) < 0.08, "\(bends.max() ?? 9)")
    #expect(zip(mixed, mixed.dropFirst()).allSatisfy { abs($0 - $1) < 0.001 })
  }

  // MARK: - Loudness

  /// What FFmpeg's own meter says: LUFS and dBTP.
  private func measure(_ mixed: [Float], rate: Int = 48_000) throws -> (
    loudness: Double, peak: Double
  ) {
    let url = samples.url("measured.wav")
    let writer = try WAVWriter(url, sampleRate: rate, channels: 2)
    try mixed.withUnsafeBufferPointer { try writer.append($0) }
    try writer.close()
    let text = try command(
      "ffprobe",
      [
        "-v", "error", "-f", "lavfi", "-i", "amovie=\(url.path),ebur128=metadata=1:peak=true",
        "-show_entries", "frame_tags=lavfi.r128.I,lavfi.r128.true_peak", "-of", "json",
      ])
    let json = try JSONSerialization.jsonObject(with: text) as? [String: Any]
    let frames = json?["frames"] as? [[String: Any]] ?? []
    let tags = frames.compactMap { $0["tags"] as? [String: String] }
    let loudness = tags.last?["lavfi.r128.I"].flatMap(Double.init) ?? .nan
    let peak = tags.compactMap { $0["lavfi.r128.true_peak"].flatMap(Double.init) }.max() ?? .nan
    return (loudness, 20 * log10(peak))
  }

  static let sounds: [(name: String, expression: String)] = [
    ("a tone", "0.1*sin(440*2*PI*t)|0.1*sin(440*2*PI*t)"),
    ("noise on one side", "0.2*(random(1)*2-1)|0"),
    ("loud and quiet by turns", "(0.02+0.3*lt(mod(t,2),0.7))*(random(1)*2-1)|0.1*sin(90*2*PI*t)"),
  ]

  @Test("our meter agrees with FFmpeg's", arguments: sounds)
  func meter(name: String, expression: String) throws {
    let mixed = try mix(film(try sound("m.wav", expression, seconds: 4), seconds: 4))
    var meter = LoudnessMeter(sampleRate: 48_000)
    meter.add(mixed)
    let expected = try measure(mixed).loudness
    #expect(abs((meter.integrated ?? 0) - expected) < 0.1, "\(name): \(expected)")
  }

  @Test("silence has no loudness, and the meter needs no whole block")
  func silence() {
    var meter = LoudnessMeter(sampleRate: 48_000)
    #expect(meter.integrated == nil)
    meter.add([Float](repeating: 0, count: 96_000))
    #expect(meter.integrated == nil)
    var short = LoudnessMeter(sampleRate: 48_000)
    short.add((0..<9600).map { Float(sin(Double($0 / 2) * 0.13)) })
    #expect((short.integrated ?? -99) > -6)
  }

  @Test("a film gets the loudness that is wanted", arguments: sounds, [-23.0, -14])
  func target(sound: (name: String, expression: String), wanted: Double) throws {
    var timeline = film(try self.sound("m.wav", sound.expression, seconds: 4), seconds: 4)
    timeline.loudness = Loudness(target: wanted, truePeak: -1)
    let found = try measure(try mix(timeline))
    #expect(abs(found.loudness - wanted) < 0.5, "\(sound.name): \(found)")
    #expect(found.peak <= -1, "\(sound.name): \(found)")
  }

  @Test("peaks between samples are held under the ceiling, without a step of the level")
  func ceiling() throws {
    // A tone at a quarter of the rate whose peaks lie between its samples, and clicks.
    let file = try sound(
      "peaks.wav",
      "0.3*sin(2*PI*12000*t+PI/4)+0.6*sin(2*PI*200*t)*lt(mod(t,1),0.05)|0.02*(random(1)*2-1)",
      seconds: 3)
    var timeline = film(file, seconds: 3)
    timeline.loudness = Loudness(target: -12, truePeak: -3)
    let mixed = try mix(timeline)
    let found = try measure(mixed)
    #expect(abs(found.loudness + 12) < 0.5, "\(found)")
    #expect(found.peak <= -3 && found.peak > -4.5, "\(found)")
    // The same film in other blocks is the same.
    let others = try mix(timeline, block: 333)
    #expect(zip(mixed, others).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("while the loudness is measured it is said how far that is, and it can be given up")
  func measuring() throws {
    var timeline = film(try sound("t.wav", "0.5*sin(2*PI*200*t)", seconds: 3), seconds: 3)
    timeline.loudness = Loudness(target: -4, truePeak: -6)
    let flag = CancellationFlag()
    func said(until limit: MediaTime) throws -> [MediaTime] {
      let said = Locked<[MediaTime]>([])
      let mixer = AudioMixer(
        timeline, sources: SourceFiles(studio.sources), cancellation: flag
      ) { time in
        said.withLock { $0.append(time) }
        if time >= limit { flag.raise() }
      }
      var block = [Float](repeating: 0, count: 2048)
      do throws(MediaError) { try mixer.mix(into: &block, at: 0) } catch {
        #expect(flag.isRaised && error.reason == .cancelled)
      }
      return said.withLock { $0 }
    }
    let all = try said(until: MediaTime(seconds: 1000))
    #expect(all == all.sorted() && Set(all).count == all.count)
    // Peaks have to be held down, so that it is listened to more than once.
    #expect(all.count >= 60 && all.last ?? .zero >= MediaTime(seconds: 6))
    let some = try said(until: MediaTime(seconds: 2))
    #expect(some.last == MediaTime(seconds: 2))
  }

  @Test("a silent film stays silent")
  func silentFilm() throws {
    var timeline = film(try sound("s.wav", "0", seconds: 1), seconds: 1)
    timeline.loudness = Loudness()
    #expect(try mix(timeline).allSatisfy { $0 == 0 })
  }

  // MARK: - Sources

  @Test("each channel of 5.1 is heard where it belongs, and the deep one not at all")
  func surround() throws {
    // FL FR FC LFE BL BR
    for (index, sides) in [
      (0, (true, false)), (1, (false, true)), (2, (true, true)), (3, (false, false)),
      (4, (true, false)), (5, (false, true)),
    ] {
      let channels = (0..<6).map { $0 == index ? "0.5*sin(500*2*PI*t)" : "0" }
      let file = try studio.use(
        samples.make(
          "s\(index).wav", "-f", "lavfi", "-i",
          "aevalsrc='\(channels.joined(separator: "|"))':c=5.1:s=48000:d=0.3"))
      let mixed = try mix(film(file, seconds: 0.3))
      let left = left(mixed).map(abs).max() ?? 0
      let right = stride(from: 1, to: mixed.count, by: 2).map { abs(mixed[$0]) }.max() ?? 0
      #expect((left > 0.05) == sides.0, "channel \(index): \(left)")
      #expect((right > 0.05) == sides.1, "channel \(index): \(right)")
    }
  }
}
