import Pipeline

/// Where on the canvas a picture of some shape appears, and which part of it.
struct Placement: Sendable, Hashable {
  /// The visible rectangle: within the canvas, all edges even.
  let x: Int
  let y: Int
  let width: Int
  let height: Int
  /// The part of the picture that fills it, as shares 0 to 1 of its displayed width and height.
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  /// Nil when nothing of it can be seen. Edges between pixels of the chroma planes move to the nearest one.
  init?(of picture: PixelSize, fit: Fit, frame: PixelRect?, canvas: PixelSize) {
    let frame = frame ?? PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    guard picture.width > 0, picture.height > 0, frame.width > 0, frame.height > 0 else {
      return nil
    }
    let (scaleX, scaleY) = Self.scale(of: picture, fit: fit, in: frame)
    let horizontal = Self.span(
      picture.width, scale: scaleX, frameStart: frame.x, frameLength: frame.width,
      canvas: canvas.width)
    let vertical = Self.span(
      picture.height, scale: scaleY, frameStart: frame.y, frameLength: frame.height,
      canvas: canvas.height)
    guard let horizontal, let vertical else { return nil }
    x = horizontal.start
    y = vertical.start
    width = horizontal.length
    height = vertical.length
    left = horizontal.from
    top = vertical.from
    right = horizontal.to
    bottom = vertical.to
  }

  func covers(_ canvas: PixelSize) -> Bool {
    x == 0 && y == 0 && width == canvas.width && height == canvas.height
  }

  private static func scale(
    of picture: PixelSize, fit: Fit, in frame: PixelRect
  ) -> (x: Double, y: Double) {
    let x = Double(frame.width) / Double(picture.width)
    let y = Double(frame.height) / Double(picture.height)
    switch fit {
    case .stretch: return (x, y)
    case .cover: return (max(x, y), max(x, y))
    case .contain, .blur: return (min(x, y), min(x, y))
    case .fit: return (min(x, y, 1), min(x, y, 1))
    case .center: return (1, 1)
    }
  }

  private struct Span {
    var start: Int
    var length: Int
    var from: Double
    var to: Double
  }

  /// One axis: the picture lies in the middle of its frame, and is seen within frame and canvas.
  private static func span(
    _ length: Int, scale: Double, frameStart: Int, frameLength: Int, canvas: Int
  ) -> Span? {
    let scaled = Double(length) * scale
    let origin = Double(frameStart) + (Double(frameLength) - scaled) / 2
    let low = max(origin, Double(frameStart), 0)
    let high = min(origin + scaled, Double(frameStart) + Double(frameLength), Double(canvas))
    guard high - low > 0.01 else { return nil }
    let start = min(even(low), canvas - 2)
    var end = min(even(high), canvas)
    var seen = max(Double(start), low)...max(Double(start), low, min(Double(end), high))
    if end <= start {
      // Less than a chroma sample wide: all of it goes into one.
      end = start + 2
      seen = low...high
    }
    let from = min(max((seen.lowerBound - origin) / scaled, 0), 1)
    let to = min(max((seen.upperBound - origin) / scaled, 0), 1)
    return to > from ? Span(start: start, length: end - start, from: from, to: to) : nil
  }

  private static func even(_ position: Double) -> Int { Int((position / 2).rounded()) * 2 }
}
