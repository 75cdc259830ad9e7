import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("Outputs in a folder")
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

  @Test("a package that was begun becomes the finished one in its place, file by file")
  func begun() async throws {
    let one = try await file("one", "segment-0.ts")
    let playlist = try await file("#EXTM3U finished", "video.m3u8")
    let master = try await file("#EXTM3U all", "master.m3u8")
    var begun = BegunPackage(in: OutputFolder(url: out), name: "hls")
    var growing = GrowingPackage()
    growing.add(
      PlayableSegment(
        output: "playlist",
        rendition: PlayableRendition(name: "video", playlist: "video.m3u8", targetDuration: 4),
        index: 0, start: .zero, duration: MediaTime(seconds: 4), path: "segment-0.ts", file: one))
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    try begun.show(growing, from: ["segment-0.ts": try await artifacts.open(one)])
    let segment = out.appendingPathComponent("hls/segment-0.ts")
    try Data("stray".utf8).write(to: out.appendingPathComponent("hls/stray.ts"))
    let before = try inode(segment)
    let two = try await file("two", "segment-1.ts")
    let bundle = FileBundle(
      entry: "master.m3u8",
      files: [
        "segment-0.ts": one, "more/segment-1.ts": two, "video.m3u8": playlist,
        "master.m3u8": master,
      ])
    let written = try await OutputWriter(artifacts: artifacts, folder: out)
      .write(["hls": .bundle(bundle)], begun: ["hls": begun])
    #expect(
      written.first?.text.hasPrefix(out.appendingPathComponent("hls/master.m3u8").path) == true)
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: out.path).sorted() == [
        "hls", "hls/master.m3u8", "hls/more", "hls/more/segment-1.ts", "hls/segment-0.ts",
        "hls/video.m3u8",
      ])
    #expect(
      try String(contentsOf: out.appendingPathComponent("hls/video.m3u8"), encoding: .utf8)
        == "#EXTM3U finished")
    // What was there already was not touched: somebody may be reading it.
    #expect(try inode(segment) == before)
  }

  private func inode(_ url: URL) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: url.path)[.systemFileNumber] as? Int
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
