import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

/// Films rendered in chunks, looked at with other programs.
@Suite("Films in chunks", .blocking, .timeLimit(.minutes(10)))
struct DividedRenderTests {
  let bench: ChunkBench
  var samples: Samples { bench.samples }

  init() throws { bench = try ChunkBench() }

  @Test(
    "no frame is missing, doubled or out of place at any seam, in MP4 and in HLS",
    arguments: [
      (FrameRate(25), 46.2), (FrameRate(30_000, per: 1001), 21.3), (FrameRate(24), 12.0),
      (FrameRate(50), 4.02),
    ])
  func everyFrame(rate: FrameRate, length: Double) async throws {
    let film = try bench.numbered(length, rate: rate)
    let (mp4, hls) = (samples.url("out.mp4"), try bench.folder("hls"))
    let report = try await bench.render(film, to: [.file(mp4, .mp4), .hls(hls)])
    #expect(report.chunks > 0 && report.renderedChunks == report.chunks)
    #expect(report.encodedFrames == film.frameCount)
    let expected = Array(0..<film.frameCount)
    #expect(try bench.numbers(mp4) == expected)
    #expect(try bench.numbers(hls.appendingPathComponent("master.m3u8")) == expected)

    let packets = try bench.packets(mp4, "v")
    #expect(packets.count == film.frameCount)
    let decoding = packets.compactMap { $0["dts"] as? Int }
    #expect(zip(decoding, decoding.dropFirst()).allSatisfy { $0 < $1 })
    let steps = Set(zip(decoding, decoding.dropFirst()).map { $1 - $0 })
    #expect(steps.count == 1)
    #expect(
      packets.allSatisfy { ($0["dts"] as? Int ?? .max) <= ($0["pts"] as? Int ?? .min) })
    let shown = packets.compactMap { $0["pts"] as? Int }.sorted()
    #expect(shown.first == 0 && Set(zip(shown, shown.dropFirst()).map { $1 - $0 }) == steps)
  }

  @Test("the sound has every sample, and its packets follow each other without a gap")
  func sound() async throws {
    let film = try bench.numbered(13.37)
    let (mp4, hls) = (samples.url("out.mp4"), try bench.folder("hls"))
    try await bench.render(film, to: [.file(mp4, .mp4), .hls(hls)])
    let samplesExpected = Int((film.duration.seconds * 48_000).rounded())
    var count = 0
    try AudioDecoder.decode(mp4, as: "out.mp4", sampleRate: 48_000, channels: 2) {
      count += $0.count / 2
    }
    // The decoder gives the last packet whole; how much of it counts is said by its duration.
    #expect((samplesExpected..<samplesExpected + 1024).contains(count))
    let packets = try bench.packets(mp4, "a")
    let inFile = packets.compactMap { $0["pts"] as? Int }
    #expect((inFile.last ?? 0) + (packets.last?["duration"] as? Int ?? 0) == samplesExpected)
    #expect(Set(zip(inFile, inFile.dropFirst()).map { $1 - $0 }) == [1024])
    let inSegments = try bench.segments(hls).flatMap { try bench.packets($0, "a") }
    #expect(inSegments.count == inFile.count)
    let times = inSegments.map { seconds($0["pts_time"]) }
    for (time, next) in zip(times, times.dropFirst()) {
      #expect(abs(next - time - 1024.0 / 48_000) < 0.000_03)
    }
  }

  @Test("every segment begins with the same parameter sets and an IDR frame, and decodes alone")
  func independent() async throws {
    let film = try bench.numbered(18)
    let hls = try bench.folder("hls")
    try await bench.render(film, segment: 2000, to: [.hls(hls)])
    let segments = try bench.segments(hls)
    #expect(segments.count == 9)
    var sets: Set<Data> = []
    for url in segments {
      let kinds = try bench.units(url, "7-8")
      sets.insert(kinds)
      // Nothing but parameter sets and extra information comes before the IDR frame.
      let all = try bench.unitTypes(url)
      #expect(all.first { $0 == 5 || $0 == 1 } == 5)
      #expect(all.filter { $0 == 5 }.count == 1)
      let complaint = try command(
        "sh", ["-c", "ffmpeg -v warning -i \"$0\" -f null - 2>&1", url.path])
      #expect(complaint.isEmpty, "\(String(decoding: complaint, as: UTF8.self))")
    }
    #expect(sets.count == 1)
    #expect(sets.first?.isEmpty == false)
  }

  @Test("chunks look like an undivided encode and are hardly larger")
  func quality() async throws {
    let file = try bench.services.add(
      samples.make(
        "busy.mp4", "-f", "lavfi", "-i", "mandelbrot=size=320x180:rate=25:end_scale=0.3,boxblur=1",
        "-t", "26", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12"))
    var film = try bench.numbered(26, sound: false)
    film.canvas.size = PixelSize(width: 320, height: 180)
    film.layers = [
      Layer(clips: [Clip(source: .file(file), at: .zero, duration: film.duration)])
    ]
    let (whole, divided) = (samples.url("whole.mp4"), samples.url("divided.mp4"))
    let encoding = Encoding()
    let report = try await bench.render(film, encoding: encoding, to: [.file(divided, .mp4)])
    #expect(report.chunks == 5)
    try bench.undivided(film, encoding: encoding, to: whole)
    let text = String(
      decoding: try command(
        "sh",
        [
          "-c", "ffmpeg -v info -i \"$0\" -i \"$1\" -lavfi ssim -f null - 2>&1", divided.path,
          whole.path,
        ]), as: UTF8.self)
    let ssim = text.firstMatch(of: /All:([0-9.]+)/).flatMap { Double($0.1) }
    #expect((ssim ?? 0) >= 0.99, "\(text)")
    func size(_ url: URL) throws -> Int {
      try bench.packets(url, "v").reduce(0) { $0 + (Int($1["size"] as? String ?? "") ?? 0) }
    }
    let share = Double(try size(divided)) / Double(try size(whole))
    #expect(share <= 1.03, "\(share)")
    #expect(share > 0.9)
  }

  @Test("an MP4 has its index in front, with little room left over", arguments: [0.2, 7, 40])
  func index(length: Double) async throws {
    let film = try bench.numbered(length)
    let url = samples.url("out.mp4")
    try await bench.render(film, to: [.file(url, .mp4)])
    let boxes = try bench.boxes(url)
    #expect(boxes.map(\.name).prefix(2) == ["ftyp", "moov"])
    #expect(boxes.last?.name == "mdat")
    let room = boxes.filter { $0.name == "free" }.reduce(0) { $0 + $1.size }
    #expect(room < 2000 + film.frameCount * 12, "\(boxes)")
  }

  @Test(
    "segments can be played while the rest is rendered, and the playlist never names one too early")
  func early() async throws {
    let film = try bench.numbered(46.2)
    let hls = try bench.folder("hls")
    let seen = Locked<[Sighting]>([])
    // The fifth chunk is not begun before a segment can be played.
    let services = PatientServices(bench.services, holdingBack: "chunk 5")
    _ = try await services.context().render(
      film, encoding: Encoding(preset: .ultrafast), outputs: [.hls(hls)]
    ) { segment in
      seen.withLock { $0.append(Sighting(segment)) }
      services.goOn()
    }
    let sightings = seen.withLock { $0 }
    #expect(sightings.map(\.index) == Array(0..<12))
    for sighting in sightings {
      #expect(sighting.named.count == sighting.index + 1)
      #expect(sighting.missing.isEmpty)
      let isLast = sighting.index == 11
      #expect(sighting.playlist.contains("#EXT-X-PLAYLIST-TYPE:\(isLast ? "VOD" : "EVENT")\n"))
      #expect(sighting.playlist.contains("#EXT-X-ENDLIST") == isLast)
      #expect(sighting.playlist.contains("#EXT-X-TARGETDURATION:4\n"))
    }
    #expect(services.heldBack)
  }

  /// What could be seen of a package at the moment when a segment was ready.
  private struct Sighting {
    let index: Int
    let playlist: String
    let named: [String]
    let missing: [String]

    init(_ segment: ReadySegment) {
      index = segment.index
      let text = (try? String(contentsOf: segment.playlist, encoding: .utf8)) ?? ""
      playlist = text
      named = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
      missing = named.filter { name in
        let file = segment.file.deletingLastPathComponent().appendingPathComponent(name)
        return ((try? Data(contentsOf: file))?.count ?? 0) == 0
      }
    }
  }

  @Test("stretches that look alike are rendered once")
  func alike() async throws {
    let still = try bench.services.add(
      samples.make("s.png", "-f", "lavfi", "-i", "testsrc2=size=160x90", "-frames:v", "1"))
    var film = try bench.numbered(60, sound: false)
    film.layers = [
      Layer(clips: [Clip(source: .file(still), at: .zero, duration: film.duration)])
    ]
    let url = samples.url("out.mp4")
    let report = try await bench.render(film, to: [.file(url, .mp4)])
    #expect(report.chunks == 9)
    // Those of four seconds and those of eight.
    #expect(report.renderedChunks == 2)
    #expect(report.encodedFrames == 300)
    let complaint = try command(
      "sh", ["-c", "ffmpeg -v warning -i \"$0\" -f null - 2>&1", url.path])
    #expect(complaint.isEmpty, "\(String(decoding: complaint, as: UTF8.self))")
    #expect(try bench.packets(url, "v").count == 1500)
  }

  @Test("a film of sound alone, and a silent one")
  func oneStream() async throws {
    var film = try bench.numbered(9)
    film.layers = []
    let m4a = samples.url("out.m4a")
    let report = try await bench.render(film, to: [.file(m4a, .m4a)])
    #expect(report.chunks == 0 && report.samples == 9 * 48_000)
    let silent = try bench.numbered(9, sound: false)
    let mp4 = samples.url("out.mp4")
    try await bench.render(silent, to: [.file(mp4, .mp4)])
    #expect(try streams(mp4).count == 1)
    #expect(bench.services.madeParts.filter { $0 == "sound" }.count == 1)
  }

  @Test("what cannot be read is named, whichever part finds it first")
  func unreadable() async throws {
    var film = try bench.numbered(30)
    let wrong = try bench.services.add(Data("no sound".utf8), named: "words.wav")
    film.tracks[0].clips[0].source = wrong
    let error = await #expect(throws: MediaError.self) {
      try await bench.render(film, to: [.file(samples.url("out.mp4"), .mp4)])
    }
    #expect(error?.message.contains("`words.wav`") == true)
    #expect(!FileManager.default.fileExists(atPath: samples.url("out.mp4").path))
  }
}
