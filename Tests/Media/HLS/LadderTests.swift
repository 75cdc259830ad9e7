import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

/// One film in several renditions, looked at with other programs.
@Suite("Several renditions", .blocking, .timeLimit(.minutes(10)))
struct LadderTests {
  let bench: LadderBench
  var samples: Samples { bench.samples }

  init() throws { bench = try LadderBench() }

  private func film(_ length: Double, sound: Bool = true) throws -> Timeline {
    try bench.chunks.numbered(length, sound: sound)
  }

  /// What the frames of the rendition of half the size show.
  private func smallNumbers(_ url: URL) throws -> [Int] {
    let film = try Film(url, size: PixelSize(width: 88, height: 24))
    return (0..<film.frameCount).map { frame in
      (0..<11).reduce(0) { number, bit in
        number | (film.luma(frame, bit * 8 + 4, 12) > 125 ? 1 << bit : 0)
      }
    }
  }

  @Test(
    "each has every frame, and keyframes stand at the same times", arguments: SegmentFormat.allCases
  )
  func aligned(format: SegmentFormat) async throws {
    let package = try bench.package("hls")
    let settings = HLSSettings(format: format)
    try await bench.render(try film(14), to: [.hls(package.folder, settings)])
    let full = package.url("full/video.m3u8")
    let small = package.url("24p/video.m3u8")
    #expect(try bench.chunks.numbers(full) == Array(0..<350))
    #expect(try smallNumbers(small) == Array(0..<350))
    let times = try [full, small].map { url in
      try bench.chunks.packets(url, "v").filter {
        ($0["flags"] as? String)?.hasPrefix("K") == true
      }.map { seconds($0["pts_time"]) }
    }
    #expect(times[0].map { $0 - 10 } == [0, 4, 8, 12])
    #expect(times[0] == times[1])
    let lengths = try ["full", "24p"].map { try package.entries("\($0)/video.m3u8").map(\.seconds) }
    #expect(lengths[0] == [4, 4, 4, 2] && lengths[1] == lengths[0])
  }

  @Test("all are made from one pass over the film, in one go as well")
  func onePass() async throws {
    var film = try film(6)
    let cue = Cue(start: 0, end: 6000, lines: [[Cue.Word(text: "Words")]])
    film.captions = [CaptionLayer(captions: Captions(cues: [cue]), style: CaptionStyle())]
    let single = try await bench.render(
      film, [Rendition(quality: 20)], to: [.hls(bench.package("one").folder)])
    let several = try await bench.render(film, to: [.hls(bench.package("two").folder)])
    #expect(single.composedFrames == 150 && several.composedFrames == 150)
    #expect(several.decodedPictures == single.decodedPictures)
    #expect(several.frameCount == 150)
    #expect(several.encodedFrames == 300)
    #expect(several.chunks == 2 * single.chunks && several.renderedChunks == several.chunks)
    let last = try #require(bench.chunks.services.progress.last)
    #expect(last.done == 150 && last.total == 150)
  }

  @Test(
    "every segment of every one decodes alone", arguments: SegmentFormat.allCases)
  func independent(format: SegmentFormat) async throws {
    let package = try bench.package("hls")
    try await bench.render(
      try film(5), segment: 2000, to: [.hls(package.folder, HLSSettings(format: format))])
    var counts: [Int] = []
    for name in ["full", "24p"] {
      let map = try package.map("\(name)/video.m3u8")
      for entry in try package.entries("\(name)/video.m3u8") {
        let alone = samples.url("alone.\(format == .ts ? "ts" : "mp4")")
        try (map + Data(contentsOf: package.url(entry.path))).write(to: alone)
        #expect(try complaint(alone).isEmpty, "\(entry.path)")
        counts.append(try decodedSums(alone, "v").count)
        #expect(try bench.chunks.packets(alone, "a").isEmpty == (format == .fmp4))
      }
    }
    #expect(counts == [50, 50, 25, 50, 50, 25])
    if format == .fmp4 {
      let map = try package.map("audio/audio.m3u8")
      for entry in try package.entries("audio/audio.m3u8") {
        let alone = samples.url("alone.mp4")
        try (map + Data(contentsOf: package.url(entry.path))).write(to: alone)
        #expect(try complaint(alone).isEmpty, "\(entry.path)")
      }
    }
  }

