import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Rendering sound", .blocking, .timeLimit(.minutes(10)))
struct RenderSoundTests {
  let studio: Studio
  var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  /// A constant level, which survives AAC well enough to be measured as a tone's amplitude.
  private func tone(
    _ name: String = "tone.wav", level: Double = 0.5, seconds: Double = 1, rate: Int = 48_000
  ) throws -> FileReference {
    try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i", "aevalsrc=\(level)*sin(1000*2*PI*t):s=\(rate):d=\(seconds)"))
  }

  /// Peak of each 100 ms, of the left side.
  private func render(_ tracks: [AudioTrack], seconds: Double) throws -> [Double] {
    let url = samples.url("out.m4a")
    let timeline = Timeline(
      canvas: Studio.canvas, duration: MediaTime(seconds: seconds), tracks: tracks)
    let report = try studio.render(timeline, to: [.file(url, .m4a)])
    #expect(report.samples == Int(seconds * 48_000))
    #expect(report.videoEncoders == 0)
    var sound: [Float] = []
    try AudioDecoder.decode(url, as: "out.m4a", sampleRate: 48_000, channels: 2) {
      sound.append(contentsOf: $0)
    }
    return stride(from: 0, to: sound.count - 9599, by: 9600).map { start in
      Double(sound[start..<(start + 9600)].map(abs).max() ?? 0)
    }
  }

  private func clip(_ file: FileReference, at start: Int = 0, for length: Int) -> AudioClip {
    AudioClip(source: file, at: ms(start), duration: ms(length))
  }

  private func near(_ level: Double, _ expected: Double) -> Bool {
    abs(level - expected) < 0.03 + expected * 0.06
  }

  @Test("a sound is heard where it was put, silence elsewhere, at the exact length")
  func placed() throws {
    let peaks = try render(
      [AudioTrack(name: "a", clips: [clip(try tone(), at: 500, for: 1000)])], seconds: 2)
    #expect(peaks.count == 20)
    #expect(peaks[0..<4].allSatisfy { $0 < 0.02 })
    #expect(peaks[6..<14].allSatisfy { near($0, 0.5) })
    #expect(peaks[16...].allSatisfy { $0 < 0.02 })
  }

  @Test("gain, fades and the sum of tracks")
  func levels() throws {
    let file = try tone(seconds: 2)
    var quiet = clip(file, for: 1000)
    quiet.gain = -6.02
    var faded = clip(file, at: 1000, for: 1000)
    faded.fadeIn = ms(500)
    faded.fadeOut = ms(500)
    let peaks = try render([AudioTrack(name: "a", clips: [quiet, faded])], seconds: 2)
    #expect(near(peaks[5], 0.25))
    #expect(near(peaks[12], 0.3))
    #expect(near(peaks[14], 0.5))
    #expect(near(peaks[19], 0.1))
    let half = clip(try tone("half.wav", level: 0.3, seconds: 1), for: 1000)
    let sum = try render(
      [AudioTrack(name: "a", clips: [half]), AudioTrack(name: "b", clips: [half])], seconds: 1)
    #expect(near(sum[5], 0.6))
  }

  @Test("a sum beyond full scale is held softly")
  func limiter() throws {
    let loud = clip(try tone(level: 0.5), for: 1000)
    let tracks = (0..<3).map { AudioTrack(name: String($0), clips: [loud]) }
    let peaks = try render(tracks, seconds: 1)
    // AAC may overshoot what it was given by a little.
    #expect(peaks.allSatisfy { $0 < 1.2 })
    #expect(peaks[5] > 0.9)
  }

