import FFmpeg
import Pipeline
import Zimg

/// Brings part of a picture into a rectangle of the canvas, at fractions of a pixel. One thread at a time.
struct SubpixelScaler {
  private var pool: FramePool?

  /// - Parameters:
  ///   - master: 4:2:0 or 4:4:4 in bt709; with alpha its colours are multiplied by it.
  ///   - whole: where all of the master would lie on the canvas.
  ///   - box: what of the canvas is wanted; all edges even.
  /// - Returns: 4:2:0, and how opaque each pixel is where the master has alpha.
  mutating func scale(
    _ master: Frame, whole: Area, into box: PixelRect
  ) throws -> (frame: Frame, alpha: [UInt8]?) {
    let pool = try pool(for: box, hasAlpha: master.pixelFormat.hasAlpha)
    let region = PlaneScaler.Region(
      left: (Double(box.x) - whole.x) / whole.width * Double(master.width),
      top: (Double(box.y) - whole.y) / whole.height * Double(master.height),
      width: Double(box.width) / whole.width * Double(master.width),
      height: Double(box.height) / whole.height * Double(master.height))
    var alpha: [UInt8]?
    let frame = try pool.frame { (writer: borrowing PictureWriter) in
      try writer.withPlanes { planes in
        for index in planes.indices {
          let isChroma = index == 1 || index == 2
          try Self.scale(
            master, index, isChroma ? Self.chroma(region, of: master, box) : region,
            into: planes[index],
            isChroma ? (box.width / 2, box.height / 2) : (box.width, box.height))
        }
        if planes.count == 4 { alpha = Self.unpremultiply(planes, box.width, box.height) }
      }
    }
    return (frame, alpha)
  }

  private mutating func pool(for box: PixelRect, hasAlpha: Bool) throws(FFmpegError) -> FramePool {
    let format = hasAlpha ? PixelFormat.yuva420p : .yuv420p
    if let pool, pool.width == box.width, pool.height == box.height, pool.format == format {
      return pool
    }
    let made = try FramePool(width: box.width, height: box.height, format: format)
    pool = made
    return made
  }

  /// Chroma samples of 4:2:0 lie on the left one of their two columns, and between their two rows.
  private static func chroma(
    _ region: PlaneScaler.Region, of master: Frame, _ box: PixelRect
  ) -> PlaneScaler.Region {
    let step = region.width / Double(box.width)
    let left = region.left - 0.5 * step
    guard !master.pixelFormat.hasFullChroma else {
      return PlaneScaler.Region(
        left: left, top: region.top, width: region.width, height: region.height)
    }
    return PlaneScaler.Region(
      left: (left + 0.5) / 2, top: region.top / 2, width: region.width / 2,
      height: region.height / 2)
  }

  private static func scale(
    _ master: Frame, _ index: Int, _ region: PlaneScaler.Region,
    into target: (start: UnsafeMutablePointer<UInt8>, stride: Int),
    _ size: (width: Int, height: Int)
  ) throws {
    let isHalved = (index == 1 || index == 2) && !master.pixelFormat.hasFullChroma
    let width = isHalved ? (master.width + 1) / 2 : master.width
    let height = isHalved ? (master.height + 1) / 2 : master.height
    var scaler = try PlaneScaler.open(from: (width, height), region: region, to: size)
    try master.withPlane(index, rows: height) { plane in
      try AlignedPlane.with(plane, width: width) { start, stride in
        try scaler.scale(start, stride: stride, into: target.start, targetStride: target.stride)
      }
    }
  }

  /// Divides colours by alpha, which is returned.
  private static func unpremultiply(
    _ planes: [(start: UnsafeMutablePointer<UInt8>, stride: Int)], _ width: Int, _ height: Int
  ) -> [UInt8] {
    let alpha = [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
      for row in 0..<height {
        for column in 0..<width {
          target[row * width + column] = planes[3].start[row * planes[3].stride + column]
        }
      }
      count = width * height
    }
    alpha.withUnsafeBufferPointer { alpha in
      for row in 0..<height {
        let line = planes[0].start + row * planes[0].stride
        for column in 0..<width {
          line[column] = divided(line[column], 16, Int32(alpha[row * width + column]))
        }
      }
      for row in 0..<height / 2 {
        for column in 0..<width / 2 {
          let index = 2 * row * width + 2 * column
          let sum =
            Int32(alpha[index]) + Int32(alpha[index + 1]) + Int32(alpha[index + width])
            + Int32(alpha[index + width + 1])
          for plane in planes[1...2] {
            let sample = plane.start + row * plane.stride + column
            sample.pointee = divided(sample.pointee, 128, (sum + 2) / 4)
          }
        }
      }
    }
    return alpha
  }

  @inline(__always)
  private static func divided(_ sample: UInt8, _ zero: Int32, _ alpha: Int32) -> UInt8 {
    guard alpha > 0 else { return UInt8(zero) }
    let value = zero + ((Int32(sample) - zero) * 255) / alpha
    return UInt8(min(max(value, 0), 255))
  }
}

/// zimg wants addresses and strides that are multiples of its vectors.
enum AlignedPlane {
  /// Lends the plane itself, or a copy where it does not begin right.
  static func with(
    _ plane: PlaneView, width: Int, _ body: (UnsafePointer<UInt8>, Int) throws -> Void
  ) rethrows {
    let alignment = PlaneScaler.alignment
    if UInt(bitPattern: plane.start) % UInt(alignment) == 0, plane.stride % alignment == 0 {
      try body(plane.start, plane.stride)
      return
    }
    let stride = (width + alignment - 1) / alignment * alignment
    let copy = UnsafeMutableRawPointer.allocate(
      byteCount: stride * plane.rows, alignment: alignment)
    defer { copy.deallocate() }
    let start = copy.bindMemory(to: UInt8.self, capacity: stride * plane.rows)
    for row in 0..<plane.rows {
      (start + row * stride).update(from: plane.start + row * plane.stride, count: width)
    }
    try body(start, stride)
  }
}

extension PixelFormat {
  /// As many chroma as luma samples.
  var hasFullChroma: Bool { self == .yuv444p || self == .yuva444p }
}
