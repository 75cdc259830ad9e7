import Foundation
import Media
import Pipeline
import SegmentStage
import TestSupport
import Testing

@Suite("segment: what can be played early, and what goes with a stream", .timeLimit(.minutes(2)))
struct SegmentStreamTests {
  let services: TestStageServices
  let folder: TestFolder

  init() throws {
    services = try TestStageServices()
    folder = try TestFolder()
  }

  private func run(_ film: Timeline, _ options: [String: Value]) async throws -> Segment.Outputs {
    var options = options
    options["duration"] = .text("1s")
    options["preset"] = .text("ultrafast")
    let values = try await StageSpec(Segment.self).run(
      with: options, in: ["video": .video(.timeline(film))], services: services)
    return try Segment.Outputs(values: values)
  }

  private func film(captioned: Bool = false) async throws -> Timeline {
    let clip = try await TestMedia.clip(folder.file("clip.mp4"), seconds: 3)
    let file = try services.add(clip)
    var film = try Timeline(ofFile: file, info: try await MediaProbe.probe(clip, as: file.name))
    if captioned {
      let cue = Cue(start: 500, end: 1500, lines: [[Cue.Word(text: "Hello")]])
      film.captions = [
        CaptionLayer(captions: Captions(cues: [cue], language: "en"), style: CaptionStyle())
      ]
    }
    return film
  }

  private func grown(_ count: Int = .max) -> GrowingPackage {
    var package = GrowingPackage()
    for segment in services.announced.prefix(count) { package.add(segment) }
    return package
  }

  private func text(_ path: String, _ bundle: FileBundle) throws -> String {
    try services.text(of: try #require(bundle.files[path], "\(bundle.files.keys.sorted())"))
  }

  @Test("each segment is told of once it is stored, and is in the package that comes in the end")
  func announced() async throws {
    let bundle = try await run(film(), [:]).playlist
    let told = services.announced
    #expect(told.map(\.index) == [0, 1, 2])
    #expect(told.map(\.start.seconds) == [0, 1, 2])
    for segment in told {
      #expect(segment.output == "playlist")
      #expect(bundle.files[segment.path] == segment.file)
      #expect(try services.contents(of: segment.file).count == segment.file.byteCount)
    }
    let lines = { (text: String) in text.split(separator: "\n").filter { !$0.hasPrefix("#EXT-X-") } }
    let growing = try #require(grown().playlists["video.m3u8"])
    #expect(lines(growing) == lines(try text("video.m3u8", bundle)))
    #expect(growing.contains("TARGETDURATION:1\n"))
    #expect(grown(1).playlists["video.m3u8"]?.contains("segment-00001.ts") == false)
    #expect(!services.logs.contains { $0.contains("segment-ready") })
  }

  @Test("all renditions grow together, with what is read before them and the sound they share")
  func renditions() async throws {
    let bundle = try await run(
      film(),
      [
        "format": .text("fmp4"),
        "renditions": .list([.map(["height": .integer(90)]), .map(["height": .integer(46)])]),
      ]
    ).playlist
    let package = grown()
    #expect(package.tracks.map(\.rendition.name).sorted() == ["46p", "90p", "audio"])
    #expect(package.tracks.allSatisfy { $0.segments.count == 3 })
    for (path, file) in package.files { #expect(bundle.files[path] == file, "\(path)") }
    #expect(package.files["90p/init.mp4"] != nil && package.files["audio/init.mp4"] != nil)
    let finished = try text("master.m3u8", bundle)
    let master = try #require(package.playlists["master.m3u8"])
    for line in ["90p/video.m3u8", "46p/video.m3u8", "URI=\"audio/audio.m3u8\""] {
      #expect(master.contains(line) && finished.contains(line))
    }
    let codecs = /CODECS="[^"]*"/
    #expect(master.matches(of: codecs).map(\.0) == finished.matches(of: codecs).map(\.0))
  }

  @Test("captions become subtitles that are there from the first segment on")
  func subtitles() async throws {
    let bundle = try await run(film(captioned: true), ["subtitles": .boolean(true)]).playlist
    let kinds = services.announced.map(\.rendition.kind)
    #expect(kinds == [.subtitles, .media, .media, .media])
    #expect(try text("subtitles/en-00000.vtt", bundle).contains("Hello"))
    #expect(try text("subtitles/en.m3u8", bundle).hasSuffix("\nen-00000.vtt\n#EXT-X-ENDLIST\n"))
    let wanted = "TYPE=SUBTITLES,GROUP-ID=\"subtitles\",LANGUAGE=\"en\",NAME=\"English\""
    #expect(try text("master.m3u8", bundle).contains(wanted))
    #expect(grown(2).playlists["master.m3u8"]?.contains(wanted) == true)
    // Another program finds them, at their time.
    for (path, file) in bundle.files {
      let url = folder.file("package/\(path)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try services.contents(of: file).write(to: url)
    }
    let found = try await TestProgram.run(
      "ffprobe",
      [
        "-v", "error", "-select_streams", "s", "-show_entries", "packet=pts_time,duration_time",
        "-of", "csv=p=0", folder.file("package/master.m3u8").path,
      ]
    ).text
    #expect(found.split(separator: "\n").count == 1)
  }

  @Test("a film without captions has no subtitles, and its author is told")
  func noCaptions() async throws {
    let bundle = try await run(film(), ["subtitles": .boolean(true)]).playlist
    #expect(!bundle.files.keys.contains { $0.hasPrefix("subtitles") })
    #expect(services.warnedFields == ["subtitles"])
  }

  @Test("a poster comes with the package and by itself, unless it is not wanted")
  func poster() async throws {
    let film = try await film()
    let outputs = try await run(film, ["poster-at": .text("2s")])
    #expect(outputs.playlist.files["poster.jpg"] == outputs.poster?.reference)
    #expect(outputs.poster?.reference.mediaType == "image/jpeg")
    let without = try await run(film, ["poster": .boolean(false)])
    #expect(without.poster == nil && without.playlist.files["poster.jpg"] == nil)
  }

  @Test("thumbnails are in a folder of their own, beside the index that names them")
  func thumbnails() async throws {
    let outputs = try await run(
      film(), ["thumbnails": .map(["every": .text("1s"), "width": .integer(32)])])
    let index = try text("thumbnails/thumbnails.vtt", outputs.playlist)
    #expect(index.contains("00:00:02.000 --> 00:00:03.000\nsprite-1.jpg#xywh=64,0,32,18\n"))
    #expect(outputs.playlist.files["thumbnails/sprite-1.jpg"]?.mediaType == "image/jpeg")
  }

  @Test(
    "settings that do not go together are refused",
    arguments: [
      (["poster": Value.boolean(false), "poster-at": .text("1s")], "there is no poster"),
      (["thumbnails": .map(["width": .integer(33)])], "must be even"),
    ])
  func wrong(options: [String: Value], words: String) async throws {
    let film = try await film()
    let error = await #expect(throws: StageError.self) { try await run(film, options) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
