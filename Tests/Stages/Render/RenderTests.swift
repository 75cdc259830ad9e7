import Foundation
import Media
import Pipeline
import RenderStage
import TestSupport
import Testing

@Suite("render", .timeLimit(.minutes(5)))
struct RenderTests {
  let services: TestStageServices
  let folder: TestFolder

  init() throws {
    services = try TestStageServices()
    folder = try TestFolder()
  }

  private func render(_ video: Video, _ options: [String: Value]) async throws -> MediaInfo {
    let values = try await StageSpec(Render.self).run(
      with: options, in: ["video": .video(video)], services: services)
    guard case .file(let file) = try Render.Outputs(values: values).video else {
      throw StageError(.internal, "not a file")
    }
    let url = folder.file("copy-" + file.name)
    try services.contents(of: file).write(to: url)
    return try await MediaProbe.probe(url, as: file.name)
  }

  @Test(
    "each container holds the film",
    arguments: [
      ("mp4", "mov,mp4,m4a,3gp,3g2,mj2"), ("mov", "mov,mp4,m4a,3gp,3g2,mj2"),
      ("mkv", "matroska,webm"),
    ])
  func containers(container: String, format: String) async throws {
    let clip = try await TestMedia.clip(folder.file("c.mp4"), seconds: 1)
    let info = try await render(.file(try services.add(clip)), ["container": .text(container)])
    #expect(info.formatName == format)
    #expect(info.video?.codec == "h264")
    #expect(info.audio?.codec == "aac")
    #expect(abs((info.duration?.seconds ?? 0) - 1) < 0.05)
    #expect(services.stored.last?.name == "film.\(container)")
  }

  @Test("m4a takes the sound alone")
  func soundAlone() async throws {
    let clip = try await TestMedia.clip(folder.file("c.mp4"), seconds: 1)
    let info = try await render(.file(try services.add(clip)), ["container": .text("m4a")])
    #expect(info.video == nil)
    #expect(info.audio?.channels == 2)
  }

  @Test("m4a of a film without sound is refused")
  func silent() async throws {
    let clip = try await TestMedia.clip(folder.file("c.mp4"), seconds: 1, sound: false)
    let file = try services.add(clip)
    let error = await #expect(throws: StageError.self) {
      try await render(.file(file), ["container": .text("m4a")])
    }
    #expect(error?.errorClass == .invalidInput)
  }

  @Test("a better quality makes a larger file")
  func quality() async throws {
    let clip = try await TestMedia.clip(
      folder.file("c.mp4"), width: 320, height: 180, seconds: 1, sound: false)
    let file = try services.add(clip)
    let fine = try await render(.file(file), ["quality": .integer(10)])
    let coarse = try await render(.file(file), ["quality": .integer(40)])
    #expect(fine.byteCount > coarse.byteCount * 2)
  }
}
