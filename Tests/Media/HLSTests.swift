import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("HLS packages", .blocking, .timeLimit(.minutes(10)))
struct HLSTests {
  let studio: Studio
  var samples: Samples { studio.samples }
  let folder: URL

  init() throws {
    studio = try Studio()
    folder = studio.samples.url("hls 100% [a]")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func film(seconds: Double, rate: FrameRate = FrameRate(25), sound: Bool = true) throws
    -> Timeline
  {
    let file = try studio.use(samples.film("src.mp4", seconds: 2))
    var canvas = Studio.canvas
    canvas.frameRate = rate
    let duration = MediaTime(seconds: seconds)
    let clip = Clip(source: .file(file), at: .zero, duration: duration, loops: true)
    let heard = AudioClip(source: file, at: .zero, duration: duration, loops: true)
    return studio.film(
      [clip], seconds: seconds, canvas: canvas,
      tracks: sound ? [AudioTrack(name: "a", clips: [heard])] : [])
  }

  @discardableResult
  private func build(_ timeline: Timeline, segment: Double = 1) throws -> RenderReport {
    try studio.render(
      timeline,
      encoding: Encoding(
        quality: 23, preset: .veryfast, segmentDuration: MediaTime(seconds: segment)),
      to: [.hls(folder)])
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  private var segments: [URL] {
    get throws {
      try text("video.m3u8").split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map { folder.appendingPathComponent(String($0)) }
    }
  }

  private var lengths: [Double] {
    get throws {
      try text("video.m3u8").split(separator: "\n").filter { $0.hasPrefix("#EXTINF:") }
        .compactMap { Double($0.dropFirst(8).dropLast()) }
    }
  }

  private func packets(_ url: URL, _ stream: String) throws -> [[String: Any]] {
    try ffprobe(url, "-select_streams", stream, "-show_packets")["packets"] as? [[String: Any]]
      ?? []
  }

  @Test(
    "the media playlist tells every segment with its exact length",
    arguments: [
      (FrameRate(25), 3.4, [1, 1, 1, 0.4]), (FrameRate(30), 2.0, [1, 1]),
      (FrameRate(30_000, per: 1001), 2.5, [1.001, 1.001, 0.5005]), (FrameRate(24), 0.5, [0.5]),
    ])
  func mediaPlaylist(rate: FrameRate, seconds: Double, expected: [Double]) throws {
    let report = try build(film(seconds: seconds, rate: rate))
    let lengths = try lengths
    #expect(lengths.count == expected.count)
    for (found, wanted) in zip(lengths, expected) { #expect(abs(found - wanted) < 0.000_002) }
    let playlist = try text("video.m3u8")
    for line in [
      "#EXTM3U\n", "#EXT-X-VERSION:6\n", "#EXT-X-TARGETDURATION:1\n", "#EXT-X-PLAYLIST-TYPE:VOD\n",
      "#EXT-X-INDEPENDENT-SEGMENTS\n", "#EXT-X-ENDLIST\n",
    ] {
      #expect(playlist.contains(line))
    }
    #expect(report.videoEncoders == 1)
    let package = try #require(report.packages.first)
    #expect(package.segmentCount == expected.count)
    #expect(
      Set(package.files) == Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)))
  }

  @Test(
    "each segment can be played by itself: tables first, then an IDR frame, sound that belongs to it"
  )
  func independent() throws {
    try build(film(seconds: 3.4))
    var first = 10.0
    for (url, length) in zip(try segments, try lengths) {
      let bytes = try Data(contentsOf: url)
      #expect(bytes.count % 188 == 0)
      #expect(bytes[0] == 0x47)
      // Packet identifiers: first the service or program table, never the picture.
      let firsts = [0, 1, 2].map { Int(bytes[$0 * 188 + 1] & 0x1F) << 8 | Int(bytes[$0 * 188 + 2]) }
      #expect(firsts.contains(0) && firsts.contains(0x1000))
      let pictures = try packets(url, "v")
      #expect((pictures.first?["flags"] as? String)?.hasPrefix("K") == true)
      #expect(pictures.filter { ($0["flags"] as? String)?.hasPrefix("K") == true }.count == 1)
      #expect(abs(seconds(pictures.first?["pts_time"]) - first) < 0.001)
      #expect(pictures.count == Int((length * 25).rounded()))
      let sound = try packets(url, "a").map { seconds($0["pts_time"]) }
      #expect(abs((sound.first ?? 0) - first) < 0.0225)
      #expect((sound.last ?? 0) < first + length)
      // Decodes alone without a complaint.
      let complaint = try command(
        "sh", ["-c", "ffmpeg -v warning -i \"$0\" -f null - 2>&1", url.path])
      #expect(complaint.isEmpty, "\(String(decoding: complaint, as: UTF8.self))")
      first += length
    }
  }