  @Test("a sound that is too short ends, or loops")
  func loops() throws {
    var short = clip(try tone(seconds: 0.3), for: 1000)
    #expect(try render([AudioTrack(name: "a", clips: [short])], seconds: 1)[6] < 0.02)
    short.loops = true
    #expect(
      try render([AudioTrack(name: "a", clips: [short])], seconds: 1).allSatisfy { near($0, 0.5) })
  }

  @Test(
    "a clip begins where it was told within its file, also far inside",
    arguments: ["s.wav", "s.mp3", "s.m4a", "s.ogg"])
  func sourceStart(name: String) throws {
    let file = try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i", "aevalsrc='0.5*sin(1000*2*PI*t)*gte(t,5.5)':s=44100:d=7"))
    var clip = clip(file, for: 1000)
    clip.sourceStart = ms(5000)
    let peaks = try render([AudioTrack(name: "a", clips: [clip])], seconds: 1)
    #expect(peaks[0..<4].allSatisfy { $0 < 0.05 })
    #expect(peaks[6...].allSatisfy { near($0, 0.5) })
  }

  @Test("music goes down before the narration, stays down between words and comes back after it")
  func ducking() throws {
    let music = AudioTrack(
      name: "music", clips: [clip(try tone("music.wav", seconds: 4), for: 4000)],
      duck: Duck(under: "narration", by: 20, attack: ms(200), release: ms(400)))
    let silence = try tone("quiet.wav", level: 0, seconds: 1)
    let narration = AudioTrack(
      name: "narration",
      clips: [clip(silence, at: 1000, for: 500), clip(silence, at: 1800, for: 500)])
    let peaks = try render([music, narration], seconds: 4)
    #expect(peaks[0..<7].allSatisfy { near($0, 0.5) })
    #expect(peaks[10..<22].allSatisfy { near($0, 0.05) })
    #expect(peaks[24] > 0.06 && peaks[24] < 0.4)
    #expect(peaks[28...].allSatisfy { near($0, 0.5) })
  }

  @Test("mono of 8 kHz plays at its speed and level")
  func lowRate() throws {
    let peaks = try render(
      [AudioTrack(name: "a", clips: [clip(try tone(rate: 8000), for: 1000)])], seconds: 1)
    #expect(peaks.allSatisfy { near($0, 0.5) })
  }

  @Test("a file without sound is told by its name")
  func noSound() throws {
    let file = try studio.use(samples.film("mute.mp4", sound: false))
    let error = #expect(throws: MediaError.self) {
      try render([AudioTrack(name: "a", clips: [clip(file, for: 500)])], seconds: 1)
    }
    #expect(error?.reason == .noSound)
    #expect(error?.message.contains("`mute.mp4`") == true)
  }

  @Test("picture and sound end together", arguments: [0.5, 1.0, 1.013, 2.345])
  func sameEnd(length: Double) throws {
    let sound = try tone(seconds: 3)
    let picture = Clip(source: .colour(red), at: .zero, duration: MediaTime(seconds: length))
    let timeline = studio.film(
      [picture], seconds: length,
      tracks: [AudioTrack(name: "a", clips: [clip(sound, for: 3000)])])
    for container in [Container.mp4, .mov, .mkv] {
      let url = samples.url("out.\(container.fileExtension)")
      try studio.render(timeline, to: [.file(url, container)])
      let info = try ffprobe(url, "-show_packets", "-show_streams")
      var ends: [Int: Double] = [:]
      for packet in info["packets"] as? [[String: Any]] ?? [] {
        let end = seconds(packet["pts_time"]) + seconds(packet["duration_time"])
        ends[packet["stream_index"] as? Int ?? -1, default: 0] = max(
          ends[packet["stream_index"] as? Int ?? -1, default: 0], end)
      }
      #expect(abs((ends[0] ?? 0) - (ends[1] ?? 9)) <= 0.0801, "\(container) \(ends)")
      if container != .mkv {
        #expect(abs((ends[0] ?? 0) - length) <= 0.0401, "\(container) \(ends)")
        #expect(abs((ends[1] ?? 0) - length) <= 0.001, "\(container) \(ends)")
      }
    }
  }

  @Test("sound is in step with the picture in MP4 and in HLS")
  func inStep() throws {
    // The picture turns white and the tone begins at 0.6 s.
    let file = try studio.use(
      samples.make(
        "s.wav", "-f", "lavfi", "-i", "aevalsrc='0.5*sin(1000*2*PI*t)*gte(t,0.6)':s=48000:d=2"))
    let timeline = studio.film(
      [
        Clip(source: .colour(.black), at: .zero, duration: ms(600)),
        Clip(source: .colour(.white), at: ms(600), duration: ms(1400)),
      ], seconds: 2, tracks: [AudioTrack(name: "a", clips: [clip(file, for: 2000)])])
    let folder = samples.url("hls")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let mp4 = samples.url("out.mp4")
    try studio.render(
      timeline, encoding: Encoding(segmentDuration: ms(1000)),
      to: [.file(mp4, .mp4), .hls(folder)])
    for url in [mp4, folder.appendingPathComponent("master.m3u8")] {
      let pcm = try command(
        "ffmpeg",
        [
          "-v", "error", "-i", url.path, "-map", "0:a", "-af", "aresample=async=1:first_pts=0",
          "-ac", "1", "-f", "s16le", "-",
        ])
      let levels = pcm.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
      let onset = levels.firstIndex { abs(Int($0)) > 4000 } ?? 0
      // Both streams of the transport stream are delayed alike; first_pts=0 counts from the first time stamp.
      #expect(abs(Double(onset) / 48_000 - 0.6) < 0.025, "\(url.lastPathComponent)")
      let film = try Film(url, size: timeline.canvas.size)
      #expect((0..<film.frameCount).firstIndex { film.luma($0, 80, 45) > 120 } == 15)
    }
  }
}
