import FFmpeg

/// A picture in its place on the canvas, ready to be blended. Immutable; known by its identity.
final class Picture: Sendable {
  /// 4:2:0; a fourth plane is not looked at.
  let frame: Frame
  /// Where its top left corner lies; even.
  let x: Int
  let y: Int
  /// Nil for an opaque picture.
  let alpha: AlphaPlanes?

  init(_ frame: Frame, x: Int, y: Int, alpha: AlphaPlanes?) {
    self.frame = frame
    self.x = x
    self.y = y
    self.alpha = alpha
  }

  /// - Parameter frame: its alpha plane, if it has one, becomes the picture's.
  /// - Parameter checksAlpha: looks whether an alpha channel makes anything transparent at all.
  convenience init(_ frame: Frame, x: Int, y: Int, checksAlpha: Bool) throws(FFmpegError) {
    let plane = frame.pixelFormat == .yuva420p ? Self.alphaPlane(of: frame) : nil
    guard let plane, !(checksAlpha && !plane.contains { $0 != 255 }) else {
      // Frames that need no blending go straight to an encoder, which wants no alpha.
      self.init(try frame.withoutAlpha(), x: x, y: y, alpha: nil)
      return
    }
    self.init(
      frame, x: x, y: y,
      alpha: AlphaPlanes(plane, width: frame.width, height: frame.height))
  }

  var isOpaque: Bool { alpha == nil }
  var width: Int { frame.width }
  var height: Int { frame.height }
  /// Roughly, for bounding caches.
  var byteCount: Int { width * height * (isOpaque ? 6 : 15) / 4 }

  /// Without the padding of its rows.
  static func alphaPlane(of frame: Frame) -> [UInt8]? {
    let (width, height) = (frame.width, frame.height)
    return frame.withPlane(3, rows: height) { plane in
      [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
        count = 0
        guard let out = target.baseAddress else { return }
        for row in 0..<height {
          (out + row * width).update(from: plane.start + row * plane.stride, count: width)
        }
        count = width * height
      }
    }
  }
}