  @Test("the master playlist says what a client must know")
  func master() throws {
    try build(film(seconds: 3))
    let master = try text("master.m3u8")
    let lengths = try lengths
    let sizes = try segments.map { Double(try Data(contentsOf: $0).count) * 8 }
    let peak = zip(sizes, lengths).map { $0 / $1 }.max() ?? 0
    let average = sizes.reduce(0, +) / lengths.reduce(0, +)
    let pattern = /[:,]([A-Z-]+)=("[^"]*"|[^,\n]*)/
    let attributes = Dictionary(
      master.matches(of: pattern).map { (String($0.1), String($0.2)) }
    ) { first, _ in first }
    #expect(attributes["BANDWIDTH"].flatMap(Double.init) == peak.rounded(.up))
    #expect(attributes["AVERAGE-BANDWIDTH"].flatMap(Double.init) == average.rounded(.up))
    #expect(attributes["RESOLUTION"] == "160x90")
    #expect(attributes["FRAME-RATE"] == "25.000")
    let codecs = attributes["CODECS"] ?? ""
    let level = try streams(try segments[0]).first?["level"] as? Int ?? 0
    #expect(
      codecs == "\"avc1.6400\(String(level, radix: 16, uppercase: true).leftPadded),mp4a.40.2\"")
    #expect(master.hasSuffix("\nvideo.m3u8\n"))
  }

  @Test("another program plays the whole package")
  func plays() throws {
    try build(film(seconds: 3.4))
    let url = folder.appendingPathComponent("master.m3u8")
    let complaint = try command(
      "sh", ["-c", "ffmpeg -v warning -i \"$0\" -f null - 2>&1", url.path])
    #expect(complaint.isEmpty, "\(String(decoding: complaint, as: UTF8.self))")
    let all =
      try ffprobe(url, "-count_packets", "-show_streams")["streams"] as? [[String: Any]] ?? []
    #expect(
      all.first { $0["codec_type"] as? String == "video" }?["nb_read_packets"] as? String == "85")
  }

  @Test("a film without sound or without a picture is packaged too")
  func oneStream() throws {
    try build(film(seconds: 2, sound: false))
    #expect(try lengths == [1, 1])
    #expect(try !text("master.m3u8").contains("mp4a"))
    #expect(try packets(segments[1], "v").count == 25)

    try FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var heard = try film(seconds: 3)
    heard.layers = []
    try build(heard)
    let lengths = try lengths
    #expect(lengths.count == 3)
    #expect(lengths.allSatisfy { abs($0 - 1) < 0.03 })
    #expect(abs(lengths.reduce(0, +) - 3) < 0.001)
    #expect(try text("master.m3u8").contains("CODECS=\"mp4a.40.2\""))
    #expect(try !text("master.m3u8").contains("RESOLUTION"))
  }

  @Test("HLS and MP4 hold the same packets of one encode")
  func sameEncode() throws {
    let mp4 = samples.url("same.mp4")
    let report = try studio.render(
      film(seconds: 2), encoding: Encoding(segmentDuration: ms(1000)),
      to: [.hls(folder), .file(mp4, .mp4)])
    #expect(report.videoEncoders == 1)
    #expect(report.encodedFrames == 50)
    func pictures(_ url: URL) throws -> Data {
      try command("ffmpeg", ["-v", "error", "-i", url.path, "-map", "0:v", "-f", "framemd5", "-"])
    }
    func sums(_ text: Data) -> [String] {
      String(decoding: text, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        .compactMap {
          $0.split(separator: ",").last.map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }
    let first = sums(try pictures(mp4))
    #expect(first.count == 50)
    #expect(first == sums(try pictures(folder.appendingPathComponent("master.m3u8"))))
  }

  @Test("an MP4 begins with its index")
  func fastStart() throws {
    let mp4 = samples.url("fast.mp4")
    try studio.render(film(seconds: 1), to: [.file(mp4, .mp4)])
    let bytes = try Data(contentsOf: mp4)
    let index = try #require(bytes.range(of: Data("moov".utf8)))
    let media = try #require(bytes.range(of: Data("mdat".utf8)))
    #expect(index.lowerBound < media.lowerBound)
  }
}

extension String {
  fileprivate var leftPadded: String { count < 2 ? "0" + self : self }
}
