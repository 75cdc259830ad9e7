import ASS
public import Pipeline

/// A bitmap of libass, copied out of it.
struct FlatBitmap {
  let x: Int
  let y: Int
  let width: Int
  let height: Int
  let colour: YCbCr
  /// 0 to 255, of the whole bitmap.
  let opacity: Int
  /// 0 to 255 for each pixel, row after row.
  let coverage: [UInt8]

  init(_ bitmap: borrowing ASSBitmap) {
    x = bitmap.x
    y = bitmap.y
    width = bitmap.width
    height = bitmap.height
    colour = YCbCr(Colour(red: bitmap.red, green: bitmap.green, blue: bitmap.blue))
    opacity = Int(bitmap.opacity)
    var coverage: [UInt8] = []
    coverage.reserveCapacity(width * height)
    for row in 0..<height { bitmap.withRow(row) { coverage.append(contentsOf: $0) } }
    self.coverage = coverage
  }
}

/// Captions flattened into one box of samples, ready to be laid over a picture.
///
/// Samples are premultiplied by their opacity, so that blending is one multiplication: a box is blended into many
/// frames and made only once.
public final class CaptionOverlay: Overlay {
  public let id: Int
  /// In luma samples of the canvas; all four even.
  public let box: PixelRect
  private let y: [UInt8]
  private let cb: [UInt8]
  private let cr: [UInt8]
  private let alpha: [UInt8]
  private let chromaAlpha: [UInt8]

  /// Nil when nothing of the bitmaps is inside the canvas.
  init?(id: Int, _ bitmaps: [FlatBitmap], canvas: PixelSize) {
    guard let box = Self.box(around: bitmaps, canvas: canvas) else { return nil }
    self.id = id
    self.box = box
    var flat = FlatBox(box)
    for bitmap in bitmaps where bitmap.opacity > 0 { flat.add(bitmap) }
    y = flat.y
    alpha = flat.alpha
    (cb, cr, chromaAlpha) = flat.halved
  }

  public func blend(into planes: FramePlanes) {
    let columns = min(box.width, planes.width - box.x)
    let rows = min(box.height, planes.height - box.y)
    guard columns > 0, rows > 0 else { return }
    Self.blend(
      y, alpha, stride: box.width, into: planes.y + box.y * planes.strideY + box.x, planes.strideY,
      columns, rows)
    let left = box.x / 2
    let top = box.y / 2
    Self.blend(
      cb, chromaAlpha, stride: box.width / 2, into: planes.u + top * planes.strideU + left,
      planes.strideU, columns / 2, rows / 2)
    Self.blend(
      cr, chromaAlpha, stride: box.width / 2, into: planes.v + top * planes.strideV + left,
      planes.strideV, columns / 2, rows / 2)
  }

  /// Replaces what is in the box of a picture with alpha; colours are multiplied by it, counted from 16 and 128.
  func copy(into planes: [(start: UnsafeMutablePointer<UInt8>, stride: Int)]) {
    Self.copy(y, alpha, zero: 16, box, into: planes[0])
    let half = PixelRect(
      x: box.x / 2, y: box.y / 2, width: box.width / 2, height: box.height / 2)
    Self.copy(cb, chromaAlpha, zero: 128, half, into: planes[1])
    Self.copy(cr, chromaAlpha, zero: 128, half, into: planes[2])
    for row in 0..<box.height {
      for column in 0..<box.width {
        planes[3].start[(box.y + row) * planes[3].stride + box.x + column] =
          alpha[row * box.width + column]
      }
    }
  }

  private static func copy(
    _ samples: [UInt8], _ alpha: [UInt8], zero: Int, _ box: PixelRect,
    into plane: (start: UnsafeMutablePointer<UInt8>, stride: Int)
  ) {
    for row in 0..<box.height {
      for column in 0..<box.width {
        let index = row * box.width + column
        let below = (zero * (255 - Int(alpha[index])) + 127) / 255
        plane.start[(box.y + row) * plane.stride + box.x + column] = UInt8(
          min(255, Int(samples[index]) + below))
      }
    }
  }

  private static func blend(
    _ samples: [UInt8], _ alpha: [UInt8], stride: Int, into target: UnsafeMutablePointer<UInt8>,
    _ targetStride: Int, _ columns: Int, _ rows: Int
  ) {
    samples.withUnsafeBufferPointer { samples in
      alpha.withUnsafeBufferPointer { alpha in
        guard let source = samples.baseAddress, let opacity = alpha.baseAddress else { return }
        for row in 0..<rows {
          mix(
            source + row * stride, opacity + row * stride, into: target + row * targetStride,
            columns)
        }
      }
    }
  }

