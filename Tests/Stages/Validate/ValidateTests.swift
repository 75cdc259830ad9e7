import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import ValidateStage

@Suite("Validate", .timeLimit(.minutes(5)))
struct ValidateTests {
  private let folder: TestFolder
  private let services: TestStageServices
  private let stage = StageSpec(Validate.self)

  init() throws {
    folder = try TestFolder()
    services = try TestStageServices()
  }

  private func validate(
    _ url: URL, named name: String? = nil, with options: [String: Value] = [:]
  ) async throws -> [String: Value] {
    let file = try services.add(url, named: name)
    return try await stage.run(with: options, in: ["media": .file(file)], services: services)
  }

  private func refusal(
    of url: URL, named name: String? = nil, with options: [String: Value] = [:]
  ) async throws -> String {
    let error = await #expect(throws: (any Error).self) {
      try await validate(url, named: name, with: options)
    }
    let stageError = StageError(wrapping: try #require(error))
    #expect(stageError.errorClass == .invalidInput)
    #expect(!stageError.message.contains("/"), "no path may be shown: \(stageError.message)")
    return stageError.message
  }

  @Test("a good clip passes as it is, with the facts about it", .timeLimit(.minutes(5)))
  func clip() async throws {
    let url = try await TestMedia.clip(folder.file("a clip: 100%.mp4"), seconds: 3)
    let outputs = try await validate(
      url, with: ["require-video": .boolean(true), "require-audio": .boolean(true)])
    #expect(outputs["media"] == .file(try services.add(url)))
    #expect(outputs["size"] == .size(PixelSize(width: 160, height: 90)))
    #expect(outputs["frame-rate"] == .number(25))
    #expect(outputs["video-codec"] == .text("h264"))
    #expect(outputs["audio-codec"] == .text("aac"))
    #expect(outputs["has-video"] == .boolean(true))
    #expect(outputs["has-audio"] == .boolean(true))
    guard case .duration(let duration) = outputs["duration"] else {
      Issue.record("no duration")
      return
    }
    #expect(abs(MediaTime(duration).seconds - 3) < 0.05)
    #expect(services.warnings.isEmpty)
    #expect(services.progress.last?.done == 2)
  }

  @Test(
    "media of every kind passes",
    .timeLimit(.minutes(5)),
    arguments: [
      "picture.png", "photo.jpg", "tone.wav", "tone.mp3", "tone.m4a", "clip.mkv", "clip.ts",
    ])
  func kinds(name: String) async throws {
    let url = folder.file(name)
    switch url.pathExtension {
    case "png", "jpg": try await TestMedia.picture(url)
    case "wav", "mp3", "m4a": try await TestMedia.tone(url, seconds: 5)
    default: try await TestMedia.clip(url, seconds: 5)
    }
    let outputs = try await validate(url)
    #expect(outputs["media"] != nil)
    #expect(services.warnings.isEmpty)
  }

  @Test("clips of phones and screen recorders pass", .timeLimit(.minutes(5)))
  func unusualClips() async throws {
    let turned = try await validate(
      TestMedia.rotatedClip(folder.file("turned.mp4")), with: ["min-height": .integer(160)])
    #expect(turned["size"] == .size(PixelSize(width: 90, height: 160)))
    _ = try await validate(TestMedia.variableRateClip(folder.file("vfr.mp4"), seconds: 6))
    #expect(services.warnings.isEmpty)
  }

  @Test("sound that ends before the picture is no damage", .timeLimit(.minutes(5)))
  func shortSound() async throws {
    let clip = try await TestMedia.clip(folder.file("long.mp4"), seconds: 6, sound: false)
    let tone = try await TestMedia.tone(folder.file("short.wav"), seconds: 2)
    for name in ["both.mp4", "both.mkv"] {
      let both = try await TestMedia.make(
        folder.file(name),
        ["-i", "file:\(clip.path)", "-i", "file:\(tone.path)", "-c:v", "copy", "-c:a", "aac"])
      _ = try await validate(both)
    }
  }

