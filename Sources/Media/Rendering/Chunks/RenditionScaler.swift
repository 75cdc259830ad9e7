import FFmpeg
import Pipeline
import Zimg

/// Brings the frames of a film to the size of a rendition. One thread at a time.
///
/// A frame that comes again, as those of stills do, is not scaled again.
struct RenditionScaler: ~Copyable {
  private let size: PixelSize
  private let pool: FramePool
  private var luma: PlaneScaler
  private var chroma: PlaneScaler
  private var last: (source: Frame, result: Frame)?

  private init(
    _ size: PixelSize, _ pool: FramePool, luma: consuming PlaneScaler,
    chroma: consuming PlaneScaler
  ) {
    self.size = size
    self.pool = pool
    self.luma = luma
    self.chroma = chroma
  }

  /// Both sizes must be even.
  static func open(from film: PixelSize, to size: PixelSize) throws -> RenditionScaler {
    let pool = try FramePool(width: size.width, height: size.height)
    let luma = try PlaneScaler.open(
      from: (film.width, film.height),
      region: .init(left: 0, top: 0, width: Double(film.width), height: Double(film.height)),
      to: (size.width, size.height))
    // Chroma samples lie on the left one of their two columns, before and after: the middle of the first one is
    // a quarter of a sample from the edge of the picture, in samples of either size.
    let half = (width: film.width / 2, height: film.height / 2)
    let shift = (1 - Double(film.width) / Double(size.width)) / 4
    let chroma = try PlaneScaler.open(
      from: half,
      region: .init(left: shift, top: 0, width: Double(half.width), height: Double(half.height)),
      to: (size.width / 2, size.height / 2))
    return RenditionScaler(film, pool, luma: luma, chroma: chroma)
  }

  /// - Parameter frame: 4:2:0 and of the film's size.
  mutating func scale(_ frame: Frame) throws -> Frame {
    if let last, last.source === frame { return last.result }
    let result = try pool.frame { (writer: borrowing PictureWriter) in
      try writer.withPlanes { planes in
        for index in planes.indices { try scale(frame, index, into: planes[index]) }
      }
    }
    last = (frame, result)
    return result
  }

  private mutating func scale(
    _ frame: Frame, _ index: Int, into target: (start: UnsafeMutablePointer<UInt8>, stride: Int)
  ) throws {
    let isLuma = index == 0
    let width = isLuma ? size.width : size.width / 2
    try frame.withPlane(index, rows: isLuma ? size.height : size.height / 2) { plane in
      try AlignedPlane.with(plane, width: width) { start, stride in
        if isLuma {
          try luma.scale(start, stride: stride, into: target.start, targetStride: target.stride)
        } else {
          try chroma.scale(start, stride: stride, into: target.start, targetStride: target.stride)
        }
      }
    }
  }
}
