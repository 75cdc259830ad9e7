import Pipeline

/// How much of each pixel lies inside a rectangle with round corners, to fractions of a pixel.
struct RoundedBox {
  let area: Area
  let radius: Double

  init(_ area: Area, radius: Double) {
    self.area = area
    self.radius = min(max(0, radius), area.width / 2, area.height / 2)
  }

  /// Nothing of `box` is outside.
  func fills(_ box: PixelRect) -> Bool {
    radius <= 0 && area.x <= Double(box.x) + 1e-6 && area.y <= Double(box.y) + 1e-6
      && area.right >= Double(box.x + box.width) - 1e-6
      && area.bottom >= Double(box.y + box.height) - 1e-6
  }

  /// 0 to 255 for each pixel of `box`, row by row.
  func coverage(of box: PixelRect) -> [UInt8] {
    let columns = Self.shares(box.x, box.width, from: area.x, to: area.right)
    let rows = Self.shares(box.y, box.height, from: area.y, to: area.bottom)
    var coverage = [UInt8](repeating: 0, count: box.width * box.height)
    for row in 0..<box.height {
      for column in 0..<box.width {
        coverage[row * box.width + column] = UInt8(columns[column] * rows[row] * 255 + 0.5)
      }
    }
    if radius > 0 { roundCorners(of: box, &coverage) }
    return coverage
  }

  /// How much of each pixel of a line lies between two points.
  private static func shares(_ start: Int, _ count: Int, from: Double, to: Double) -> [Float] {
    (start..<start + count).map { pixel in
      Float(max(0, min(Double(pixel + 1), to) - max(Double(pixel), from)))
    }
  }

  private func roundCorners(of box: PixelRect, _ coverage: inout [UInt8]) {
    for centreY in [area.y + radius, area.bottom - radius] {
      for centreX in [area.x + radius, area.right - radius] {
        let isLeft = centreX < area.x + area.width / 2 + 1e-9
        let isTop = centreY < area.y + area.height / 2 + 1e-9
        let across = isLeft ? (area.x, centreX) : (centreX, area.right)
        let down = isTop ? (area.y, centreY) : (centreY, area.bottom)
        for y in Self.pixels(down, box.y, box.height) {
          for x in Self.pixels(across, box.x, box.width) {
            let dx = Double(x) + 0.5 - centreX
            let dy = Double(y) + 0.5 - centreY
            // Within a pixel of the curve it is as good as straight.
            guard isLeft ? dx < 0 : dx > 0, isTop ? dy < 0 : dy > 0 else { continue }
            let inside = radius + 0.5 - (dx * dx + dy * dy).squareRoot()
            guard inside < 1 else { continue }
            let index = (y - box.y) * box.width + x - box.x
            coverage[index] = min(coverage[index], UInt8(max(0, inside) * 255 + 0.5))
          }
        }
      }
    }
  }

  private static func pixels(
    _ span: (from: Double, to: Double), _ start: Int, _ count: Int
  ) -> Range<Int> {
    let low = min(max(start, Int(span.from.rounded(.down))), start + count)
    let high = min(max(low, Int(span.to.rounded(.up))), start + count)
    return low..<high
  }
}
