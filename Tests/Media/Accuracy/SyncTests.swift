import Foundation
import Media
import Pipeline
import TestSupport
import Testing

/// Flashes of the picture and beeps of the sound that belong together, through films of several clips and chunks.
@Suite("Picture and sound together", .blocking, .timeLimit(.minutes(10)))
struct SyncTests {
  let bench: ChunkBench

  init() throws { bench = try ChunkBench() }

  static let size = PixelSize(width: 96, height: 64)
  /// Frames from one flash to the next.
  private static let period = 20

  /// A video that flashes for three frames every twenty, and beeps from the very sample at which each flash begins.
  private func flashing(
    _ name: String, rate: FrameRate, frames: Int, sound soundLength: Double? = nil,
    _ arguments: [String] = ["-c:a", "pcm_s16le"], offset: [String] = []
  ) async throws -> FileReference {
    let url = bench.samples.url(name)
    let step = Double(Self.period) / rate.framesPerSecond
    let length = Double(frames) / rate.framesPerSecond
    _ = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i",
        "color=black:size=12x8:rate=\(rate.numerator)/\(rate.denominator),format=yuv420p,"
          + "geq=lum='if(lt(mod(N,\(Self.period)),3),220,20)':cb=128:cr=128,"
          + "scale=96:64:flags=neighbor,trim=end_frame=\(frames)",
      ] + offset + [
        "-f", "lavfi", "-i",
        "aevalsrc='0.6*sin(2*PI*1000*mod(t,\(step)))*lt(mod(t+0.000001,\(step)),0.08)'"
          + ":s=48000:d=\(soundLength ?? length)",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "8",
      ] + arguments + [url.path])
    return try bench.services.add(url)
  }

  /// When flashes and beeps begin, in seconds.
  private func onsets(
    _ url: URL, rate: FrameRate
  ) async throws -> (flashes: [Double], beeps: [Double]) {
    let film = try await LumaFrames(url, size: Self.size)
    let bright = (0..<film.count).map { film.around($0, x: 48, y: 32) > 120 }
    let flashes = bright.indices.filter { bright[$0] && ($0 == 0 || !bright[$0 - 1]) }
      .map { (Double($0) / rate.framesPerSecond * 1e6).rounded() / 1e6 }
    // Sound that begins late in the file is put where it belongs.
    let sound = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-i", url.path, "-map", "0:a", "-ac", "1", "-ar", "48000", "-f", "s16le",
        "-",
      ]
    ).output.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    let probe = try ffprobe(url, "-show_entries", "stream=codec_type,start_time")
    let starts = (probe["streams"] as? [[String: Any]] ?? []).reduce(into: [String: Double]()) {
      $0[$1["codec_type"] as? String ?? ""] = seconds($1["start_time"])
    }
    let shift = (starts["audio"] ?? 0) - (starts["video"] ?? 0)
    var beeps: [Double] = []
    var last = -48_000
    for (index, sample) in sound.enumerated() where abs(Int(sample)) > 4000 {
      if index - last > 4800 { beeps.append(Double(index) / 48_000 + shift) }
      last = index
    }
    return (flashes, beeps)
  }

  private func expectTogether(
    _ url: URL, rate: FrameRate, flashes count: Int, within tolerance: Double = 0.002,
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let (flashes, beeps) = try await onsets(url, rate: rate)
    #expect(flashes.count == count, "\(flashes)", sourceLocation: location)
    #expect(beeps.count == count, "\(beeps)", sourceLocation: location)
    for (flash, beep) in zip(flashes, beeps) {
      #expect(
        abs(flash - beep) <= tolerance,
        "\(url.lastPathComponent): flash at \(flash), beep at \(beep)", sourceLocation: location)
    }
  }

  @Test(
    "a beep begins with its flash, from the first to the last, in MP4 and in HLS",
    arguments: [FrameRate(25), FrameRate(30_000, per: 1001), FrameRate(60)])
  func together(rate: FrameRate) async throws {
    let file = try await flashing("flash.mov", rate: rate, frames: 14 * Self.period)
    // Clips begin in the middle of their file; what follows a cut is heard at once.
    func clips(_ plan: [(at: Int, start: Int)], end: Int) -> [(Clip, AudioClip)] {
      plan.enumerated().map { index, clip in
        let until = index + 1 < plan.count ? plan[index + 1].at : end
        let (at, start) = (rate.time(ofFrame: clip.at), rate.time(ofFrame: clip.start))
        let duration = rate.time(ofFrame: until) - at
        return (
          Clip(source: .file(file), at: at, duration: duration, sourceStart: start),
          AudioClip(source: file, at: at, duration: duration, sourceStart: start)
        )
      }
    }
    let second = Int(rate.framesPerSecond.rounded())
    let end = second * 27 / 2
    let plan = clips(
      [(0, 0), (second * 39 / 10, 32), (second * 8 + 1, 2 * Self.period - 5), (second * 12, 11)],
      end: end)
    let film = Timeline(
      canvas: Canvas(size: Self.size, frameRate: rate), duration: rate.time(ofFrame: end),
      layers: [Layer(clips: plan.map(\.0))],
      tracks: [AudioTrack(name: "sound", clips: plan.map(\.1))])
    let (mp4, hls) = (bench.samples.url("out.mp4"), try bench.folder("hls"))
    let report = try await bench.render(
      film, encoding: Encoding(quality: 8, preset: .superfast, segmentDuration: ms(2000)),
      to: [.file(mp4, .mp4), .hls(hls)])
    #expect(report.chunks == 4)
    let count = try await onsets(mp4, rate: rate).flashes.count
    #expect(count >= end / Self.period - 4)
    try await expectTogether(mp4, rate: rate, flashes: count)
    try await expectTogether(
      hls.appendingPathComponent("master.m3u8"), rate: rate, flashes: count)
  }

  @Test(
    "a clip loops with its sound, be that as long, longer or shorter",
    arguments: [("s.mp4", 2.4), ("s.mp4", 2.9), ("s.mp4", 1.5), ("s.mkv", 2.4)])
  func loop(name: String, soundLength: Double) async throws {
    let rate = FrameRate(25)
    let file = try await flashing(
      name, rate: rate, frames: 60, sound: soundLength, ["-c:a", "aac", "-b:a", "128k"])
    let length = ms(9600)
    var sound = AudioClip(source: file, at: .zero, duration: length)
    sound.loops = true
    var picture = Clip(source: .file(file), at: .zero, duration: length)
    picture.loops = true
    let film = Timeline(
      canvas: Canvas(size: Self.size, frameRate: rate), duration: length,
      layers: [Layer(clips: [picture])], tracks: [AudioTrack(name: "a", clips: [sound])])
    let url = bench.samples.url("out.mp4")
    try await bench.render(film, to: [.file(url, .mp4)])
    let (flashes, beeps) = try await onsets(url, rate: rate)
    #expect(flashes == (0..<12).map { Double($0 * 8) / 10 })
    let heard = soundLength < 2 ? [0, 1] : [0, 1, 2]
    let expected = (0..<4).flatMap { round in heard.map { Double(round) * 2.4 + Double($0) * 0.8 } }
    #expect(beeps.count == expected.count, "\(beeps)")
    for (beep, time) in zip(beeps, expected) { #expect(abs(beep - time) < 0.004, "\(beeps)") }
  }

  static let containers: [(name: String, arguments: [String])] = [
    ("a.mp4", ["-c:a", "aac"]), ("a.mkv", ["-c:a", "aac"]), ("a.ts", ["-c:a", "aac"]),
    ("a.flv", ["-c:a", "aac", "-ar", "44100"]), ("a.webm", ["-c:v", "libvpx", "-c:a", "libopus"]),
    ("late.mkv", ["-c:a", "aac", "-output_ts_offset", "7.3"]),
    ("late.ts", ["-c:a", "aac", "-output_ts_offset", "500.01"]),
  ]

  @Test(
    "a file shows each of its pictures once and in time, whenever its clock begins",
    arguments: containers)
  func clocks(name: String, arguments: [String]) async throws {
    let rate = FrameRate(25)
    let file = try await flashing(name, rate: rate, frames: 50, arguments)
    let url = bench.samples.url("copy-\(name)")
    try bench.services.contents(of: file).write(to: url)
    let film = try Timeline(ofFile: file, info: MediaProbe.inspect(url, as: name))
    #expect(film.canvas.frameRate == rate)
    #expect(film.frameCount == 50, "\(film.duration.seconds)")
    let output = bench.samples.url("out.mp4")
    try await bench.render(film, to: [.file(output, .mp4)])
    let (flashes, beeps) = try await onsets(output, rate: rate)
    #expect(flashes == [0, 0.8, 1.6])
    #expect(beeps.count == 3)
    // WebM counts in milliseconds, and Opus begins between them.
    for (beep, time) in zip(beeps, flashes) { #expect(abs(beep - time) < 0.009, "\(beeps)") }
  }

  @Test("sound that begins later than the picture, or earlier, stays so")
  func offset() async throws {
    let rate = FrameRate(25)
    for (name, arguments, flash, beep) in [
      ("late.mov", ["-itsoffset", "0.4"], 0.8, 1.2),
      ("early.mkv", ["-itsoffset", "-0.4"], 1.2, 0.8),
    ] {
      let file = try await flashing(name, rate: rate, frames: 50, offset: arguments)
      let film = Timeline(
        canvas: Canvas(size: Self.size, frameRate: rate), duration: ms(2000),
        layers: [Layer(clips: [Clip(source: .file(file), at: .zero, duration: ms(2000))])],
        tracks: [
          AudioTrack(
            name: "a", clips: [AudioClip(source: file, at: .zero, duration: ms(2000))])
        ])
      let url = bench.samples.url("out-\(name).mp4")
      try await bench.render(film, to: [.file(url, .mp4)])
      let found = try await onsets(url, rate: rate)
      // The first picture is seen until the second one comes, however early the film begins.
      #expect(found.flashes.dropFirst().first == flash, "\(name): \(found)")
      #expect(abs((found.beeps.dropFirst().first ?? 9) - beep) < 0.003, "\(name): \(found)")
    }
  }
}
