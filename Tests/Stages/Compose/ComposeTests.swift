import ComposeStage
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Compose", .timeLimit(.minutes(5)))
struct ComposeTests {
  private let folder: TestFolder
  private let services: TestStageServices
  private let stage = StageSpec(Compose.self)

  init() throws {
    folder = try TestFolder()
    services = try TestStageServices()
  }

  private func compose(
    _ scenes: [Value], with options: [String: Value] = [:], in inputs: [String: Value] = [:]
  ) async throws -> Timeline {
    let settings = options.merging(["scenes": .list(scenes)]) { $1 }
    let outputs = try await stage.run(with: settings, in: inputs, services: services)
    guard case .video(.timeline(let timeline)) = outputs["video"] else {
      throw StageError(.internal, "no timeline came out")
    }
    #expect(outputs["duration"] == .duration(timeline.duration.asDuration))
    return timeline
  }

  private func add(_ url: URL) throws -> Value { .file(try services.add(url)) }

  @Test("a film of real files is as long as their sound is", .timeLimit(.minutes(5)))
  func film() async throws {
    let picture = try add(try await TestMedia.picture(folder.file("a picture: 1%.png")))
    let clip = try add(try await TestMedia.clip(folder.file("clip.mp4"), seconds: 2))
    let first = try await TestMedia.tone(folder.file("first.wav"), seconds: 1.25)
    let second = try await TestMedia.tone(folder.file("second.mp3"), seconds: 1.5)
    let music = try await TestMedia.tone(folder.file("music.m4a"), seconds: 2)
    let timeline = try await compose(
      [
        .map(["image": picture, "narration": .text("Hello")]),
        .map(["video": clip, "volume": .number(0.5)]),
      ],
      with: [
        "size": .size(PixelSize(width: 160, height: 90)), "lead": .duration(.zero),
        "tail": .duration(.zero), "frame-rate": .number(25),
      ],
      in: ["narration": .list([try add(first), try add(second)]), "music": try add(music)])
    let spoken = try #require(timeline.tracks.first { $0.name == "narration" }).clips
    #expect(spoken.first?.duration == MediaTime(milliseconds: 1250))
    // The encoder's padding is cut off where the file says how much it is.
    #expect(abs((spoken.last?.duration.seconds ?? 0) - 1.5) < 0.03)
    #expect(spoken.last?.at == MediaTime(milliseconds: 1280))
    #expect(timeline.tracks.map(\.name) == ["narration", "clips", "music"])
    #expect(
      timeline.layers.map { $0.clips.map { $0.source.file?.name } } == [
        ["a picture: 1%.png", "clip.mp4"]
      ])
    #expect(services.warnings.isEmpty)
    #expect(services.progress.map(\.done) == [0, 1, 2, 3, 4, 5])
  }

  @Test("the same files and settings give the same timeline", .timeLimit(.minutes(5)))
  func deterministic() async throws {
    let picture = try add(try await TestMedia.picture(folder.file("picture.jpg")))
    let music = try add(try await TestMedia.tone(folder.file("music.wav"), seconds: 2))
    let first = try await compose([.map(["image": picture])], in: ["music": music])
    let second = try await compose([.map(["image": picture])], in: ["music": music])
    #expect(try Digest(canonical: first) == Digest(canonical: second))
  }

  @Test("phone video is placed as it is shown, upright", .timeLimit(.minutes(5)))
  func rotated() async throws {
    let clip = try add(try await TestMedia.rotatedClip(folder.file("phone.mp4")))
    let timeline = try await compose([.map(["video": clip, "height": .integer(1080)])])
    #expect(
      timeline.layers.first?.clips.first?.frame == PixelRect(x: 656, y: 0, width: 608, height: 1080)
    )
  }

  @Test("every file that cannot be read is named, with its scene", .timeLimit(.minutes(5)))
  func unreadable() async throws {
    let empty = try add(try folder.write("", to: "empty.png"))
    let text = try add(try folder.write(String(repeating: "text ", count: 500), to: "text.png"))
    let good = try add(try await TestMedia.picture(folder.file("good.png")))
    let error = await #expect(throws: StageError.self) {
      try await compose([
        .map(["image": empty]),
        .map(["image": good, "elements": .list([.map(["file": text])])]),
      ])
    }
    #expect(error?.errorClass == .invalidInput)
    let lines = (error?.message ?? "").split(separator: "\n")
    try #require(lines.count == 2)
    #expect(lines[0].hasPrefix("scene 1: `empty.png` is empty"))
    #expect(lines[1].hasPrefix("scene 2, element 1: `text.png` cannot be read"))
  }

  @Test("what looks wrong in settings is a warning at the setting", .timeLimit(.minutes(5)))
  func warnings() async throws {
    let small = try add(try await TestMedia.picture(folder.file("small.png"), width: 16, height: 9))
    _ = try await compose([.map(["image": small])])
    #expect(services.warnings.first?.contains("it will look soft") == true)
    #expect(services.warnedFields == ["scenes"])
  }

  @Test("settings are checked while files are still paths")
  func paths() throws {
    let scenes = Value.list([
      .map([
        "image": .text("folder/a.png"), "elements": .list([.map(["file": .text("b.png")])]),
      ])
    ])
    let field = try #require(stage.options.first { $0.name == "scenes" })
    let converted = try field.convert(scenes)
    #expect(stage.validate(["scenes": converted]).isEmpty)
    let odd = Value.size(PixelSize(width: 99, height: 100))
    #expect(stage.validate(["scenes": converted, "size": odd]).map(\.field) == ["size"])
  }

  @Test("a setting that is misspelt or out of bounds is refused")
  func settings() async throws {
    for (options, part): ([String: Value], String) in [
      (["frame-rate": .number(0)], "1 to 120"), (["music-volume": .number(3)], "0 to 2"),
      (["transition": .map(["duraton": .text("1s")])], "duraton"),
      (["size": .text("1921x1080")], "must be even"),
      (["scenes": .list([.map(["imag": .text("a.png")])])], "imag"),
    ] {
      let error = await #expect(throws: (any Error).self) {
        try await stage.run(with: options, services: services)
      }
      let message = error.map { String(describing: $0) } ?? ""
      #expect(message.contains(part), "\(message)")
    }
  }

  @Test("cancelling ends it without a film", .timeLimit(.minutes(5)))
  func cancellation() async throws {
    let picture = try add(try await TestMedia.picture(folder.file("picture.png")))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await compose([.map(["image": picture])])
    }
    let error = await #expect(throws: (any Error).self) { try await task.ended }
    #expect(StageError(wrapping: try #require(error)).errorClass == .cancelled)
  }
}
