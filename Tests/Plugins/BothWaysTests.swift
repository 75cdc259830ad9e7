import BuiltInStages
import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@testable import PluginHost

/// Every stage of the host, compiled in and in a process of its own: the same outputs, byte for byte.
@Suite("a stage of the host in a process of its own", .timeLimit(.minutes(15)), .serialized)
struct BothWaysTests {
  /// The store of one way, with the outputs of each stage.
  private struct Way {
    let services: TestStageServices
    let scratch: TestFolder
    let places = PluginPlaces()
    let isProcess: Bool

    init(isProcess: Bool) throws {
      self.isProcess = isProcess
      services = try TestStageServices()
      scratch = try TestFolder()
      places.use(scratch: scratch.url, readable: [])
    }

    func run(
      _ name: String, with options: [String: Value] = [:], in inputs: [String: Value] = [:]
    ) async throws -> [String: Value] {
      let own = try #require(BuiltInStages.all.first { $0.info.name == name })
      let spec =
        isProcess
        ? PluginCatalogue.isolated(
          own, program: TestProcess.videocraft.path, places: places,
          breakers: BreakerBook(file: nil)) : own
      return try await spec.run(with: options, in: inputs, services: services)
    }
  }

  /// All seven, as a pipeline connects them.
  private func outputs(_ way: Way, clip: URL, picture: URL) async throws -> [String: [String:
    Value]]
  {
    let clip = try way.services.add(clip)
    let picture = try way.services.add(picture)
    var all: [String: [String: Value]] = [:]
    all["validate"] = try await way.run("validate", in: ["media": .file(clip)])
    all["tts"] = try await way.run(
      "tts", with: ["text": .text("The boy was there when the sun rose.")])
    let voice = try #require(all["tts"]?["audio"])
    all["transcribe"] = try await way.run(
      "transcribe", with: ["script": .text("The boy was there when the sun rose.")],
      in: ["audio": voice])
    all["compose"] = try await way.run(
      "compose",
      with: [
        "size": .text("320x180"),
        "scenes": .list([.map(["image": .file(picture)])]),
      ], in: ["narration": voice])
    let film = try #require(all["compose"]?["video"])
    all["burn"] = try await way.run(
      "burn", in: ["video": film, "transcript": try #require(all["tts"]?["transcript"])])
    let burnt = try #require(all["burn"]?["video"])
    all["segment"] = try await way.run(
      "segment", with: ["duration": .text("1s"), "preset": .text("ultrafast")], in: ["video": burnt]
    )
    all["render"] = try await way.run("render", in: ["video": burnt])
    return all
  }

  @Test("gives the very same outputs, parts and announcements")
  func same() async throws {
    let folder = try TestFolder()
    let clip = try await TestMedia.clip(folder.file("clip.mp4"), seconds: 1)
    let picture = try await TestMedia.picture(folder.file("a.png"), width: 320, height: 180)
    let inside = try Way(isProcess: false)
    let outside = try Way(isProcess: true)
    let expected = try await outputs(inside, clip: clip, picture: picture)
    let found = try await outputs(outside, clip: clip, picture: picture)
    #expect(Set(found.keys) == Set(BuiltInStages.all.map(\.info.name)))
    for (stage, values) in expected {
      let others = found[stage] ?? [:]
      #expect(others.keys.sorted() == values.keys.sorted(), "\(stage)")
      for (name, value) in values {
        #expect(
          try others[name].map { try Digest(canonical: $0) } == Digest(canonical: value),
          "\(stage).\(name)")
      }
    }
    #expect(outside.services.madeParts.sorted() == inside.services.madeParts.sorted())
    #expect(outside.services.announced.count == inside.services.announced.count)
    #expect(Set(outside.services.announced) == Set(inside.services.announced))
    #expect(Set(outside.services.stored.map(\.name)) == Set(inside.services.stored.map(\.name)))
  }

  @Test("fails with the same error")
  func errors() async throws {
    var errors: [StageError] = []
    for isProcess in [false, true] {
      let way = try Way(isProcess: isProcess)
      let file = try way.services.add(Data("no film".utf8), named: "film.mp4")
      do {
        _ = try await way.run("validate", in: ["media": .file(file)])
      } catch {
        errors.append(StageError(wrapping: error))
      }
    }
    try #require(errors.count == 2)
    #expect(errors[0].errorClass == errors[1].errorClass)
    #expect(errors[0].message == errors[1].message)
  }
}
