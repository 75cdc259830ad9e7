import FFmpeg
import Foundation
import Pipeline
import Threads

/// Still pictures and colours in their places, each made once while it is in use. Safe to use from any thread.
///
/// One picture is decoded at a time: large ones take half a gigabyte while they are scaled.
final class StillCache: @unchecked Sendable {
  private struct Key: Hashable {
    let source: Clip.Source
    let fit: Fit
    let frame: PixelRect?
  }

  private let canvas: PixelSize
  private let sources: SourceFiles
  private let cancellation: CancellationFlag
  /// The fields below are read and written with `lock` held.
  private let lock = NSLock()
  private var pictures: [Key: Picture?] = [:]
  /// From the one used longest ago to the latest.
  private var order: [Key] = []
  private var byteCount = 0
  private var decoded: [Digest: Int] = [:]

  /// About thirty pictures of 1080 lines.
  private static let capacity = 96 << 20

  init(canvas: PixelSize, sources: SourceFiles, cancellation: CancellationFlag) {
    self.canvas = canvas
    self.sources = sources
    self.cancellation = cancellation
  }

  var decodedCounts: [Digest: Int] { lock.withLock { decoded } }

  /// Nil when nothing of it is on the canvas. Blocks while it is decoded.
  func picture(for clip: Clip) throws -> Picture? {
    let key = Key(source: clip.source, fit: clip.fit, frame: clip.frame)
    return try lock.withLock {
      if let known = pictures[key] {
        order.removeAll { $0 == key }
        order.append(key)
        return known
      }
      if cancellation.isRaised { throw MediaError.cancelled }
      let made = try make(clip)
      pictures[key] = .some(made)
      order.append(key)
      byteCount += made?.byteCount ?? 0
      trim()
      return made
    }
  }

  private func trim() {
    while byteCount > Self.capacity, order.count > 1 {
      let oldest = order.removeFirst()
      if let dropped = pictures.removeValue(forKey: oldest) { byteCount -= dropped?.byteCount ?? 0 }
    }
  }

  private func make(_ clip: Clip) throws -> Picture? {
    switch clip.source {
    case .colour(let colour): try colourPicture(colour, for: clip)
    case .file(let file): try stillPicture(file, for: clip)
    }
  }

  /// A colour fills its frame whatever the fit.
  private func colourPicture(_ colour: Colour, for clip: Clip) throws -> Picture? {
    let area = Placement(
      of: PixelSize(width: 2, height: 2), fit: .stretch, frame: clip.frame, canvas: canvas)
    guard let area else { return nil }
    let pool = try FramePool(width: area.width, height: area.height)
    return try Picture(
      try pool.frame(filledWith: colour), x: area.x, y: area.y, checksAlpha: false)
  }

  private func stillPicture(_ file: FileReference, for clip: Clip) throws -> Picture? {
    let still = try StillPicture.decode(
      try sources.url(of: file), as: file.name, cancellation: cancellation)
    decoded[file.digest, default: 0] += 1
    var filter = PictureFilter(
      for: clip, canvas: canvas, orientation: still.orientation, isStill: true)
    return try reading(file.name) { () throws(FFmpegError) in
      try filter.picture(from: still.frame)
    }
  }
}

/// Where the files of a film can be read.
struct SourceFiles: Sendable {
  private let urls: [Digest: URL]

  init(_ urls: [Digest: URL]) { self.urls = urls }

  func url(of file: FileReference) throws(MediaError) -> URL {
    guard let url = urls[file.digest] else {
      throw MediaError(.missing, "`\(file.name)` is part of the film but was not handed over")
    }
    return url
  }
}
