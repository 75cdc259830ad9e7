import FFmpeg
import Foundation
import Pipeline
import Threads

/// One file of thumbnails.
struct ThumbnailSheet: Sendable {
  let thumbnails: [ThumbnailPlan.Thumbnail]
  let plan: ThumbnailPlan
  let quality: Int
  let maker: FrameMaker

  /// Makes a picture of each slice at its place in a sheet of its own.
  ///
  /// - Parameter made: is told how many are there.
  func pictures(
    _ slices: [Timeline], atOnce count: Int, made: @Sendable (Int) -> Void
  ) async throws -> [Int: Frame] {
    try await withThrowingTaskGroup(of: (Int, Frame).self) { group in
      var pictures: [Int: Frame] = [:]
      var waiting = slices.enumerated().makeIterator()
      for _ in 0..<max(1, count) {
        if let (index, slice) = waiting.next() { group.addTask { try await small(index, slice) } }
      }
      while let (index, frame) = try await group.next() {
        pictures[index] = frame
        made(pictures.count)
        if let (index, slice) = waiting.next() { group.addTask { try await small(index, slice) } }
      }
      return pictures
    }
  }

  private func small(_ index: Int, _ slice: Timeline) async throws -> (Int, Frame) {
    try await BlockingThread.run("thumbnail") { () throws(MediaError) in
      do { return (index, try plan.shrunk(try maker.frame(of: slice))) } catch {
        throw MediaError(rendering: error)
      }
    }
  }

  func jpeg(_ pictures: [Int: Frame]) throws -> Data {
    var sheet = plan.emptySheet(for: thumbnails.count)
    for (index, frame) in pictures { try sheet.put(frame, at: index) }
    return try sheet.jpeg(quality: quality)
  }
}

extension ThumbnailPlan {
  fileprivate func shrunk(_ frame: Frame) throws -> Frame {
    var scaler = SubpixelScaler()
    return try scaler.scale(
      frame, whole: Area(x: 0, y: 0, width: Double(tile.width), height: Double(tile.height)),
      into: PixelRect(x: 0, y: 0, width: tile.width, height: tile.height)
    ).frame
  }
}

extension FrameMaker {
  /// The first that shows something, else the one that shows most. Blocks.
  func mostTelling(_ slices: [Timeline]) throws(MediaError) -> Frame {
    var best: (frame: Frame, contrast: Double)?
    for slice in slices {
      let frame = try frame(of: slice)
      let contrast = Telling.contrast(of: frame)
      if contrast >= Telling.threshold { return frame }
      if contrast > best?.contrast ?? -1 { best = (frame, contrast) }
    }
    guard let best else { throw MediaError(.unusable, "a film without frames has no poster") }
    return best.frame
  }
}
