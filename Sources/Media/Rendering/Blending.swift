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

  /// - Parameters:
  ///   - weight: 0 (invisible) to `opaque`.
  ///   - alpha: in place of the picture's own.
  ///   - shift: how far from its place it is drawn; both even.
  static func blend(
    _ picture: Picture, weight: Int, alpha: AlphaPlanes? = nil, shift: (x: Int, y: Int) = (0, 0),
    into planes: FramePlanes
  ) {
    let area = Overlap(picture, shift, planes)
    guard weight > 0, area.width > 0, area.height > 0 else { return }
    let opacity = alpha ?? picture.alpha
    let luma = Region(
      target: planes.y + area.y * planes.strideY + area.x, stride: planes.strideY, area)
    let half = area.halved
    let u = Region(
      target: planes.u + half.y * planes.strideU + half.x, stride: planes.strideU, half)
    let v = Region(
      target: planes.v + half.y * planes.strideV + half.x, stride: planes.strideV, half)
    guard let opacity else {
      blend(picture.frame, 0, weight: weight, into: luma)
      blend(picture.frame, 1, weight: weight, into: u)
      blend(picture.frame, 2, weight: weight, into: v)
      return
    }
    blend(picture.frame, 0, opacity.luma, stride: opacity.width, weight: weight, into: luma)
    blend(picture.frame, 1, opacity.chroma, stride: opacity.width / 2, weight: weight, into: u)
    blend(picture.frame, 2, opacity.chroma, stride: opacity.width / 2, weight: weight, into: v)
  }

  /// What of a picture lies on the canvas.
  private struct Overlap {
    /// On the canvas.
    var x: Int
    var y: Int
    var width: Int
    var height: Int
    /// In the picture.
    var sourceX: Int
    var sourceY: Int

    init(_ picture: Picture, _ shift: (x: Int, y: Int), _ planes: FramePlanes) {
      let left = picture.x + shift.x
      let top = picture.y + shift.y
      x = max(0, left)
      y = max(0, top)
      width = min(left + picture.width, planes.width) - x
      height = min(top + picture.height, planes.height) - y
      sourceX = x - left
      sourceY = y - top
    }

    var halved: Overlap {
      var half = self
      half.x /= 2
      half.y /= 2
      half.width /= 2
      half.height /= 2
      half.sourceX /= 2
      half.sourceY /= 2
      return half
    }
  }

  private struct Region {
    let target: UnsafeMutablePointer<UInt8>
    let stride: Int
    let width: Int
    let height: Int
    let sourceX: Int
    let sourceY: Int

    init(target: UnsafeMutablePointer<UInt8>, stride: Int, _ area: Overlap) {
      self.target = target
      self.stride = stride
      width = area.width
      height = area.height
      sourceX = area.sourceX
      sourceY = area.sourceY
    }
  }

  private static func blend(_ frame: Frame, _ index: Int, weight: Int, into region: Region) {
    frame.withPlane(index, rows: region.height) { plane in
      for row in 0..<region.height {
        let source = plane.start + (region.sourceY + row) * plane.stride + region.sourceX
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
    _ frame: Frame, _ index: Int, _ alpha: [UInt8], stride: Int, weight: Int, into region: Region
  ) {
    alpha.withUnsafeBufferPointer { alpha in
      guard let opacity = alpha.baseAddress else { return }
      frame.withPlane(index, rows: region.height) { plane in
        for row in 0..<region.height {
          let line = region.sourceY + row
          mix(
            plane.start + line * plane.stride + region.sourceX,
            alpha: opacity + line * stride + region.sourceX,
            into: region.target + row * region.stride, count: region.width,
            weight: UInt16(min(weight, opaque)))
        }
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
