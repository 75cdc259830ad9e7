import FFmpeg
import Pipeline

/// Turns decoded pictures upright and brings them to bt709: cropped and scaled into their place on the canvas, or whole,
/// for what moves. One thread at a time.
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
    let hasPrimaries: Bool
    let isLimitedBT709: Bool
    let isHDR: Bool

    init(_ frame: Frame) {
      size = PixelSize(width: frame.width, height: frame.height)
      format = frame.pixelFormat
      aspect = frame.pixelAspect
      hasMatrix = frame.hasColourMatrix
      hasPrimaries = frame.hasColourPrimaries
      isLimitedBT709 = frame.isLimitedBT709
      isHDR = frame.isHDR
    }

    /// From PQ or HLG to what a normal screen can show.
    var toneMapping: [String] {
      // Whoever codes for HDR screens and says no more means BT.2020 (ITU-R BT.2100).
      let assumed =
        (hasMatrix ? [] : ["colorspace=bt2020nc"])
        + (hasPrimaries ? [] : ["color_primaries=bt2020"])
      return (assumed.isEmpty ? [] : ["setparams=" + assumed.joined(separator: ":")]) + [
        "zscale=t=linear:npl=100", "format=gbrpf32le", "zscale=p=bt709", "tonemap=hable:desat=0",
        "zscale=t=bt709:m=bt709:r=tv", "format=yuv420p",
      ]
    }
  }

  init(for clip: Clip, canvas: PixelSize, orientation: Orientation, isStill: Bool) {
    self.clip = clip
    self.canvas = canvas
    self.orientation = orientation
    self.isStill = isStill
  }

  // MARK: - In its place

  /// Nil when nothing of the picture is on the canvas.
  mutating func picture(from frame: Frame) throws(FFmpegError) -> Picture? {
    let found = Shape(frame)
    if shape != found {
      try begin(found)
      let size = displayed(found)
      // The blurred copy fills the frame.
      let isBlurred = clip.fit == .blur && !found.format.hasAlpha && clip.key == nil
      placement =
        isBlurred
        ? Placement(of: size, fit: .stretch, frame: clip.frame, canvas: canvas)
        : Placement(of: size, fit: clip.fit, frame: clip.frame, canvas: canvas)
      if let placement {
        let chain = isBlurred ? blurred(found, size, placement) : placed(found, placement)
        try open(chain, for: frame)
      }
    }
    guard let placement else { return nil }
    let placed = try graph?.apply(frame) ?? frame
    return try Picture(
      placed, x: placement.x, y: placement.y, checksAlpha: isStill)
  }

  private mutating func begin(_ shape: Shape) throws(FFmpegError) {
    try Decoder.checkSize(width: shape.size.width, height: shape.size.height)
    self.shape = shape
    graph = nil
  }

  private mutating func open(_ chain: FilterChain, for frame: Frame) throws(FFmpegError) {
    graph =
      chain.filters.isEmpty
      ? nil : try FilterGraph.pictures(like: frame, through: chain.description)
  }

  private func displayed(_ shape: Shape) -> PixelSize {
    PixelSize(displaying: shape.size, aspect: shape.aspect, orientation: orientation)
  }

  /// Empty when the picture is right as it is.
  private func placed(_ shape: Shape, _ placement: Placement) -> FilterChain {
    var chain = chain(for: shape)
    let crop = crop(of: shape, to: placement)
    if let crop { chain.append(crop) }
    let isRightSize =
      crop == nil && !orientation.swapsSides && shape.size.width == placement.width
      && shape.size.height == placement.height
    let isAsItIs = chain.filters.isEmpty && isRightSize && shape.format == .yuv420p
    if isAsItIs, shape.isLimitedBT709, !shape.isHDR, clip.key == nil, clip.effects == nil {
      return chain
    }
    if shape.isHDR { for filter in shape.toneMapping { chain.append(filter) } }
    if let key = clip.key { chain.apply(key) }
    let size = "w=\(placement.width):h=\(placement.height)"
    if chain.hasAlpha {
      chain.scalePremultiplied(size)
    } else {
      chain.convertToYUV(clip.effects == nil ? "yuv420p" : "yuv444p", size: size)
    }
    return finish(chain, "yuva420p", "yuv420p")
  }

  private func finish(_ chain: FilterChain, _ withAlpha: String, _ opaque: String) -> FilterChain {
    var chain = chain
    for effect in clip.effects ?? [] { chain.apply(effect) }
    if chain.hasAlpha || clip.effects != nil {
      chain.convertToYUV(chain.hasAlpha ? withAlpha : opaque)
    }
    return chain
  }

  private func blurred(
    _ shape: Shape, _ size: PixelSize, _ placement: Placement
  ) -> FilterChain {
    var chain = chain(for: shape)
    if shape.isHDR { for filter in shape.toneMapping { chain.append(filter) } }
    let frame = clip.frame ?? PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    let even = PixelSize(width: max(2, frame.width & ~1), height: max(2, frame.height & ~1))
    let origin = PixelRect(x: 0, y: 0, width: even.width, height: even.height)
    let whole = Placement(of: size, fit: .contain, frame: origin, canvas: even)
    let cover = Placement(of: size, fit: .cover, frame: origin, canvas: even)
    guard let whole, let cover else { return placed(shape, placement) }
    chain.fillBlurred(
      cover: crop(of: shape, to: cover) ?? "", frame: even,
      inner: PixelRect(x: whole.x, y: whole.y, width: whole.width, height: whole.height))
    let filled = Self.crop(even, to: placement, grid: 2)
    if let filled { chain.append(filled) }
    chain.convertToYUV(
      clip.effects == nil ? "yuv420p" : "yuv444p",
      size: "w=\(placement.width):h=\(placement.height)")
    return finish(chain, "yuva420p", "yuv420p")
  }

  private func chain(for shape: Shape) -> FilterChain {
    let matrix =
      shape.hasMatrix || shape.isHDR ? "" : ":in_color_matrix=\(Self.usualMatrix(shape.size))"
    var chain = FilterChain(
      hasAlpha: shape.format.hasAlpha, sourceMatrix: matrix,
      scaling: isStill ? "lanczos+accurate_rnd+full_chroma_inp" : "bicubic+accurate_rnd")
    for step in orientation.steps { chain.append(step.rawValue) }
    return chain
  }

  // MARK: - Whole

  /// All of the picture, no larger than it is and no larger than it will be needed.
  ///
  /// - Parameter scale: how many pixels of the canvas a pixel of a picture of the given displayed size becomes at most.
  mutating func master(
    from frame: Frame, scale: (PixelSize) -> Double
  ) throws(FFmpegError) -> Master {
    let found = Shape(frame)
    let size = displayed(found)
    if shape != found {
      try begin(found)
      try open(whole(found, size, scale: scale(size)), for: frame)
    }
    return Master(frame: try graph?.apply(frame) ?? frame, size: size)
  }

  private func whole(_ shape: Shape, _ size: PixelSize, scale: Double) -> FilterChain {
    var chain = chain(for: shape)
    if shape.isHDR { for filter in shape.toneMapping { chain.append(filter) } }
    if let key = clip.key { chain.apply(key) }
    let share = min(
      1, scale, Self.longestSide / Double(max(size.width, size.height)),
      (Self.mostPixels / Double(size.pixelCount)).squareRoot())
    let width = max(2, Int((Double(size.width) * share).rounded(.up)))
    let height = max(2, Int((Double(size.height) * share).rounded(.up)))
    // Stills keep all their colour: they are made once.
    let opaque = isStill ? "yuv444p" : "yuv420p"
    if chain.hasAlpha {
      chain.scalePremultiplied("w=\(width):h=\(height)")
    } else {
      chain.convertToYUV(
        clip.effects == nil ? opaque : "yuv444p", size: "w=\(width):h=\(height)")
    }
    for effect in clip.effects ?? [] { chain.apply(effect) }
    if chain.hasAlpha {
      chain.premultiply()
      chain.convertToYUV("yuva444p")
    } else if clip.effects != nil {
      chain.convertToYUV(opaque)
    }
    return chain
  }

  private static let longestSide = 8192.0
  private static let mostPixels = 33_000_000.0

  // MARK: - Parts

  /// The part to be seen, in pixels of the upright picture; nil for all of it.
  private func crop(of shape: Shape, to placement: Placement) -> String? {
    let width = orientation.swapsSides ? shape.size.height : shape.size.width
    let height = orientation.swapsSides ? shape.size.width : shape.size.height
    // Chroma samples of large pictures stay whole; small ones need every pixel.
    return Self.crop(
      PixelSize(width: width, height: height), to: placement,
      grid: min(width, height) >= 64 ? 2 : 1)
  }

  private static func crop(_ size: PixelSize, to placement: Placement, grid: Int) -> String? {
    let x = Self.cut(size.width, from: placement.left, to: placement.right, grid: grid)
    let y = Self.cut(size.height, from: placement.top, to: placement.bottom, grid: grid)
    guard x.count < size.width || y.count < size.height else { return nil }
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

}
