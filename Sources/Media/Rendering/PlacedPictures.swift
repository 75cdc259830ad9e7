import FFmpeg
import Pipeline

/// A picture with all of it, before it is placed: what moves over it or with it needs more than is seen at once.
struct Master {
  /// 4:2:0 or 4:4:4 in bt709; with alpha its colours are multiplied by it.
  let frame: Frame
  /// As displayed, before it was scaled.
  let size: PixelSize
}

/// Puts the pictures of one clip into their places to fractions of a pixel. One thread at a time.
struct PlacedPictures {
  private let clip: Clip
  private let canvas: PixelSize
  private var scaler = SubpixelScaler()
  private var last: (master: Frame, geometry: ClipGeometry, pictures: [Picture])?
  private var mask: (geometry: ClipGeometry, box: PixelRect, coverage: [UInt8], line: Picture?)?

  init(of clip: Clip, canvas: PixelSize) {
    self.clip = clip
    self.canvas = canvas
  }

  /// From bottom to top; the same objects as before when nothing changed.
  mutating func pictures(of master: Master, at time: MediaTime) throws -> [Picture] {
    let geometry = ClipGeometry(of: clip, picture: master.size, at: time, canvas: canvas)
    if let last, last.master === master.frame, last.geometry == geometry { return last.pictures }
    let pictures = try make(master, geometry)
    last = (master.frame, geometry, pictures)
    return pictures
  }

  private mutating func make(_ master: Master, _ geometry: ClipGeometry) throws -> [Picture] {
    guard let box = geometry.box(on: canvas) else { return [] }
    let (frame, own) = try scaler.scale(master.frame, whole: geometry.whole, into: box)
    let shape = RoundedBox(geometry.visible, radius: geometry.border?.radius ?? 0)
    if shape.fills(box), (geometry.border?.width ?? 0) <= 0 {
      return [try Self.picture(frame, box, alpha: own)]
    }
    let edge = try edge(of: geometry, shape, box)
    let alpha = own.map { AlphaPlanes.product($0, edge.coverage) } ?? edge.coverage
    let picture = try Self.picture(frame, box, alpha: alpha)
    return [picture] + (edge.line.map { [$0] } ?? [])
  }

  private static func picture(
    _ frame: Frame, _ box: PixelRect, alpha: [UInt8]?
  ) throws(FFmpegError) -> Picture {
    Picture(
      alpha == nil ? try frame.withoutAlpha() : frame, x: box.x, y: box.y,
      alpha: alpha.map { AlphaPlanes($0, width: box.width, height: box.height) })
  }

  /// The form of a video that stands still is made once.
  private mutating func edge(
    of geometry: ClipGeometry, _ shape: RoundedBox, _ box: PixelRect
  ) throws -> (coverage: [UInt8], line: Picture?) {
    if let mask, mask.geometry == geometry, mask.box == box { return (mask.coverage, mask.line) }
    let coverage = shape.coverage(of: box)
    let line = try geometry.border.flatMap { border in
      border.width > 0 ? try self.line(border, shape, coverage, box) : nil
    }
    mask = (geometry, box, coverage, line)
    return (coverage, line)
  }

  /// The line lies inside the edge.
  private func line(
    _ border: Border, _ shape: RoundedBox, _ coverage: [UInt8], _ box: PixelRect
  ) throws -> Picture {
    let width = min(border.width, min(shape.area.width, shape.area.height) / 2)
    let inner = RoundedBox(
      Area(
        x: shape.area.x + width, y: shape.area.y + width, width: shape.area.width - 2 * width,
        height: shape.area.height - 2 * width), radius: max(0, shape.radius - width)
    ).coverage(of: box)
    let opacity = Int(border.colour.alpha)
    let ring = zip(coverage, inner).map { outer, inner in
      UInt8((Int(outer) - Int(min(outer, inner))) * opacity / 255)
    }
    let pool = try FramePool(width: box.width, height: box.height)
    return Picture(
      try pool.frame(filledWith: border.colour), x: box.x, y: box.y,
      alpha: AlphaPlanes(ring, width: box.width, height: box.height))
  }
}