  /// `target * (255 - alpha) / 255 + source`, rounded, without a division.
  private static func mix(
    _ source: UnsafePointer<UInt8>, _ alpha: UnsafePointer<UInt8>,
    into target: UnsafeMutablePointer<UInt8>, _ count: Int
  ) {
    for index in 0..<count {
      let product = UInt16(target[index]) &* (255 &- UInt16(alpha[index])) &+ 128
      let below = (product &+ product >> 8) >> 8
      target[index] = UInt8(truncatingIfNeeded: below &+ UInt16(source[index]))
    }
  }

  private static func box(around bitmaps: [FlatBitmap], canvas: PixelSize) -> PixelRect? {
    let drawn = bitmaps.filter { $0.opacity > 0 }
    guard let left = drawn.map(\.x).min(), let top = drawn.map(\.y).min(),
      let right = drawn.map({ $0.x + $0.width }).max(),
      let bottom = drawn.map({ $0.y + $0.height }).max()
    else { return nil }
    let x = max(0, left) & ~1
    let y = max(0, top) & ~1
    let width = min(canvas.width, (right + 1) & ~1) - x
    let height = min(canvas.height, (bottom + 1) & ~1) - y
    guard width > 0, height > 0 else { return nil }
    return PixelRect(x: x, y: y, width: width, height: height)
  }
}

/// Samples of a box while bitmaps are added to it, bottom to top; chroma still at full resolution.
private struct FlatBox {
  let box: PixelRect
  var y: [UInt8]
  var alpha: [UInt8]
  private var cb: [UInt8]
  private var cr: [UInt8]

  init(_ box: PixelRect) {
    self.box = box
    let empty = [UInt8](repeating: 0, count: box.width * box.height)
    y = empty
    cb = empty
    cr = empty
    alpha = empty
  }

  /// Row by row and plane by plane, so that the compiler can work on many samples at once.
  mutating func add(_ bitmap: FlatBitmap) {
    let left = max(bitmap.x, box.x)
    let right = min(bitmap.x + bitmap.width, box.x + box.width)
    let top = max(bitmap.y, box.y)
    let bottom = min(bitmap.y + bitmap.height, box.y + box.height)
    guard left < right, top < bottom else { return }
    var share = [UInt8](repeating: 0, count: right - left)
    for row in top..<bottom {
      let source = (row - bitmap.y) * bitmap.width + left - bitmap.x
      let isDrawn = Self.scale(
        bitmap.coverage, from: source, by: UInt16(bitmap.opacity), into: &share)
      guard isDrawn else { continue }
      let target = (row - box.y) * box.width + left - box.x
      Self.lay(255, over: &alpha, at: target, share)
      Self.lay(bitmap.colour.y, over: &y, at: target, share)
      Self.lay(bitmap.colour.cb, over: &cb, at: target, share)
      Self.lay(bitmap.colour.cr, over: &cr, at: target, share)
    }
  }

  /// Returns whether anything is left of the row.
  private static func scale(
    _ coverage: [UInt8], from start: Int, by opacity: UInt16, into share: inout [UInt8]
  ) -> Bool {
    coverage.withUnsafeBufferPointer { coverage in
      share.withUnsafeMutableBufferPointer { share in
        let coverage = UnsafeBufferPointer(rebasing: coverage[start..<start + share.count])
        var any: UInt8 = 0
        for index in 0..<share.count {
          share[index] = divided(UInt16(coverage[index]) &* opacity)
          any |= share[index]
        }
        return any != 0
      }
    }
  }

  private static func lay(
    _ sample: UInt8, over plane: inout [UInt8], at start: Int, _ share: [UInt8]
  ) {
    let sample = UInt16(sample)
    plane.withUnsafeMutableBufferPointer { plane in
      share.withUnsafeBufferPointer { share in
        let below = UnsafeMutableBufferPointer(rebasing: plane[start..<start + share.count])
        for index in 0..<share.count {
          let weight = UInt16(share[index])
          below[index] = divided(
            UInt16(below[index]) &* (255 &- weight) &+ sample &* weight)
        }
      }
    }
  }

  /// A sum of products that is at most 255 * 255, divided by 255 and rounded.
  private static func divided(_ product: UInt16) -> UInt8 {
    let near = product &+ 128
    return UInt8(truncatingIfNeeded: (near &+ near >> 8) >> 8)
  }

  /// Chroma and its opacity as the mean of each two by two samples.
  var halved: (cb: [UInt8], cr: [UInt8], alpha: [UInt8]) {
    (halve(cb), halve(cr), halve(alpha))
  }

  private func halve(_ plane: [UInt8]) -> [UInt8] {
    let width = box.width / 2
    let height = box.height / 2
    return [UInt8](unsafeUninitializedCapacity: width * height) { half, count in
      for row in 0..<height {
        for column in 0..<width {
          let index = 2 * row * box.width + 2 * column
          let sum =
            Int(plane[index]) + Int(plane[index + 1]) + Int(plane[index + box.width])
            + Int(plane[index + box.width + 1])
          half[row * width + column] = UInt8((sum + 2) / 4)
        }
      }
      count = width * height
    }
  }
}
