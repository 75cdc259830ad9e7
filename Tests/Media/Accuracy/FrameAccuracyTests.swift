import Foundation
import Media
import Pipeline
import TestSupport
import Testing

/// Which picture of which video is seen in each frame of a film, read from the film itself.
@Suite("Frames of a film", .blocking, .timeLimit(.minutes(10)))
struct FrameAccuracyTests {
  let bench: ChunkBench

  init() throws { bench = try ChunkBench() }

  private static let steady = NumberedVideo(
    id: 1, rate: FrameRate(25), frameCount: 80, container: "mp4")
  private static let common = NumberedVideo(
    id: 2, rate: FrameRate(30), frameCount: 90, container: "mkv")
  private static let cinema = NumberedVideo(
    id: 3, rate: FrameRate(24_000, per: 1001), frameCount: 80, container: "mkv")
  private static let fast = NumberedVideo(
    id: 4, rate: FrameRate(60), frameCount: 160, container: "mp4")
  private static let short = NumberedVideo(
    id: 5, rate: FrameRate(12), frameCount: 9, container: "ts")
  private static let round = NumberedVideo(
    id: 6, rate: FrameRate(50), frameCount: 31, container: "mov")

  private static var videos: [NumberedVideo] { [steady, common, cinema, fast, short, round] }

  /// Thirteen shots: every transition and a cut, some over the seams of chunks at 4, 8 and 12 s.
  private static func model(at rate: FrameRate) -> FilmModel {
    typealias Shot = FilmModel.Shot
    var shots = [
      Shot(video: steady, at: 0, end: 0),
      Shot(video: common, at: 0.9, end: 0, start: 0.3, enter: .fade),
      Shot(video: short, at: 1.83, end: 0, enter: .wipeLeft),
      Shot(video: fast, at: 2.87, end: 0, start: 0.1, enter: .wipeRight),
      Shot(video: cinema, at: 3.81, end: 0, enter: .dissolve),
      Shot(video: round, at: 4.9, end: 0, start: 0.2, loops: true, enter: .wipeUp),
      Shot(video: steady, at: 5.93, end: 0, speed: 1.5, enter: .slideLeft),
      Shot(video: common, at: 6.89, end: 0, start: 1, speed: 0.5, enter: .wipeDown),
      Shot(video: fast, at: 7.77, end: 0, speed: 0.25, enter: .circle),
      Shot(video: steady, at: 8.9, end: 0, start: 1.2),
      Shot(video: cinema, at: 9.93, end: 0, start: 0.7, enter: .slideRight),
      Shot(video: round, at: 10.87, end: 0, speed: 2, loops: true, enter: .slideUp),
      Shot(video: steady, at: 11.79, end: 13.1, start: 0.52, enter: .slideDown),
    ]
    for (index, next) in shots.enumerated().dropFirst() {
      shots[index - 1].end = next.at + (next.enter == nil ? 0 : next.enterLength)
    }
    return FilmModel(rate: rate, shots: shots)
  }

  @Test(
    "each frame shows the picture of its time, over cuts, transitions, loops and the seams of chunks",
    arguments: [FrameRate(25), FrameRate(30_000, per: 1001), FrameRate(30), FrameRate(60)])
  func everyFrame(rate: FrameRate) async throws {
    let model = Self.model(at: rate)
    let files = try await bench.make(Self.videos)
    let film = Timeline(
      canvas: Canvas(size: NumberedVideo.size, frameRate: rate), duration: ms(13_100),
      layers: [Layer(clips: model.clips(files))])
    let (mp4, hls) = (bench.samples.url("out.mp4"), try bench.folder("hls"))
    let report = try await bench.render(
      film, encoding: Encoding(quality: 8, preset: .superfast, segmentDuration: ms(2000)),
      to: [.file(mp4, .mp4), .hls(hls)])
    #expect(report.chunks == 4)
    for url in [mp4, hls.appendingPathComponent("master.m3u8")] {
      let found = try await LumaFrames(url, size: NumberedVideo.size)
      try #require(found.count == film.frameCount, "\(url.lastPathComponent)")
      let wrong = (0..<found.count).compactMap { frame -> String? in
        let blocks = model.wrongBlocks(found, frame: frame)
        return blocks > 0 ? "\(frame): \(blocks)" : nil
      }
      #expect(wrong.isEmpty, "\(url.lastPathComponent): blocks not as they must be: \(wrong)")
    }
    // Were every picture one too late, this would be seen in all frames but those of held pictures.
    let found = try await LumaFrames(mp4, size: NumberedVideo.size)
    let some = stride(from: 0, to: found.count, by: 11)
    let noticed = some.filter { model.wrongBlocks(found, frame: $0, late: 1) > 0 }
    #expect(noticed.count > Array(some).count * 4 / 5)
  }
}
