import BurnStage
import ComposeStage
import Foundation
import Media
import Pipeline
import SegmentStage
import TestSupport
import Testing

/// The stages one after another, as a pipeline connects them.
@Suite("compose, burn and segment", .timeLimit(.minutes(5)))
struct ChainTests {
  private struct Chain {
    let services: TestStageServices
    let film: Timeline
    let captions: Captions
    let transcripts: [Transcript]
    let video: FileReference
    let folder: TestFolder
  }

  /// Two scenes, a picture and a clip, each with two seconds of sound and three words.
  private func chain() async throws -> Chain {
    let services = try TestStageServices()
    let folder = try TestFolder()
    let picture = try services.add(
      try await TestMedia.picture(folder.file("a.png"), width: 320, height: 180))
    let clip = try services.add(try await TestMedia.clip(folder.file("b.mp4"), seconds: 1))
    let voices = try await [1.0, 1.5].enumerated().asyncMap { index, seconds in
      try services.add(try await TestMedia.tone(folder.file("\(index).wav"), seconds: seconds))
    }
    let transcripts = voices.map { voice in
      Transcript(
        words: [("One", 100), ("more", 420), ("time.", 770)].map {
          Transcript.Word(text: $0.0, start: $0.1, end: $0.1 + 250)
        }, language: "en", timing: .engine, sound: voice.digest)
    }
    let composed = try await StageSpec(Compose.self).run(
      with: [
        "size": .text("320x180"),
        "scenes": .list([.map(["image": .file(picture)]), .map(["video": .file(clip)])]),
        "transition": .map(["kind": .text("fade"), "duration": .text("200ms")]),
      ], in: ["narration": .list(voices.map(Value.file))], services: services)
    let burnt = try await StageSpec(Burn.self).run(
      in: [
        "video": try #require(composed["video"]),
        "transcript": .list(transcripts.map(Value.transcript)),
      ], services: services)
    let packaged = try await StageSpec(Segment.self).run(
      with: ["duration": .text("1s"), "preset": .text("ultrafast")],
      in: ["video": try #require(burnt["video"])], services: services)
    guard case .video(.timeline(let film)) = burnt["video"],
      case .captions(let captions) = burnt["captions"],
      case .video(.file(let video)) = packaged["mp4"]
    else { throw StageError(.internal, "the chain gave other things than expected") }
    return Chain(
      services: services, film: film, captions: captions, transcripts: transcripts, video: video,
      folder: folder)
  }

  @Test("the whole chain encodes each frame of the film once and renders nothing in between")
  func oneEncode() async throws {
    let chain = try await chain()
    let reports = chain.services.logs.filter { $0.contains("frames encoded") }
    #expect(reports.count == 1)
    #expect(reports.first?.hasPrefix("\(chain.film.frameCount) frames encoded") == true)
    #expect(chain.services.rendered.isEmpty)
    let info = try await MediaProbe.probe(
      try await chain.services.open(chain.video), as: "film.mp4")
    #expect(info.video?.frameCount == chain.film.frameCount)
  }

  @Test("captions stand where the engine said its words, to the millisecond")
  func wordTimes() async throws {
    let chain = try await chain()
    let words = chain.captions.cues.flatMap(\.lines).flatMap { $0 }
    let clips = chain.film.tracks.first { $0.name == "narration" }?.clips ?? []
    try #require(clips.count == 2)
    let wanted = zip(clips, chain.transcripts).flatMap { clip, transcript in
      transcript.words.map { $0.start + (clip.at - clip.sourceStart).milliseconds }
    }
    #expect(words.map(\.start) == wanted)
    #expect(clips[1].at >= clips[0].end)
  }
}

extension Sequence {
  fileprivate func asyncMap<Result>(
    _ transform: (Element) async throws -> Result
  ) async throws -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