  @Test(
    "the byte ranges of keyframes decode to exactly one picture each, the right one",
    arguments: SegmentFormat.allCases, [2000, 8000])
  func keyframes(format: SegmentFormat, segment: Int) async throws {
    let package = try bench.package("hls")
    try await bench.render(
      try film(10), [Rendition(quality: 10)], segment: segment,
      to: [.hls(package.folder, HLSSettings(format: format))])
    let map = try package.map("iframes.m3u8")
    #expect(!map.isEmpty)
    let step = min(segment / 1000, 4)
    var time = 0.0
    for entry in try package.entries("iframes.m3u8") {
      let range = try #require(entry.range)
      let bytes = try Data(contentsOf: package.url(entry.path))
      let alone = samples.url("key.\(format == .ts ? "ts" : "mp4")")
      try (map + bytes.subdata(in: range)).write(to: alone)
      #expect(try bench.chunks.numbers(alone) == [Int(time * 25)])
      time += entry.seconds
    }
    #expect(time == 10)
    #expect(try package.entries("iframes.m3u8").count == (10 + step - 1) / step)
    let playlist = try package.text("iframes.m3u8")
    #expect(playlist.contains("#EXT-X-I-FRAMES-ONLY\n"))
    #expect(playlist.contains("#EXT-X-TARGETDURATION:\(step)\n"))
    // Another program plays the list of them as a film of its own.
    #expect(try decodedSums(package.url("iframes.m3u8"), "v").count == (10 + step - 1) / step)
  }

  @Test("fragmented MP4 shows and sounds the same as MPEG-TS, and stays in step")
  func formats() async throws {
    let (ts, fmp4) = (try bench.package("ts"), try bench.package("fmp4"))
    let report = try await bench.render(
      try film(9),
      to: [.hls(ts.folder), .hls(fmp4.folder, HLSSettings(format: .fmp4))])
    for name in ["full", "24p"] {
      let sums = try decodedSums(ts.url("\(name)/video.m3u8"), "v")
      #expect(sums.count == 225)
      #expect(try decodedSums(fmp4.url("\(name)/video.m3u8"), "v") == sums)
    }
    let heard = try decodedSums(ts.url("full/video.m3u8"), "a")
    #expect(try decodedSums(fmp4.url("audio/audio.m3u8"), "a") == heard)
    #expect(try complaint(fmp4.url("master.m3u8")).isEmpty)
    let first = try #require(bench.chunks.packets(fmp4.url("full/video.m3u8"), "v").first)
    let sound = try #require(bench.chunks.packets(fmp4.url("audio/audio.m3u8"), "a").first)
    #expect(seconds(first["pts_time"]) == 10)
    #expect(abs(seconds(sound["pts_time"]) - (10 - 1024.0 / 48_000)) < 0.000_1)
    for (package, rendered) in zip([ts, fmp4], report.packages) {
      #expect(package.files == Set(rendered.files))
      #expect(rendered.files.count == Set(rendered.files).count)
      #expect(rendered.segmentCount == 3)
      let text = try package.text("master.m3u8")
      #expect(rendered.master?.text == text)
    }
    #expect(fmp4.files.contains("full/init.mp4") && fmp4.files.contains("audio/init.mp4"))
    #expect(fmp4.files.contains("24p/segment-00002.m4s"))
  }

  private func rate(_ package: Package, _ playlist: String) throws -> (peak: Double, mean: Double) {
    let entries = try package.entries(playlist)
    let bits = try entries.map { entry in
      Double(try entry.range?.count ?? Data(contentsOf: package.url(entry.path)).count) * 8
    }
    let peak = zip(bits, entries).map { $0 / $1.seconds }.max() ?? 0
    return (peak, bits.reduce(0, +) / entries.reduce(0) { $0 + $1.seconds })
  }

