import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Saying that loudness is measured", .timeLimit(.minutes(5)), .blocking)
struct MeasureProgressTests {
  @Test("a film of sound alone says so before its sound is encoded")
  func phases() async throws {
    let bench = try ChunkBench()
    var film = try bench.numbered(3)
    film.layers = []
    film.loudness = Loudness()
    let folder = try bench.folder("sound")
    _ = try await bench.render(
      film, to: [.file(folder.appendingPathComponent("film.m4a"), .m4a)])
    let progress = bench.services.progress
    let first = try #require(progress.first)
    #expect(first.phase == "measure" && first.unit == .seconds && first.total == nil)
    let last = try #require(progress.last)
    #expect(last.phase == "render" && last.done == last.total)
  }
}
