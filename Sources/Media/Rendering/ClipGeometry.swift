import Foundation
import Pipeline

/// Where on the canvas a picture lies at one moment, to fractions of a pixel.
struct ClipGeometry: Hashable {
  /// What is seen of it: its content within its frame. May reach beyond the canvas.
  let visible: Area
  /// Where all of the picture would lie.
  let whole: Area
  let border: Border?

  /// - Parameter picture: its displayed size.
  init(of clip: Clip, picture: PixelSize, at time: MediaTime, canvas: PixelSize) {
    let still = clip.frame ?? PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    let frame = clip.path?.value(at: time - clip.at) ?? Area(still)
    let share = clip.duration > .zero ? (time - clip.at).seconds / clip.duration.seconds : 0
    let view = clip.motion?.view(after: share) ?? .whole
    let width = view.width * Double(picture.width)
    let height = view.height * Double(picture.height)
    let scale = Self.scale(width, height, fit: clip.fit, in: frame)
    let content = Area(
      x: frame.x + (frame.width - width * scale.x) / 2,
      y: frame.y + (frame.height - height * scale.y) / 2, width: width * scale.x,
      height: height * scale.y)
    visible = content.intersection(frame)
    let all = (
      width: Double(picture.width) * scale.x, height: Double(picture.height) * scale.y
    )
    whole = Area(
      x: content.x - view.x * all.width, y: content.y - view.y * all.height, width: all.width,
      height: all.height)
    border = clip.border
  }

  private static func scale(
    _ width: Double, _ height: Double, fit: Fit, in frame: Area
  ) -> (x: Double, y: Double) {
    let x = frame.width / width
    let y = frame.height / height
    switch fit {
    case .stretch: return (x, y)
    case .cover: return (max(x, y), max(x, y))
    case .contain, .blur: return (min(x, y), min(x, y))
    case .fit: return (min(x, y, 1), min(x, y, 1))
    case .center: return (1, 1)
    }
  }

  /// The smallest rectangle of whole chroma samples around what is seen on `canvas`; nil when nothing is.
  func box(on canvas: PixelSize) -> PixelRect? {
    let horizontal = Self.span(visible.x, visible.right, canvas.width)
    let vertical = Self.span(visible.y, visible.bottom, canvas.height)
    guard let horizontal, let vertical else { return nil }
    return PixelRect(
      x: horizontal.lowerBound, y: vertical.lowerBound, width: horizontal.count,
      height: vertical.count)
  }

  /// A hair beyond the edge of a pixel is an error of the arithmetic.
  private static let hair = 1e-6

  private static func span(_ from: Double, _ to: Double, _ canvas: Int) -> Range<Int>? {
    let low = max(0, from + hair)
    let high = min(Double(canvas), to - hair)
    guard low < high else { return nil }
    return Int((low / 2).rounded(.down)) * 2..<min(canvas, Int((high / 2).rounded(.up)) * 2)
  }

  /// How many pixels of the canvas one of the picture becomes.
  func scale(of picture: PixelSize) -> Double {
    max(whole.width / Double(picture.width), whole.height / Double(picture.height))
  }
}

extension Area {
  func intersection(_ other: Area) -> Area {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Area(
      x: left, y: top, width: max(0, min(right, other.right) - left),
      height: max(0, min(bottom, other.bottom) - top))
  }
}

extension Clip {
  /// Its picture has to be put into its place to fractions of a pixel.
  var needsGeometry: Bool { motion != nil || path != nil || border != nil }

  /// Its place or the part that is seen changes.
  var isMoving: Bool { motion != nil || path != nil }

  /// When its place may turn: between these it goes one way.
  var turningPoints: [MediaTime] {
    [at, end] + (path ?? []).map { at + $0.at }
  }
}
