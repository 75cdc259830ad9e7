import Foundation
import Media
import Pipeline
import SegmentStage
import TestSupport
import Testing

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
    #expect(outputs.playlist.files.count == 5)
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
    ])
  func bounds(field: String, value: Value) async throws {
    let file = try services.add(Data([0]), named: "x.mp4")
    await #expect(throws: ValueError.self) { try await run(.file(file), [field: value]) }
  }

  @Test("cancelling the task ends it soon and leaves only parts that are complete")
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
    #expect(services.stored.allSatisfy { $0.name.hasSuffix(".packets") })
  }
}
