import FFmpeg
import Pipeline

/// Turns decoded pictures upright, crops and scales them into their place on the canvas, as bt709 4:2:0 with alpha where
/// they have it. One thread at a time.
struct PictureFilter: ~Copyable {
  private let clip: Clip
  private let canvas: PixelSize
  private let orientation: Orientation
  private let isStill: Bool
  private var graph: FilterGraph?
  private var placement: Placement?
  private var shape: Shape?

  /// What the graph depends on.
  private struct Shape: Equatable {
    let size: PixelSize
    let format: PixelFormat
    let aspect: Rational
    let hasMatrix: Bool
    let isHDR: Bool

    init(_ frame: Frame) {
      size = PixelSize(width: frame.width, height: frame.height)
      format = frame.pixelFormat
      aspect = frame.pixelAspect
      hasMatrix = frame.hasColourMatrix
      isHDR = frame.isHDR
    }
  }

  init(for clip: Clip, canvas: PixelSize, orientation: Orientation, isStill: Bool) {
    self.clip = clip
    self.canvas = canvas
    self.orientation = orientation
    self.isStill = isStill
  }

  /// Nil when nothing of the picture is on the canvas.
  mutating func picture(from frame: Frame) throws(FFmpegError) -> Picture? {
    let found = Shape(frame)
    if shape != found { try configure(for: frame, shape: found) }
    guard let placement else { return nil }
    let placed = try graph?.apply(frame) ?? frame
    return try Picture(
      placed, x: placement.x, y: placement.y, checksAlpha: isStill)
  }

  private mutating func configure(for frame: Frame, shape: Shape) throws(FFmpegError) {
    try Decoder.checkSize(width: frame.width, height: frame.height)
    self.shape = shape
    graph = nil
    let size = PixelSize(displaying: shape.size, aspect: shape.aspect, orientation: orientation)
    placement = Placement(of: size, fit: clip.fit, frame: clip.frame, canvas: canvas)
    guard let placement else { return }
    let description = description(for: frame, shape: shape, placement: placement)
    if !description.isEmpty {
      graph = try FilterGraph.pictures(like: frame, through: description)
    }
  }

  /// Empty when the picture is right as it is.
  private func description(for frame: Frame, shape: Shape, placement: Placement) -> String {
    var filters = orientation.steps.map(\.rawValue)
    let crop = crop(of: shape, to: placement)
    if let crop { filters.append(crop) }
    let isRightSize =
      crop == nil && !orientation.swapsSides && shape.size.width == placement.width
      && shape.size.height == placement.height
    if filters.isEmpty, isRightSize, shape.format == .yuv420p, frame.isLimitedBT709, !shape.isHDR {
      return ""
    }
    if shape.isHDR { filters += Self.toneMapping }
    let size = "w=\(placement.width):h=\(placement.height)"
    let flags = isStill ? "lanczos+accurate_rnd+full_chroma_inp" : "bicubic+accurate_rnd"
    let matrix =
      shape.hasMatrix || shape.isHDR ? "" : ":in_color_matrix=\(Self.usualMatrix(shape.size))"
    let output = ":out_color_matrix=bt709:out_range=tv"
    guard shape.format.hasAlpha else {
      return (filters + ["scale=\(size):flags=\(flags)\(matrix)\(output)", "format=yuv420p"])
        .joined(separator: ",")
    }
    // Scaling mixes neighbours: invisible ones must not give their colour.
    filters += [
      "scale=flags=\(flags)\(matrix)", "format=gbrap", "premultiply=inplace=1",
      "scale=\(size):flags=\(flags)", "format=gbrap", "unpremultiply=inplace=1",
      "scale=flags=\(flags)\(output)", "format=yuva420p",
    ]
    return filters.joined(separator: ",")
  }

  /// The part to be seen, in pixels of the upright picture; nil for all of it.
  private func crop(of shape: Shape, to placement: Placement) -> String? {
    let width = orientation.swapsSides ? shape.size.height : shape.size.width
    let height = orientation.swapsSides ? shape.size.width : shape.size.height
    // Chroma samples of large pictures stay whole; small ones need every pixel.
    let grid = min(width, height) >= 64 ? 2 : 1
    let x = Self.cut(width, from: placement.left, to: placement.right, grid: grid)
    let y = Self.cut(height, from: placement.top, to: placement.bottom, grid: grid)
    guard x.count < width || y.count < height else { return nil }
    return "crop=w=\(x.count):h=\(y.count):x=\(x.lowerBound):y=\(y.lowerBound):exact=1"
  }

  private static func cut(_ length: Int, from: Double, to: Double, grid: Int) -> Range<Int> {
    func snap(_ share: Double) -> Int {
      if share >= 1 { return length }
      return Int((share * Double(length) / Double(grid)).rounded()) * grid
    }
    let start = min(snap(from), max(0, length - grid))
    return start..<min(length, max(snap(to), start + grid))
  }

  /// Files that do not say are taken as television of their size is.
  private static func usualMatrix(_ size: PixelSize) -> String {
    min(size.width, size.height) >= 700 ? "bt709" : "smpte170m"
  }

  /// From PQ or HLG to what a normal screen can show.
  private static let toneMapping = [
    "zscale=t=linear:npl=100", "format=gbrpf32le", "zscale=p=bt709", "tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv", "format=yuv420p",
  ]
}
