import ComposeStage
import Foundation
import Media
import Pipeline
import TestSupport
import Testing

/// Sound of every kind, measured after it went through a film.
@Suite("Kinds of sound in a film", .timeLimit(.minutes(10)))
struct SoundSourceTests {
  let lab: FilmLab

  init() throws { lab = try FilmLab() }

  struct Kind {
    let name: String
    /// One expression for each channel.
    let channels: [String]
    var layout = ""
    var rate = 48_000
    var coding: [String] = []
    /// Decibels at which each side must be, relative to a tone of amplitude 0.5; nil for silence.
    let left: Double?
    let right: Double?
  }

  private static let tone = "0.5*sin(2*PI*500*t)"
  private static func surround(_ sounding: Int, of count: Int) -> [String] {
    (0..<count).map { $0 == sounding ? tone : "0" }
  }

  /// 5.1 as ITU-R BS.775 mixes it down, lowered by 1 + 2 * 0.707 so that it never clips.
  private static let kinds = [
    Kind(name: "stereo.wav", channels: [tone, tone], left: 0, right: 0),
    Kind(name: "left.flac", channels: [tone, "0"], left: 0, right: nil),
    Kind(name: "mono.wav", channels: [tone], left: 0, right: 0),
    Kind(name: "phone.wav", channels: [tone], rate: 8000, left: 0, right: 0),
    Kind(name: "cd.wav", channels: [tone, tone], rate: 44_100, left: 0, right: 0),
    Kind(name: "studio.wav", channels: [tone, tone], rate: 96_000, left: 0, right: 0),
    Kind(name: "wide.flac", channels: [tone, tone], rate: 192_000, left: 0, right: 0),
    Kind(
      name: "bytes.wav", channels: [tone], rate: 22_050, coding: ["-c:a", "pcm_u8"], left: 0,
      right: 0),
    Kind(
      name: "front.wav", channels: surround(0, of: 6), layout: "5.1", left: -7.66, right: nil),
    Kind(
      name: "centre.wav", channels: surround(2, of: 6), layout: "5.1", left: -10.66,
      right: -10.66),
    Kind(name: "deep.wav", channels: surround(3, of: 6), layout: "5.1", left: nil, right: nil),
    Kind(name: "back.wav", channels: surround(5, of: 6), layout: "5.1", left: nil, right: -10.66),
    Kind(
      name: "all.wav", channels: [String](repeating: tone, count: 6), layout: "5.1", left: 0,
      right: 0),
    Kind(
      name: "centre.ac3", channels: surround(2, of: 6), layout: "5.1",
      coding: ["-c:a", "ac3", "-b:a", "448k"], left: -10.66, right: -10.66),
  ]

