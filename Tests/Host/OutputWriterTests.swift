import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("Outputs in a folder", .timeLimit(.minutes(5)))
struct OutputWriterTests {
  private let folder: TestFolder
  private let artifacts: MemoryArtifactStore

  init() throws {
    folder = try TestFolder()
    artifacts = MemoryArtifactStore(folder: try folder.folder("store"))
  }

  private var out: URL { folder.file("out") }

  private func file(_ text: String, _ name: String) async throws -> FileReference {
    try await artifacts.copy(try folder.write(text, to: "source-\(name)"), as: name)
  }

  private func write(_ outputs: [String: Value]) async throws {
    _ = try await OutputWriter(artifacts: artifacts, folder: out).write(outputs)
  }

  @Test("a package replaces the one before as a whole, and nothing else is left beside it")
  func packages() async throws {
    let one = try await file("one", "a.ts")
    let two = try await file("two", "b.ts")
    try await write(["hls": .bundle(.init(entry: "a.ts", files: ["a.ts": one, "deep/b.ts": two]))])
    try await write(["hls": .bundle(.init(entry: "a.ts", files: ["a.ts": two]))])
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: out.path).sorted() == ["hls", "hls/a.ts"])
    #expect(
      try String(contentsOf: out.appendingPathComponent("hls/a.ts"), encoding: .utf8) == "two")
  }

  @Test("what a killed process left is removed, what a living one is writing is not")
  func remains() async throws {
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    let ended = try await TestProgram.run("sh", ["-c", "echo $$"]).text
    let dead = ".videocraft-\(ended.trimmingCharacters(in: .whitespacesAndNewlines))-x"
    let living = ".videocraft-\(getppid())-x"
    for name in [dead, living, ".videocraft-note"] {
      try Data("half".utf8).write(to: out.appendingPathComponent(name))
    }
    try await write(["video": .file(try await file("film", "film.mp4"))])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: out.path).sorted() == [
        living, ".videocraft-note", "video.mp4",
      ])
  }
}
