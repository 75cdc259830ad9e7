import FFmpeg

/// A picture in its place on the canvas, ready to be blended. Immutable; known by its identity.
final class Picture: Sendable {
  let frame: Frame
  /// Where its top left corner lies; even.
  let x: Int
  let y: Int
  /// Alpha of each chroma sample, row by row; nil for an opaque picture.
  let chromaAlpha: [UInt8]?

  /// - Parameter checksAlpha: looks whether an alpha channel makes anything transparent at all.
  init(_ frame: Frame, x: Int, y: Int, checksAlpha: Bool) throws(FFmpegError) {
    self.x = x
    self.y = y
    guard frame.pixelFormat == .yuva420p, !(checksAlpha && Self.isOpaque(frame)) else {
      self.frame = try frame.withoutAlpha()
      chromaAlpha = nil
      return
    }
    self.frame = frame
    chromaAlpha = Self.halved(frame)
  }

  var isOpaque: Bool { chromaAlpha == nil }
  var width: Int { frame.width }
  var height: Int { frame.height }
  /// Roughly, for bounding caches.
  var byteCount: Int { width * height * (isOpaque ? 3 : 5) / 2 }

  private static func isOpaque(_ frame: Frame) -> Bool {
    let width = frame.width
    return frame.withPlane(3, rows: frame.height) { plane in
      for row in 0..<plane.rows {
        let alpha = UnsafeBufferPointer(start: plane.start + row * plane.stride, count: width)
        if alpha.contains(where: { $0 != 255 }) { return false }
      }
      return true
    } ?? false
  }

  /// Each chroma sample is as opaque as its four pixels on average.
  private static func halved(_ frame: Frame) -> [UInt8] {
    let width = frame.width / 2
    let height = frame.height / 2
    return [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
      count = 0
      guard let out = target.baseAddress else { return }
      frame.withPlane(3, rows: frame.height) { plane in
        for row in 0..<height {
          let upper = plane.start + 2 * row * plane.stride
          let lower = upper + plane.stride
          let line = out + row * width
          for column in 0..<width {
            let sum =
              UInt16(upper[2 * column]) &+ UInt16(upper[2 * column &+ 1])
              &+ UInt16(lower[2 * column]) &+ UInt16(lower[2 * column &+ 1])
            line[column] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
          }
        }
        count = width * height
      }
    }
  }
}