  @Test("each kind is heard at its level, on its side and at its pitch")
  func levels() async throws {
    var arguments: [String] = []
    for kind in Self.kinds {
      let layout = kind.layout.isEmpty ? "" : ":c=\(kind.layout)"
      arguments += [
        "-f", "lavfi", "-i",
        "aevalsrc='\(kind.channels.joined(separator: "|"))':s=\(kind.rate):d=0.4\(layout)",
      ]
    }
    for (index, kind) in Self.kinds.enumerated() {
      arguments += ["-map", "\(index):a"] + kind.coding + ["@" + kind.name]
    }
    try await lab.make(arguments)
    let film = try await lab.film(
      Self.kinds.map { kind in
        .map([
          "background": .text("#000000"), "duration": .duration(.milliseconds(400)),
          "elements": .list([.map(["file": try lab.file(kind.name), "volume": .integer(1)])]),
        ])
      })
    let sound = try await lab.sound(film)
    for (index, kind) in Self.kinds.enumerated() {
      let middle = (index * 19_200 + 4800)..<(index * 19_200 + 14_400)
      for (side, samples, wanted) in [
        ("left", sound.left, kind.left), ("right", sound.right, kind.right),
      ] {
        try #require(samples.count >= middle.upperBound)
        let found = Self.level(samples[middle])
        if let wanted {
          #expect(abs(found - wanted) < 0.3, "\(kind.name), \(side): \(found) dB")
          let part = samples[middle]
          let crossings = zip(part, part.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
          #expect(abs(crossings - 100) <= 1, "\(kind.name), \(side): \(crossings)")
        } else {
          #expect(found < -45, "\(kind.name), \(side): \(found) dB")
        }
      }
    }
  }

  /// Relative to a tone of amplitude 0.5.
  private static func level(_ samples: ArraySlice<Float>) -> Double {
    let power = samples.reduce(0.0) { $0 + Double($1 * $1) } / Double(max(1, samples.count))
    return 10 * log10(max(power, 1e-12) / 0.125)
  }

  @Test("a file without sound is silent, and one without a picture is heard over what there is")
  func missing() async throws {
    try await lab.make([
      "-f", "lavfi", "-i", "color=red:size=96x64:rate=25:duration=0.4", "-f", "lavfi", "-i",
      "aevalsrc='\(Self.tone)':s=48000:d=0.4", "-map", "0:v", "-c:v",
      "libx264", "@mute.mp4", "-map", "1:a", "@sound.m4a",
    ])
    let film = try await lab.film([
      lab.scene("mute.mp4", milliseconds: 400),
      .map([
        "background": .text("#00FF00"), "audio": try lab.file("sound.m4a"),
        "duration": .duration(.milliseconds(400)),
      ]),
    ])
    let sound = try await lab.sound(film)
    #expect(Self.level(sound.left[2400..<16_800]) < -60)
    #expect(abs(Self.level(sound.left[24_000..<33_600])) < 0.3)
    let frames = try await ColourFrames(film)
    #expect(distance([frames.colour(12, x: 0.5, y: 0.5)], [[0, 255, 0]]) <= 3)
  }

  // MARK: - Mastered

  /// What FFmpeg's own meter says of a file: LUFS, and dBTP.
  private func measure(_ url: URL) async throws -> (loudness: Double, peak: Double) {
    let text = try await TestProgram.run(
      "ffmpeg",
      ["-nostdin", "-i", url.path, "-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-"]
    ).errors
    let summary = text.components(separatedBy: "Summary:").last ?? ""
    let loudness = summary.firstMatch(of: /I: +(-?[0-9.]+) LUFS/).flatMap { Double($0.1) }
    let peak = summary.firstMatch(of: /Peak: +(-?[0-9.]+) dBFS/).flatMap { Double($0.1) }
    return (loudness ?? .nan, peak ?? .nan)
  }

  @Test(
    "a film is as loud as wanted after encoding, and no peak is higher than allowed",
    arguments: [(-23.0, -1.0), (-16, -1.5), (-14, -3)])
  func loudness(target: Double, peak: Double) async throws {
    // Speech-like bursts of noise over a quiet tone, with clicks; nothing so high that AAC leaves it out.
    try await lab.make([
      "-f", "lavfi", "-i",
      "aevalsrc='0.25*(random(1)*2-1)*lt(mod(t,0.9),0.5)+0.03*sin(2*PI*220*t)"
        + "+0.7*lt(mod(t,1.3),0.0004)|0.2*(random(2)*2-1)*lt(mod(t,0.9),0.5)':s=44100:d=5,"
        + "lowpass=f=5000,lowpass=f=5000",
      "@speech.wav",
    ])
    let film = try await lab.film(
      [
        .map([
          "background": .text("#000000"), "duration": .duration(.seconds(5)),
          "elements": .list([.map(["file": try lab.file("speech.wav"), "volume": .integer(1)])]),
        ])
      ],
      with: ["loudness": .map(["target": .number(target), "peak": .number(peak)])])
    let found = try await measure(film)
    #expect(abs(found.loudness - target) <= 0.5, "\(found)")
    // The meter tells tenths.
    #expect(found.peak <= peak + 0.1, "\(found)")
  }

  @Test("music gives way before the words, stays down, and comes back after them")
  func ducking() async throws {
    try await lab.make([
      "-f", "lavfi", "-i", "aevalsrc='0.3*sin(2*PI*1000*t)':s=48000:d=6", "-f", "lavfi", "-i",
      "aevalsrc=0:s=48000:d=1.5", "-map", "0:a", "@music.wav", "-map", "1:a", "@words.wav",
    ])
    let outputs = try await StageSpec(Compose.self).run(
      with: [
        "scenes": .list([
          .map(["background": .text("#000000"), "duration": .duration(.seconds(2))]),
          .map([
            "background": .text("#000000"), "audio": try lab.file("words.wav"),
            "duration": .duration(.milliseconds(1500)),
          ]),
          .map(["background": .text("#000000"), "duration": .duration(.milliseconds(2500))]),
        ]),
        "frame-rate": .number(25), "lead": .duration(.zero), "tail": .duration(.zero),
        "size": .size(PixelSize(width: 96, height: 64)),
        "transition": .map(["duration": .duration(.zero)]), "music-volume": .number(1),
        "music-fade-out": .duration(.zero),
        "duck": .map([
          "by": .number(15), "attack": .duration(.milliseconds(400)),
          "release": .duration(.milliseconds(800)),
        ]),
      ], in: ["music": try lab.file("music.wav")], services: lab.services)
    guard case .video(.timeline(let timeline)) = outputs["video"] else {
      Issue.record("no timeline came out")
      return
    }
    let url = lab.folder.file("ducked.m4a")
    var heard = timeline
    heard.layers = []
    _ = try await lab.services.context().render(
      heard, encoding: Encoding(), outputs: [.file(url, .m4a)])
    let sound = try await lab.sound(url).left
    // Decibels in each 20 ms.
    let levels = stride(from: 0, to: 288_000 - 960, by: 960).map {
      Self.level(sound[$0..<$0 + 960]) - 20 * log10(0.6)
    }
    func at(_ seconds: Double) -> Double { levels[Int(seconds * 50)] }
    #expect(levels[2..<79].allSatisfy { abs($0) < 0.2 }, "before")
    #expect(abs(at(1.79) + 7.5) < 1, "half down in the middle of the attack: \(at(1.79))")
    #expect(levels[101..<174].allSatisfy { abs($0 + 15) < 0.3 }, "under the words")
    #expect(abs(at(3.89) + 7.5) < 1, "half up in the middle of the release: \(at(3.89))")
    #expect(levels[217..<295].allSatisfy { abs($0) < 0.2 }, "after")
    let steps = zip(levels, levels.dropFirst()).map { abs($1 - $0) }
    #expect((steps.max() ?? 99) < 1.5, "no step: \(steps.max() ?? 99)")
  }
}
