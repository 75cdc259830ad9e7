import FFmpeg

/// Loops over raw samples, written so that the compiler makes vector code of them.
enum Blending {
  /// Full weight: the source replaces the target.
  static let opaque = 256

  static func copy(_ frame: Frame, into planes: FramePlanes) {
    copy(frame, 0, to: planes.y, stride: planes.strideY, planes.width, planes.height)
    copy(frame, 1, to: planes.u, stride: planes.strideU, planes.width / 2, planes.height / 2)
    copy(frame, 2, to: planes.v, stride: planes.strideV, planes.width / 2, planes.height / 2)
  }

  private static func copy(
    _ frame: Frame, _ index: Int, to target: UnsafeMutablePointer<UInt8>, stride: Int,
    _ width: Int, _ height: Int
  ) {
    frame.withPlane(index, rows: height) { plane in
      for row in 0..<height {
        (target + row * stride).update(from: plane.start + row * plane.stride, count: width)
      }
    }
  }

  /// - Parameter weight: 0 (invisible) to `opaque`.
  static func blend(_ picture: Picture, weight: Int, into planes: FramePlanes) {
    let width = min(picture.width, planes.width - picture.x)
    let height = min(picture.height, planes.height - picture.y)
    guard weight > 0, width > 0, height > 0 else { return }
    let half = picture.x / 2
    let halfRow = picture.y / 2
    let luma = Region(
      target: planes.y + picture.y * planes.strideY + picture.x, stride: planes.strideY,
      width: width, height: height)
    let u = Region(
      target: planes.u + halfRow * planes.strideU + half, stride: planes.strideU,
      width: width / 2, height: height / 2)
    let v = Region(
      target: planes.v + halfRow * planes.strideV + half, stride: planes.strideV,
      width: width / 2, height: height / 2)
    guard let chromaAlpha = picture.chromaAlpha else {
      blend(picture.frame, 0, weight: weight, into: luma)
      blend(picture.frame, 1, weight: weight, into: u)
      blend(picture.frame, 2, weight: weight, into: v)
      return
    }
    picture.frame.withPlane(3, rows: picture.height) { alpha in
      blend(picture.frame, 0, alpha: alpha, weight: weight, into: luma)
    }
    chromaAlpha.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      let alpha = PlaneView(start: start, stride: picture.width / 2, rows: picture.height / 2)
      blend(picture.frame, 1, alpha: alpha, weight: weight, into: u)
      blend(picture.frame, 2, alpha: alpha, weight: weight, into: v)
    }
  }

  private struct Region {
    let target: UnsafeMutablePointer<UInt8>
    let stride: Int
    let width: Int
    let height: Int
  }

  private static func blend(_ frame: Frame, _ index: Int, weight: Int, into region: Region) {
    frame.withPlane(index, rows: region.height) { plane in
      for row in 0..<region.height {
        let source = plane.start + row * plane.stride
        let target = region.target + row * region.stride
        if weight >= opaque {
          target.update(from: source, count: region.width)
        } else {
          mix(source, into: target, count: region.width, weight: UInt16(weight))
        }
      }
    }
  }

  private static func blend(
    _ frame: Frame, _ index: Int, alpha: PlaneView, weight: Int, into region: Region
  ) {
    frame.withPlane(index, rows: region.height) { plane in
      for row in 0..<region.height {
        mix(
          plane.start + row * plane.stride, alpha: alpha.start + row * alpha.stride,
          into: region.target + row * region.stride, count: region.width,
          weight: UInt16(min(weight, opaque)))
      }
    }
  }

  private static func mix(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, count: Int,
    weight: UInt16
  ) {
    for index in 0..<count {
      target[index] = mixed(source[index], target[index], share: weight)
    }
  }

  private static func mix(
    _ source: UnsafePointer<UInt8>, alpha: UnsafePointer<UInt8>,
    into target: UnsafeMutablePointer<UInt8>, count: Int, weight: UInt16
  ) {
    // 255 becomes 256, so that opaque pixels replace what is below. Full weight is left out: 256 times 256 is one too
    // many for 16 bits.
    if weight >= 256 {
      for index in 0..<count {
        let opacity = UInt16(alpha[index])
        target[index] = mixed(source[index], target[index], share: opacity &+ opacity >> 7)
      }
    } else {
      for index in 0..<count {
        let opacity = UInt16(alpha[index])
        let share = ((opacity &+ opacity >> 7) &* weight) >> 8
        target[index] = mixed(source[index], target[index], share: share)
      }
    }
  }

  /// - Parameter share: of `source`, 0 to 256.
  @inline(__always)
  private static func mixed(_ source: UInt8, _ target: UInt8, share: UInt16) -> UInt8 {
    let sum = UInt16(source) &* share &+ UInt16(target) &* (256 &- share) &+ 128
    return UInt8(truncatingIfNeeded: sum >> 8)
  }

  /// Fills a picture with one colour.
  static func fill(_ planes: FramePlanes, with colour: YCbCr) {
    for row in 0..<planes.height {
      (planes.y + row * planes.strideY).update(repeating: colour.y, count: planes.width)
    }
    for row in 0..<planes.height / 2 {
      (planes.u + row * planes.strideU).update(repeating: colour.cb, count: planes.width / 2)
      (planes.v + row * planes.strideV).update(repeating: colour.cr, count: planes.width / 2)
    }
  }
}
