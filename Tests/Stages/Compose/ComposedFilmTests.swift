import ComposeStage
import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

/// What is composed, as it is seen and heard after rendering.
@Suite("Compose, rendered", .timeLimit(.minutes(5)))
struct ComposedFilmTests {
  private static let width = 160
  private static let height = 90
  private let folder: TestFolder
  private let services: TestStageServices

  init() throws {
    folder = try TestFolder()
    services = try TestStageServices()
  }

  /// Composes and renders at 10 frames per second.
  private func film(
    _ scenes: [Value], with options: [String: Value] = [:], in inputs: [String: Value] = [:]
  ) async throws -> URL {
    let usual: [String: Value] = [
      "scenes": .list(scenes), "frame-rate": .number(10), "lead": .duration(.zero),
      "tail": .duration(.zero), "picture-duration": .duration(.seconds(2)),
      "size": .size(PixelSize(width: Self.width, height: Self.height)),
      "transition": .map(["duration": .duration(.seconds(1))]),
    ]
    let outputs = try await StageSpec(Compose.self).run(
      with: usual.merging(options) { $1 }, in: inputs, services: services)
    guard case .video(.timeline(let timeline)) = outputs["video"] else {
      throw StageError(.internal, "no timeline came out")
    }
    var sources: [Digest: URL] = [:]
    for source in timeline.sources { sources[source.digest] = try await services.open(source) }
    let url = folder.file("film.mp4")
    let known = sources
    _ = try await BlockingThread.run("render") { () throws(MediaError) in
      try TimelineRenderer { _, _ in NoCaptions() }.render(
        timeline, encoding: Encoding(quality: 5), sources: known,
        outputs: [.file(url, .mp4)], threads: 1, cancellation: CancellationFlag())
    }
    return url
  }

  private func picture(_ colour: String, width: Int = 160, height: Int = 90) async throws -> Value {
    let url = folder.file("\(colour) \(width)x\(height).png")
    try await TestMedia.flatPicture(url, colour: colour, width: width, height: height)
    return .file(try services.add(url))
  }

  /// Red, green and blue of one pixel at each tenth of a second.
  private func colours(of film: URL, x: Int, y: Int) async throws -> [[Int]] {
    let result = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-i", "file:\(film.path)", "-vf", "crop=2:2:\(x):\(y),scale=1:1", "-f",
        "rawvideo", "-pix_fmt", "rgb24", "-",
      ])
    let bytes = result.output.map(Int.init)
    return stride(from: 0, to: bytes.count - 2, by: 3).map { Array(bytes[$0..<$0 + 3]) }
  }

  private func expect(
    _ found: [Int], near wanted: [Int], _ what: Comment, by tolerance: Int = 8,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let far = zip(found, wanted).contains { abs($0 - $1) > tolerance }
    #expect(!far, "\(what): \(found) is not near \(wanted)", sourceLocation: location)
  }

  @Test("scenes fade into each other over one second", .timeLimit(.minutes(5)))
  func crossFade() async throws {
    let film = try await film([
      .map(["image": try await picture("red")]), .map(["image": try await picture("blue")]),
    ])
    let colours = try await colours(of: film, x: 80, y: 44)
    try #require(colours.count == 40)
    expect(colours[0], near: [255, 0, 0], "the first scene")
    expect(colours[19], near: [255, 0, 0], "before the transition")
    expect(colours[25], near: [128, 0, 128], "the middle of the transition", by: 30)
    expect(colours[31], near: [0, 0, 255], "after the transition")
    expect(colours[39], near: [0, 0, 255], "the end")
  }

  @Test("a scene beside which there is nothing hides the one before it", .timeLimit(.minutes(5)))
  func narrowScene() async throws {
    let film = try await film([
      .map(["image": try await picture("red")]),
      .map([
        "image": try await picture("blue", width: 90, height: 90), "fit": .text("contain"),
      ]),
    ])
    let beside = try await colours(of: film, x: 10, y: 44)
    expect(beside[19], near: [255, 0, 0], "before the transition")
    expect(beside[29], near: [26, 0, 0], "at its end", by: 30)
    expect(beside[35], near: [0, 0, 0], "afterwards")
    expect(try await colours(of: film, x: 80, y: 44)[35], near: [0, 0, 255], "the scene itself")
  }

  @Test(
    "elements lie where and when they are told, and the higher one on top", .timeLimit(.minutes(5)))
  func elements() async throws {
    let green = try await picture("lime", width: 40, height: 40)
    let white = try await picture("white", width: 40, height: 40)
    let film = try await film([
      .map([
        "image": try await picture("red"),
        "elements": .list([
          .map(["file": white, "x": .integer(0), "y": .integer(0), "z-index": .integer(2)]),
          .map([
            "file": green, "x": .integer(20), "y": .integer(0), "start": .duration(.seconds(1)),
          ]),
        ]),
      ])
    ])
    let shared = try await colours(of: film, x: 30, y: 10)
    let right = try await colours(of: film, x: 50, y: 10)
    expect(shared[15], near: [255, 255, 255], "where both are", by: 16)
    expect(right[5], near: [255, 0, 0], "before the green one comes")
    expect(right[15], near: [0, 255, 0], "where only the green one is", by: 16)
    expect(try await colours(of: film, x: 80, y: 60)[15], near: [255, 0, 0], "beside them")
  }

  @Test("the film comes up from its background and goes down to it", .timeLimit(.minutes(5)))
  func fades() async throws {
    let film = try await film(
      [.map(["image": try await picture("white")])],
      with: ["fade-in": .duration(.seconds(1)), "fade-out": .duration(.seconds(1))])
    let brightness = try await colours(of: film, x: 80, y: 44).map { $0[1] }
    #expect(brightness[0] < 8)
    #expect((100...160).contains(brightness[5]))
    #expect(brightness[10] > 245)
    #expect((100...160).contains(brightness[15]))
    #expect(brightness[19] < 40)
    #expect(brightness[0..<10].elementsEqual(brightness[0..<10].sorted()))
  }

  @Test("music is quiet under the narration and loud without it", .timeLimit(.minutes(5)))
  func ducking() async throws {
    let silence = try await TestMedia.silence(folder.file("words.wav"), seconds: 2)
    let music = try await TestMedia.tone(folder.file("music.wav"), seconds: 1)
    let film = try await film(
      [.map(["image": try await picture("red"), "duration": .duration(.seconds(5))])],
      with: [
        "music-volume": .number(1), "music-fade-out": .duration(.zero),
        "duck": .map([
          "by": .number(20), "attack": .duration(.zero), "release": .duration(.milliseconds(100)),
        ]),
      ],
      in: [
        "narration": .list([.file(try services.add(silence))]),
        "music": .file(try services.add(music)),
      ])
    let during = try await level(of: film, from: 0.5, to: 1.5)
    let after = try await level(of: film, from: 3, to: 4.5)
    #expect(abs(after - during - 20) < 1, "\(during) dB under the narration, \(after) dB after it")
  }

  /// Decibels below full scale, root mean square.
  private func level(of film: URL, from start: Double, to end: Double) async throws -> Double {
    let result = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-i", "file:\(film.path)", "-af", "atrim=\(start):\(end)", "-f", "f32le",
        "-ac", "1", "-",
      ])
    let samples = result.output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let power = samples.reduce(0.0) { $0 + Double($1 * $1) } / Double(max(1, samples.count))
    return 10 * log10(power)
  }
}

private struct NoCaptions: OverlaySource {
  func overlay(at time: MediaTime) -> (any Overlay)? { nil }
}
