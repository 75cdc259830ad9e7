import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@testable import SegmentStage

@Suite("segment", .timeLimit(.minutes(5)))
struct SegmentTests {
  let services: TestStageServices
  let folder: TestFolder

  init() throws {
    services = try TestStageServices()
    folder = try TestFolder()
  }

  private func run(_ video: Video, _ options: [String: Value] = [:]) async throws
    -> Segment.Outputs
  {
    let values = try await StageSpec(Segment.self).run(
      with: options, in: ["video": .video(video)], services: services)
    return try Segment.Outputs(values: values)
  }

  private func bytes(_ video: Video) throws -> (URL, FileReference) {
    guard case .file(let file) = video else { throw StageError(.internal, "not a file") }
    let url = folder.file("copy-" + file.name)
    try services.contents(of: file).write(to: url)
    return (url, file)
  }

  @Test("a file becomes a package and an MP4 of one encode, and progress counts its frames")
  func file() async throws {
    let clip = try await TestMedia.clip(folder.file("a b.mp4"), seconds: 3)
    let outputs = try await run(
      .file(try services.add(clip)), ["duration": .text("1s"), "preset": .text("ultrafast")])
    #expect(outputs.playlist.entry == "master.m3u8")
    #expect(
      outputs.playlist.files.keys.sorted() == [
        "iframes.m3u8", "master.m3u8", "poster.jpg", "segment-00000.ts", "segment-00001.ts",
        "segment-00002.ts", "video.m3u8",
      ])
    let playlist = try #require(outputs.playlist.files["video.m3u8"])
    let text = try services.text(of: playlist)
    #expect(text.contains("#EXTINF:1.000000,\nsegment-00002.ts\n#EXT-X-ENDLIST"))
    #expect(playlist.mediaType == "application/vnd.apple.mpegurl")
    #expect(outputs.playlist.files["segment-00000.ts"]?.mediaType == "video/mp2t")
    let (url, reference) = try bytes(outputs.mp4)
    #expect(reference.mediaType == "video/mp4")
    let info = try await MediaProbe.probe(url, as: "film.mp4")
    #expect(info.video?.frameCount == 75)
    #expect(info.audio != nil)
    let last = try #require(services.progress.last)
    #expect(last.unit == .frames && last.done == 75 && last.total == 75)
    #expect(services.logs.contains { $0.hasPrefix("75 frames encoded") })
  }

  @Test("composing, captions and packaging together decode and encode each frame once")
  func oneEncode() async throws {
    let clip = try await TestMedia.clip(folder.file("clip.mp4"), seconds: 2, sound: false)
    let file = try services.add(clip)
    let info = try await MediaProbe.probe(clip, as: file.name)
    var film = try Timeline(ofFile: file, info: info)
    let cue = Cue(start: 500, end: 1500, lines: [[Cue.Word(text: "Hello"), Cue.Word(text: "you")]])
    film.captions = [CaptionLayer(captions: Captions(cues: [cue]), style: CaptionStyle())]
    let report = try await services.context().render(
      film, encoding: Encoding(),
      outputs: [.file(folder.file("one.mp4"), .mp4), .hls(try folder.folder("hls"))])
    #expect(report.decodedPictures == [file.digest: 50])
    #expect(report.encodedFrames == 50)
    #expect(report.videoEncoders == 1)
    #expect(report.composedFrames == 25)
  }

  @Test(
    "several renditions lie in folders of their own, and larger ones than the film are left out")
  func ladder() async throws {
    let clip = try await TestMedia.clip(folder.file("a.mp4"), seconds: 3)
    let outputs = try await run(
      .file(try services.add(clip)),
      [
        "duration": .text("1s"), "preset": .text("ultrafast"), "format": .text("fmp4"),
        "mp4-rendition": .text("44p"),
        "renditions": .list([
          .map(["height": .integer(720)]),
          .map(["height": .integer(44), "quality": .integer(25), "max-bitrate": .integer(300)]),
          .map(["height": .integer(1080)]),
        ]),
      ])
    let files = outputs.playlist.files
    #expect(
      Set(files.keys.map { $0.prefix { $0 != "/" } })
        == ["master.m3u8", "90p", "44p", "audio", "poster.jpg"])
    #expect(files["90p/segment-00002.m4s"]?.mediaType == "video/iso.segment")
    #expect(files["44p/init.mp4"]?.name == "init.mp4")
    let master = try services.text(of: try #require(files["master.m3u8"]))
    #expect(master.contains("RESOLUTION=160x90") && master.contains("RESOLUTION=78x44"))
    let info = try await MediaProbe.probe(bytes(outputs.mp4).0, as: "film.mp4")
    #expect(info.video?.frameCount == 75 && info.video?.size.height == 44)
    let warning = try #require(services.warnings.first)
    #expect(warning.contains("160x90") && warning.contains("`720p`, `1080p`"))
    #expect(services.warnedFields == ["renditions"])
  }

  @Test(
    "a ladder fits the film",
    arguments: [
      // Wanted heights (0: the film's size), film, made heights (0: the film's size), names.
      ([1080, 720, 360], 1080, [1080, 720, 360], ["1080p", "720p", "360p"]),
      ([1080, 720, 360], 2160, [1080, 720, 360], ["1080p", "720p", "360p"]),
      ([1080, 720, 360], 720, [720, 360], ["720p", "360p"]),
      ([1080, 720, 360], 900, [0, 720, 360], ["900p", "720p", "360p"]),
      ([360, 1080, 720], 240, [0], ["240p"]),
      ([1080, 720], 730, [720], ["720p"]),
      ([360, 720, 1080], 900, [360, 720, 0], ["360p", "720p", "900p"]),
      ([0, 720, 360], 480, [0, 360], ["film", "360p"]),
    ])
  func fitted(wanted: [Int], film: Int, made: [Int], names: [String]) {
    var options = Segment.Options()
    options.renditions = wanted.map { height in
      var rendition = RenditionOptions()
      rendition.height = height == 0 ? nil : height
      return rendition
    }
    let size = PixelSize(width: film * 16 / 9 & ~1, height: film)
    let (renditions, note) = Ladder(options).fitted(to: size)
    #expect(renditions.map { $0.height ?? 0 } == made)
    #expect(renditions.map(\.name) == names)
    #expect((note == nil) == wanted.allSatisfy { $0 <= film })
  }

  @Test("a film of sound alone is packaged too")
  func soundAlone() async throws {
    let tone = try await TestMedia.tone(folder.file("t.wav"), seconds: 2)
    let outputs = try await run(.file(try services.add(tone)), ["duration": .text("1s")])
    #expect(outputs.playlist.files.count == 4)
    #expect(try await MediaProbe.probe(bytes(outputs.mp4).0, as: "film.mp4").video == nil)
    #expect(services.progress.last?.unit == .seconds)
  }

  @Test("a text is no video, and the error names it")
  func wrongKind() async throws {
    let text = try services.add(Data("hello".utf8), named: "notes.mp4")
    let error = await #expect(throws: MediaError.self) { try await run(.file(text)) }
    #expect(error?.stageError.errorClass == .invalidInput)
    #expect(error?.message.contains("`notes.mp4`") == true)
  }

  @Test(
    "settings out of bounds are refused",
    arguments: [
      ("duration", Value.text("500ms")), ("quality", .integer(60)), ("preset", .text("quick")),
      ("format", .text("avi")),
      ("renditions", .list([.map(["height": .integer(8)])])),
    ])
  func bounds(field: String, value: Value) async throws {
    let file = try services.add(Data([0]), named: "x.mp4")
    await #expect(throws: ValueError.self) { try await run(.file(file), [field: value]) }
  }

  @Test(
    "settings that do not go together are refused at their line",
    arguments: [
      ("mp4-rendition", Value.text("720p"), "no rendition `720p`, only `film`"),
      ("renditions", .list([.map(["height": .integer(101)])]), "must be even, found 101"),
      ("renditions", .list([.map(["name": .text("a/b")])]), "cannot be called `a/b`"),
      (
        "renditions", .list([.map(["height": .integer(90)]), .map(["height": .integer(90)])]),
        "two renditions are called `90p`"
      ),
    ])
  func rules(field: String, value: Value, reason: String) async throws {
    let file = try services.add(Data([0]), named: "x.mp4")
    let error = await #expect(throws: StageError.self) {
      try await run(.file(file), [field: value])
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("\(field): ") == true)
    #expect(error?.message.contains(reason) == true)
  }

  @Test("cancelling the task ends it soon and leaves only parts and segments that are complete")
  func cancelled() async throws {
    let clip = try await TestMedia.clip(folder.file("long.mp4"), seconds: 1)
    let file = try services.add(clip)
    var film = try Timeline(
      ofFile: file, info: try await MediaProbe.probe(clip, as: file.name))
    film.duration = MediaTime(seconds: 3600)
    film.layers[0].clips[0].duration = film.duration
    film.layers[0].clips[0].loops = true
    let running = Task { [film] in try await run(.timeline(film)) }
    try await eventually("the stage makes progress") { !services.progress.isEmpty }
    let start = ContinuousClock.now
    running.cancel()
    let error = await #expect(throws: MediaError.self) { try await running.ended }
    #expect(error?.stageError.errorClass == .cancelled)
    // An hour of film would take much longer.
    #expect(ContinuousClock.now - start < .seconds(60))
    #expect(
      services.stored.allSatisfy { $0.name.hasSuffix(".packets") || $0.name.hasSuffix(".ts") })
  }
}