  @Test(
    "the master playlist says exactly what is in the package", arguments: SegmentFormat.allCases)
  func master(format: SegmentFormat) async throws {
    let package = try bench.package("hls")
    // All segments last the same, so that the peak is that of one of them.
    try await bench.render(
      try film(8),
      metadata: FilmMetadata(sessionData: [.init(id: "org.example.made", value: "v1")]),
      to: [.hls(package.folder, HLSSettings(format: format))])
    var expected = [
      "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS",
      "#EXT-X-SESSION-DATA:DATA-ID=\"org.example.made\",VALUE=\"v1\"",
    ]
    var sound = (peak: 0.0, mean: 0.0)
    if format == .fmp4 {
      sound = try rate(package, "audio/audio.m3u8")
      expected.append(
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio/audio.m3u8\""
      )
    }
    var keys: [String] = []
    for (name, size) in [("full", "176x48"), ("24p", "88x24")] {
      let level = try streams(package.url("\(name)/video.m3u8")).first?["level"] as? Int ?? 0
      let digits = String(level, radix: 16, uppercase: true)
      let codec = "avc1.6400" + (digits.count < 2 ? "0" + digits : digits)
      let (peak, mean) = try rate(package, "\(name)/video.m3u8")
      let group = format == .fmp4 ? ",AUDIO=\"audio\"" : ""
      expected.append(
        "#EXT-X-STREAM-INF:BANDWIDTH=\(whole(peak) + whole(sound.peak)),AVERAGE-BANDWIDTH=\(whole(mean) + whole(sound.mean)),CODECS=\"\(codec),mp4a.40.2\",RESOLUTION=\(size),FRAME-RATE=25.000\(group)"
      )
      expected.append("\(name)/video.m3u8")
      let key = try rate(package, "\(name)/iframes.m3u8")
      keys.append(
        "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=\(whole(key.peak)),AVERAGE-BANDWIDTH=\(whole(key.mean)),CODECS=\"\(codec)\",RESOLUTION=\(size),URI=\"\(name)/iframes.m3u8\""
      )
    }
    #expect(try package.text("master.m3u8") == (expected + keys).joined(separator: "\n") + "\n")
  }

  private func whole(_ rate: Double) -> Int { Int(rate.rounded(.up)) }

