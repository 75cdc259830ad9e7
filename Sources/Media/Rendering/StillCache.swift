import FFmpeg
import Foundation
import Pipeline
import Threads

/// Still pictures, colours and texts, each made once while it is in use. Safe to use from any thread.
///
/// One picture is decoded at a time: large ones take half a gigabyte while they are scaled.
final class StillCache: @unchecked Sendable {
  private struct Key: Hashable {
    /// Without what does not change its pictures.
    let clip: Clip
    /// All of it, rather than pictures in their places.
    let isMaster: Bool
  }

  private enum Made {
    case pictures([Picture])
    case master(Master)

    var byteCount: Int {
      switch self {
      case .pictures(let pictures): pictures.reduce(0) { $0 + $1.byteCount }
      case .master(let master): master.frame.width * master.frame.height * 4
      }
    }
  }

  private let canvas: PixelSize
  private let sources: SourceFiles
  private let cancellation: CancellationFlag
  /// The fields below are read and written with `lock` held.
  private let lock = NSLock()
  private var known: [Key: Made] = [:]
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

  /// From bottom to top, of a clip that stands still; none when nothing of it is on the canvas. Blocks while it is made.
  func pictures(for clip: Clip) throws -> [Picture] {
    let made = try made(Key(clip: clip.look, isMaster: false)) {
      guard !clip.needsGeometry else {
        var placed = PlacedPictures(of: clip, canvas: canvas)
        return .pictures(try placed.pictures(of: makeMaster(clip), at: clip.at))
      }
      return .pictures(try makePicture(clip).map { [$0] } ?? [])
    }
    guard case .pictures(let pictures) = made else { return [] }
    return pictures
  }

  /// All of a picture that moves. Blocks while it is made.
  func master(for clip: Clip) throws -> Master? {
    let made = try made(Key(clip: clip.look, isMaster: true)) {
      .master(try makeMaster(clip))
    }
    guard case .master(let master) = made else { return nil }
    return master
  }

  private func made(_ key: Key, _ make: () throws -> Made) throws -> Made {
    try lock.withLock {
      if let found = known[key] {
        order.removeAll { $0 == key }
        order.append(key)
        return found
      }
      if cancellation.isRaised { throw MediaError.cancelled }
      let made = try make()
      known[key] = made
      order.append(key)
      byteCount += made.byteCount
      trim()
      return made
    }
  }

  private func trim() {
    while byteCount > Self.capacity, order.count > 1 {
      let oldest = order.removeFirst()
      if let dropped = known.removeValue(forKey: oldest) { byteCount -= dropped.byteCount }
    }
  }

  // MARK: - Making

  private func makePicture(_ clip: Clip) throws -> Picture? {
    if case .file(let file) = clip.source {
      return try decode(file, clip) { (filter, frame) throws(FFmpegError) in
        try filter.picture(from: frame)
      }
    }
    // What is painted fills its frame whatever the fit.
    let area = Placement(
      of: PixelSize(width: 2, height: 2), fit: .stretch, frame: clip.frame, canvas: canvas)
    guard let area else { return nil }
    switch clip.source {
    case .file: return nil
    case .colour(let colour):
      let pool = try FramePool(width: area.width, height: area.height)
      return Picture(try pool.frame(filledWith: colour), x: area.x, y: area.y, alpha: nil)
    case .gradient, .text:
      var placed = PlacedPictures(of: clip, canvas: canvas)
      return try placed.pictures(of: makeMaster(clip), at: clip.at).first
    }
  }

  private func makeMaster(_ clip: Clip) throws -> Master {
    let frame = clip.masterFrame(on: canvas)
    let size = PixelSize(
      width: max(2, (frame.width + 1) & ~1), height: max(2, (frame.height + 1) & ~1))
    switch clip.source {
    case .file(let file):
      let largest = { (picture: PixelSize) in clip.largestScale(of: picture, on: self.canvas) }
      return try decode(file, clip) { (filter, frame) throws(FFmpegError) in
        try filter.master(from: frame, scale: largest)
      }
    case .colour(let colour):
      let pool = try FramePool(width: 16, height: 16)
      return Master(frame: try pool.frame(filledWith: colour), size: size)
    case .gradient(let gradient):
      let painter = GradientPainter(gradient, size: size)
      return Master(frame: try painter.frame(premultiplied: true), size: size)
    case .text(let text):
      return Master(frame: try TextPainter.frame(text, size: size, canvas: canvas), size: size)
    }
  }

  private func decode<Result>(
    _ file: FileReference, _ clip: Clip,
    _ body: (inout PictureFilter, Frame) throws(FFmpegError) -> Result
  ) throws -> Result {
    let still = try StillPicture.decode(
      try sources.url(of: file), as: file.name, cancellation: cancellation)
    decoded[file.digest, default: 0] += 1
    var filter = PictureFilter(
      for: clip, canvas: canvas, orientation: still.orientation, isStill: true)
    return try reading(file.name) { () throws(FFmpegError) in try body(&filter, still.frame) }
  }
}

extension Clip {
  /// The same for clips whose pictures are the same, apart from when and how strongly they are seen.
  fileprivate var look: Clip {
    var look = self
    look.at = .zero
    look.duration = .zero
    look.sourceStart = .zero
    look.loops = false
    look.opacity = 1
    look.opacityKeys = nil
    look.enter = nil
    look.leave = nil
    look.speed = nil
    if isMoving { look.duration = duration }
    return look
  }

  /// The largest place that it has, for what is painted rather than decoded.
  fileprivate func masterFrame(on canvas: PixelSize) -> PixelRect {
    let still = frame ?? PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    guard let path, !path.isEmpty else { return still }
    let width = path.map(\.value.width).max() ?? 0
    let height = path.map(\.value.height).max() ?? 0
    return PixelRect(
      x: 0, y: 0, width: Int(width.rounded(.up)), height: Int(height.rounded(.up)))
  }

  /// How many pixels of the canvas one of the picture becomes at most while the clip is seen.
  func largestScale(of picture: PixelSize, on canvas: PixelSize) -> Double {
    turningPoints.map { time in
      ClipGeometry(of: self, picture: picture, at: time, canvas: canvas).scale(of: picture)
    }.max() ?? 1
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
