import Pipeline
import Testing

@testable import Media

@Suite("The grid of chunks", .timeLimit(.minutes(5)))
struct ChunkGridTests {
  private func grid(
    _ seconds: Double, segment: Int = 4000, rate: FrameRate = FrameRate(25)
  ) -> ChunkGrid {
    ChunkGrid(
      Encoding(segmentDuration: ms(segment)),
      frameCount: rate.frameCount(in: MediaTime(seconds: seconds)), at: rate)
  }

  private func lengths(_ grid: ChunkGrid) -> [Double] { grid.chunks.map { Double($0.count) / 25 } }

  @Test("chunks are two segments, but short at the beginning and at the end")
  func lengths() {
    #expect(lengths(grid(50)) == [4, 8, 8, 8, 8, 8, 4, 2])
    #expect(lengths(grid(600)).filter { $0 == 8 }.count == 73)
    #expect(lengths(grid(14)) == [4, 4, 4, 2])
    #expect(lengths(grid(0.04)) == [0.04])
  }

  @Test(
    "chunks hold whole segments of any length",
    arguments: [(1000, 4.0), (2000, 4), (3000, 3), (6000, 6), (8000, 4), (20_000, 4), (7000, 7)])
  func segments(segment: Int, first: Double) {
    let grid = grid(100, segment: segment)
    #expect(lengths(grid)[0] == first)
    let starts = Set(grid.chunks.map(\.lowerBound))
    #expect(starts.isSubset(of: grid.keyframes))
    for second in stride(from: 0, to: 100, by: segment / 1000) {
      #expect(grid.keyframes.contains(second * 25))
    }
  }

  @Test("segments of any multiple of four seconds have the same chunks")
  func shared() {
    let usual = grid(100)
    for segment in [8000, 12_000, 20_000] { #expect(grid(100, segment: segment) == usual) }
    #expect(grid(100, segment: 2000) != usual)
  }

  @Test(
    "chunks follow each other without a gap at every rate, and so do their keyframes",
    arguments: [
      FrameRate(24), FrameRate(30_000, per: 1001), FrameRate(24_000, per: 1001), FrameRate(1),
      FrameRate(11), FrameRate(240),
    ])
  func complete(rate: FrameRate) {
    for seconds in [0.5, 3.99, 4, 47.3, 1000] {
      let count = rate.frameCount(in: MediaTime(seconds: seconds))
      let grid = grid(seconds, rate: rate)
      #expect(grid.chunks.first?.lowerBound == 0 && grid.chunks.last?.upperBound == count)
      #expect(
        zip(grid.chunks, grid.chunks.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      let again = grid.chunks.flatMap { chunk in
        grid.keyframes(in: chunk).map { $0 + chunk.lowerBound }
      }
      #expect(again == grid.keyframes)
      for (frame, next) in zip(grid.keyframes, grid.keyframes.dropFirst()) {
        #expect(next - frame <= Encoding().longestGroup(at: rate) - 1)
      }
    }
  }
}