  @Test("an empty file, and text with the name of a film, are refused")
  func noMedia() async throws {
    let empty = try folder.write("", to: "empty.mp4")
    #expect(try await refusal(of: empty).hasPrefix("`empty.mp4` is empty"))
    let text = try folder.write(
      String(repeating: "This is a shopping list.\n", count: 200), to: "list.mp4")
    #expect(
      try await refusal(of: text)
        == "`list.mp4` cannot be read as media: it is damaged, cut short or of another kind")
  }

  @Test(
    "a film that was cut short is refused and says how much is there", .timeLimit(.minutes(5)),
    arguments: ["mp4", "mkv"])
  func cutShort(format: String) async throws {
    let whole = try await TestMedia.make(
      folder.file("whole.\(format)"),
      [
        "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=12,noise=alls=30:allf=t",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p",
        "-movflags", "+faststart",
      ])
    let cut = try TestMedia.truncated(folder.file("cut.\(format)"), from: whole, share: 0.5)
    let message = try await refusal(of: cut)
    #expect(message.contains("although its header says 12s: it was cut short"))
  }

  @Test("a film whose end is not where its header says is refused", .timeLimit(.minutes(5)))
  func missingIndex() async throws {
    let whole = try await TestMedia.clip(folder.file("whole.mp4"), seconds: 4)
    let cut = try TestMedia.truncated(folder.file("cut.mp4"), from: whole, share: 0.9)
    #expect(try await refusal(of: cut).contains("cut short"))
  }

  @Test("a film of noise behind a good header is refused", .timeLimit(.minutes(5)))
  func noise() async throws {
    let whole = try await TestMedia.make(
      folder.file("whole.mkv"),
      [
        "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=4", "-c:v", "libx264",
        "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bsf:v", "noise=amount=1",
      ])
    let message = try await refusal(of: whole)
    #expect(message.hasPrefix("`whole.mkv` cannot be used: its picture"))
  }

  @Test("all reasons are told at once, each on its line", .timeLimit(.minutes(5)))
  func severalReasons() async throws {
    let url = try await TestMedia.clip(folder.file("clip.mp4"), sound: false)
    let message = try await refusal(
      of: url,
      with: [
        "require-audio": .boolean(true), "max-width": .integer(100),
        "video-codecs": .list([.text("vp9")]),
      ])
    #expect(
      message == """
        `clip.mp4` cannot be used for 3 reasons:
        - its width is 160 pixels, at most 100 are allowed (max-width)
        - it has no sound, and needs some (require-audio)
        - its video codec is h264, allowed is vp9 (video-codecs)
        """)
  }

  @Test("a picture that would take gigabytes to decode is refused", .timeLimit(.minutes(5)))
  func pictureBomb() async throws {
    let bomb = try await TestMedia.make(
      folder.file("bomb.png"),
      [
        "-f", "lavfi", "-i", "color=black:size=15000x15000:rate=1:duration=1,format=monob",
        "-frames:v", "1", "-update", "1",
      ])
    #expect(try await refusal(of: bomb).contains("too many pixels"))
  }

  @Test("without decoding only the header counts", .timeLimit(.minutes(5)))
  func headerOnly() async throws {
    let whole = try await TestMedia.make(
      folder.file("whole.mp4"),
      [
        "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=12,noise=alls=30:allf=t",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
      ])
    let cut = try TestMedia.truncated(folder.file("cut.mp4"), from: whole, share: 0.5)
    let outputs = try await validate(cut, with: ["decode": .boolean(false)])
    #expect(outputs["duration"] == .duration(.seconds(12)))
  }

  @Test("cancelling ends it without a result", .timeLimit(.minutes(5)))
  func cancellation() async throws {
    let url = try await TestMedia.clip(folder.file("clip.mp4"), seconds: 2)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await validate(url)
    }
    let error = await #expect(throws: (any Error).self) { try await task.ended }
    #expect(StageError(wrapping: try #require(error)).errorClass == .cancelled)
  }
}
