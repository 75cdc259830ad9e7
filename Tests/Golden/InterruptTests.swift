import ChildProcess
import Foundation
import TestSupport
import Testing

@testable import videocraft

@Suite("Ctrl-C", .timeLimit(.minutes(5)))
struct InterruptTests {
  @Test("ends a render at once, with 130, no output and nothing left behind")
  func interrupt() async throws {
    let folder = try TestFolder()
    let picture = try await TestMedia.picture(folder.file("a.png"), width: 640, height: 360)
    let process = try await TestProcess.videocraft(
      [
        "run", Bench.root.appendingPathComponent("pipelines/slideshow.yaml").path,
        "-i", "pictures=[\"\(picture.path)\"]", "-i", "time=30m", "-i", "size=640x360",
        "-o", folder.file("out").path, "--data-dir", folder.file("data").path, "--format", "json",
      ], in: folder)
    try #require(try await process.says("\"unit\":\"frames\""), "\(process.errorOutput)")
    let clock = ContinuousClock.now
    process.send(SIGINT)
    #expect(try await process.wait() == .code(Int(ExitCode.interrupted.rawValue)))
    // The film would take many minutes.
    #expect(ContinuousClock.now - clock < .seconds(60))
    #expect(process.output.contains("\"type\":\"run.interrupted\""))
    #expect(!FileManager.default.fileExists(atPath: folder.file("out").path))
    let scratch = try FileManager.default.contentsOfDirectory(
      atPath: folder.file("data/scratch").path)
    #expect(scratch.isEmpty)
  }
}
