import FFmpeg
import Pipeline

extension Gradient {
  var isOpaque: Bool { from.alpha == 255 && to.alpha == 255 }
}

/// Paints a gradient: finer than eight bits, so that no bands are seen.
struct GradientPainter {
  private let gradient: Gradient
  private let size: PixelSize

  /// - Parameter size: both sides even.
  init(_ gradient: Gradient, size: PixelSize) {
    self.gradient = gradient
    self.size = size
  }

  /// 4:2:0 with alpha where the gradient has it; colours are multiplied by alpha if `premultiplied`.
  func frame(premultiplied: Bool) throws -> Frame {
    let format = gradient.isOpaque ? PixelFormat.yuv420p : .yuva420p
    let pool = try FramePool(width: size.width, height: size.height, format: format)
    let ramp = ramp(premultiplied: premultiplied)
    return try pool.frame { (writer: borrowing PictureWriter) in
      try writer.withPlanes { planes in
        for (index, plane) in planes.enumerated() {
          let isChroma = index == 1 || index == 2
          paint(ramp[index], isChroma ? 2 : 1, into: plane.start, stride: plane.stride)
        }
      }
    }
  }

  private static let steps = 1024

  /// Samples of Y, Cb, Cr and alpha along the way, times 256.
  private func ramp(premultiplied: Bool) -> [[Int32]] {
    let (from, to) = (gradient.from, gradient.to)
    var ramp = [[Int32]](repeating: [], count: 4)
    for step in 0...Self.steps {
      let share = Double(step) / Double(Self.steps)
      func mixed(_ first: UInt8, _ second: UInt8) -> Double {
        Double(first).interpolated(to: Double(second), by: share) / 255
      }
      let red = mixed(from.red, to.red)
      let green = mixed(from.green, to.green)
      let blue = mixed(from.blue, to.blue)
      let alpha = mixed(from.alpha, to.alpha)
      let weight = premultiplied ? alpha : 1
      let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
      let samples = [
        16 + 219 * luma * weight, 128 + 224 * (blue - luma) / 1.8556 * weight,
        128 + 224 * (red - luma) / 1.5748 * weight, 255 * alpha,
      ]
      for (index, sample) in samples.enumerated() {
        ramp[index].append(Int32((sample * 256).rounded()))
      }
    }
    return ramp
  }

  /// - Parameter spacing: pixels from one sample to the next.
  private func paint(
    _ ramp: [Int32], _ spacing: Int, into start: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    let columns = size.width / spacing
    let rows = size.height / spacing
    let place = Place(gradient, size)
    for row in 0..<rows {
      let y = (Double(row) + 0.5) * Double(spacing)
      for column in 0..<columns {
        let x = (Double(column) + 0.5) * Double(spacing)
        let step = Int(place.share(x, y) * Double(Self.steps) + 0.5)
        let threshold = Self.thresholds[(row & 7) * 8 + column & 7]
        start[row * stride + column] = UInt8(
          truncatingIfNeeded: min(255, (ramp[step] + threshold) >> 8))
      }
    }
  }

  /// How far along a pixel is.
  private struct Place {
    private let isRadial: Bool
    private let dx: Double
    private let dy: Double
    private let centreX: Double
    private let centreY: Double
    private let length: Double

    init(_ gradient: Gradient, _ size: PixelSize) {
      let (width, height) = (Double(size.width), Double(size.height))
      isRadial = gradient.shape == .radial
      let (cosine, sine) = Angle.direction(degrees: gradient.angle)
      dx = cosine
      dy = sine
      centreX = width / 2
      centreY = height / 2
      // From corner to corner, so that both colours are reached.
      length =
        isRadial
        ? (width * width + height * height).squareRoot() / 2
        : abs(width * cosine) + abs(height * sine)
    }

    func share(_ x: Double, _ y: Double) -> Double {
      let (right, down) = (x - centreX, y - centreY)
      let share =
        isRadial
        ? (right * right + down * down).squareRoot() / length
        : (right * dx + down * dy) / length + 0.5
      return min(max(share, 0), 1)
    }
  }

  /// An ordered dither (Bayer's 8x8 matrix): 2 to 254 in equal steps, of 256 that make one level.
  private static let thresholds: [Int32] = (0..<64).map { index in
    let (row, column) = (index / 8, index % 8)
    var value = 0
    for bit in 0..<3 {
      let (x, y) = (column >> bit & 1, row >> bit & 1)
      value |= ((x ^ y) << 1 | y) << (2 * (2 - bit))
    }
    return Int32(value * 4 + 2)
  }
}