  @Test("whatever is named while the film is being made is there and complete")
  func growing() async throws {
    let package = try bench.package("hls")
    let failures = Failures()
    try await bench.render(
      try film(14), to: [.hls(package.folder)],
      segmentReady: { segment in
        guard let master = try? package.text("master.m3u8") else {
          return failures.add("no master with segment \(segment.index)")
        }
        var names: [String] = master.matches(of: /URI="([^"]*)"/).map { String($0.1) }
        for line in master.split(separator: "\n") where !line.hasPrefix("#") {
          names.append(String(line))
        }
        if names.count != 4 { failures.add("\(names)") }
        for name in names {
          for entry in (try? package.entries(name)) ?? [] {
            let size = (try? Data(contentsOf: package.url(entry.path)).count) ?? 0
            if size == 0 || size < entry.range?.upperBound ?? 0 { failures.add(entry.path) }
          }
          if (try? package.entries(name))?.isEmpty != false { failures.add(name) }
        }
        if (try? package.attributes("EXT-X-STREAM-INF"))?.count != 2 { failures.add("renditions") }
      })
    #expect(failures.all == [])
  }

  @Test("adding a rendition renders only that one, and the package is as if it was new")
  func added() async throws {
    let film = try film(9)
    try await bench.render(film, to: [.hls(bench.package("first").folder)])
    let before = bench.chunks.services.madeParts.count
    let more = LadderBench.renditions + [Rendition(height: 16, quality: 20)]
    let again = try bench.package("again")
    let report = try await bench.render(film, more, to: [.hls(again.folder)])
    let made = bench.chunks.services.madeParts.dropFirst(before)
    #expect(made.allSatisfy { $0.hasSuffix(" 16p") } && made.count == report.chunks / 3)
    #expect(report.renderedChunks == report.chunks / 3)
    #expect(report.encodedFrames == 225 && report.frameCount == 225)

    let fresh = try LadderBench()
    for file in film.sources {
      _ = try fresh.chunks.services.add(
        bench.chunks.services.contents(of: file), named: file.name)
    }
    let new = try fresh.package("new")
    try await fresh.render(film, more, cores: 1, to: [.hls(new.folder)])
    #expect(again.files == new.files)
    for file in new.files {
      #expect(try Data(contentsOf: again.url(file)) == Data(contentsOf: new.url(file)), "\(file)")
    }
  }

  @Test("renditions that differ in their names alone are encoded once")
  func twins() async throws {
    let package = try bench.package("hls")
    let twins = ["a", "b"].map { Rendition(height: 24, name: $0) }
    let report = try await bench.render(try film(3), twins, to: [.hls(package.folder)])
    #expect(report.encodedFrames == 75 && report.renderedChunks == 1)
    #expect(
      try Data(contentsOf: package.url("a/segment-00000.ts"))
        == Data(contentsOf: package.url("b/segment-00000.ts")))
  }

  @Test("files hold the rendition that is asked for, else the largest, with their tags")
  func files() async throws {
    let (large, small) = (samples.url("large.mp4"), samples.url("small.mp4"))
    let reversed = Array(LadderBench.renditions.reversed())
    let metadata = FilmMetadata(tags: ["title": "The sea", "comment": "digest ä 0123"])
    try await bench.render(
      try film(3), reversed, metadata: metadata,
      to: [.file(large, .mp4), .file(small, .mp4, rendition: "24p")])
    #expect(try streams(large).first?["height"] as? Int == 48)
    #expect(try streams(small).first?["height"] as? Int == 24)
    #expect(try smallNumbers(small) == Array(0..<75))
    let format = try ffprobe(large, "-show_format")["format"] as? [String: Any]
    let tags = try #require(format?["tags"] as? [String: String])
    #expect(tags["title"] == "The sea" && tags["comment"] == "digest ä 0123")
    #expect(try bench.chunks.boxes(large).map(\.name).prefix(2) == ["ftyp", "moov"])
    let again = samples.url("again.mp4")
    try await bench.render(try film(3), reversed, metadata: metadata, to: [.file(again, .mp4)])
    #expect(try Data(contentsOf: again) == Data(contentsOf: large))
  }

  @Test(
    "any shape is scaled to even sides, and pixels stay square",
    arguments: [
      (PixelSize(width: 90, height: 160), 80, PixelSize(width: 46, height: 80)),
      (PixelSize(width: 160, height: 90), 62, PixelSize(width: 110, height: 62)),
      (PixelSize(width: 400, height: 18), 16, PixelSize(width: 356, height: 16)),
    ])
  func shapes(canvas: PixelSize, height: Int, expected: PixelSize) async throws {
    var film = try film(2, sound: false)
    film.canvas.size = canvas
    film.layers[0].clips[0].fit = .stretch
    let package = try bench.package("hls")
    try await bench.render(
      film, [Rendition(), Rendition(height: height)], to: [.hls(package.folder)])
    let found = try #require(try streams(package.url("\(height)p/video.m3u8")).first)
    #expect(found["width"] as? Int == expected.width && found["height"] as? Int == expected.height)
    #expect(found["sample_aspect_ratio"] as? String == "1:1")
    #expect(found["color_space"] as? String == "bt709" && found["color_range"] as? String == "tv")
    let sizes = try package.attributes("EXT-X-STREAM-INF").map { $0["RESOLUTION"] ?? "" }
    #expect(sizes == [canvas.description, expected.description])
  }

  @Test(
    "a film without sound, and sound alone, in either format", arguments: SegmentFormat.allCases)
  func oneKind(format: SegmentFormat) async throws {
    let settings = HLSSettings(format: format)
    let silent = try bench.package("silent")
    try await bench.render(try film(5, sound: false), to: [.hls(silent.folder, settings)])
    #expect(!silent.files.contains { $0.hasPrefix("audio") })
    #expect(try !silent.text("master.m3u8").contains("mp4a"))
    #expect(try smallNumbers(silent.url("24p/video.m3u8")) == Array(0..<125))

    var heard = try film(9)
    heard.layers = []
    let sound = try bench.package("sound")
    let report = try await bench.render(heard, to: [.hls(sound.folder, settings)])
    #expect(report.encodedFrames == 0)
    #expect(try sound.entries("video.m3u8").count == 3)
    let total = try sound.entries("video.m3u8").reduce(0) { $0 + $1.seconds }
    #expect(abs(total - 9) < 0.001)
    let variant = try #require(try sound.attributes("EXT-X-STREAM-INF").first)
    #expect(variant["CODECS"] == "mp4a.40.2" && variant["RESOLUTION"] == nil)
    #expect(try sound.attributes("EXT-X-I-FRAME-STREAM-INF").isEmpty)
    #expect(try complaint(sound.url("master.m3u8")).isEmpty)
  }

  @Test("a highest bit rate holds, where the quality alone would take far more")
  func limited() async throws {
    let noise = try samples.make(
      "noise.mp4", "-f", "lavfi", "-i",
      "nullsrc=size=320x180:rate=25:d=9,geq=random(1)*255:128:128", "-c:v", "libx264", "-preset",
      "ultrafast", "-crf", "20")
    let file = try bench.chunks.services.add(noise)
    let film = Timeline(
      canvas: Canvas(size: PixelSize(width: 320, height: 180), frameRate: FrameRate(25)),
      duration: ms(8000),
      layers: [Layer(clips: [Clip(source: .file(file), at: .zero, duration: ms(8000))])])
    let package = try bench.package("hls")
    let limit = 600_000
    try await bench.render(
      film,
      [
        Rendition(quality: 20, name: "free"),
        Rendition(quality: 20, maxBitsPerSecond: limit, name: "limited"),
      ], to: [.hls(package.folder)])
    #expect(try rate(package, "free/video.m3u8").mean > 2 * Double(limit))
    let found = try rate(package, "limited/video.m3u8")
    // A buffer of a second may be full when a segment begins, and packets have headers.
    #expect(found.peak < Double(limit) * 1.25 * 1.08)
    #expect(found.mean > Double(limit) * 0.7)
    let declared = try package.attributes("EXT-X-STREAM-INF").map { $0["BANDWIDTH"] }
    #expect(declared[1].flatMap(Double.init) == found.peak.rounded(.up))
  }

  @Test(
    "what cannot be made is refused with a reason",
    arguments: [
      ([Rendition](), "1 to 12 renditions"),
      ([Rendition(height: 96)], "`96p` is larger than the film of 176x48"),
      ([Rendition(height: 24), Rendition(height: 24)], "two renditions are called `24p`"),
      ([Rendition(height: 24, name: "a"), Rendition(height: 24, name: "A")], "two renditions"),
      ([Rendition(height: 24, name: "../x")], "cannot be called `../x`"),
      ([Rendition(height: 24, name: "audio")], "cannot be called `audio`"),
      ([Rendition(height: 23)], "sides must be even"),
      ([Rendition(height: 8)], "at least 16"),
      ([Rendition(quality: 60)], "60.0 is not within 0 to 51"),
      ([Rendition(maxBitsPerSecond: 10)], "not within 50k to 1000M"),
    ])
  func refused(renditions: [Rendition], reason: String) async throws {
    let folder = try bench.package("hls").folder
    let error = await #expect(throws: MediaError.self) {
      try await bench.render(try film(1), renditions, to: [.hls(folder)])
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    #expect(Package(folder: folder).files == [])
  }

  @Test("a file cannot hold a rendition that there is not")
  func unknownRendition() async throws {
    let error = await #expect(throws: MediaError.self) {
      try await bench.render(
        try film(1), to: [.file(samples.url("x.mp4"), .mp4, rendition: "720p")])
    }
    #expect(error?.message.contains("`720p`, but there are only `full`, `24p`") == true)
  }
}

/// What went wrong in callbacks.
private final class Failures: Sendable {
  private let found = Locked<[String]>([])

  func add(_ text: String) { found.withLock { $0.append(text) } }
  var all: [String] { found.withLock { $0 } }
}
