import FFmpeg
import Pipeline

/// How the pictures of one rendition are coded, and what an encoder that is opened and never fed says about the packets
/// of all chunks.
struct PictureCoding: Sendable {
  let rendition: Rendition
  let size: PixelSize
  let settings: Encoder.VideoSettings
  let parameters: CodecParameters
  /// By how many pictures decoding runs ahead of showing.
  let reorderedPictures: Int
  private let preset: Encoding.Preset
  private let isResized: Bool

  init(_ rendition: Rendition, _ encoding: Encoding, _ canvas: Canvas) throws(MediaError) {
    self.rendition = rendition
    size = rendition.size(of: canvas.size)
    isResized = size != canvas.size
    preset = encoding.preset
    let rate = canvas.frameRate
    let settings = Encoder.VideoSettings(
      width: size.width, height: size.height,
      frameRate: Rational(Int32(clamping: rate.numerator), Int32(clamping: rate.denominator)),
      quality: rendition.quality, preset: preset.rawValue,
      keyframeDistance: encoding.longestGroup(at: rate), threads: 1,
      limit: rendition.limit)
    let encoder = try writing("the film") { () throws(FFmpegError) in
      try Encoder.h264(settings)
    }
    self.settings = settings
    parameters = encoder.parameters
    reorderedPictures = encoder.reorderedPictures
  }

  func key(of film: Timeline, keyframes: [Int]) throws(MediaError) -> Digest {
    try RenderPlan.digest(
      PictureRecipe(
        kind: "chunk", version: RenderPlan.version, film: film, quality: rendition.quality,
        preset: preset, size: isResized ? size : nil,
        maxBitsPerSecond: rendition.maxBitsPerSecond, bufferedBits: rendition.bufferedBits,
        keyframes: keyframes, keyframeDistance: settings.keyframeDistance,
        decoder: parameters.extraData))
  }

  /// All that the packets of a chunk depend on.
  private struct PictureRecipe: Encodable {
    var kind: String
    var version: Int
    var film: Timeline
    var quality: Double
    var preset: Encoding.Preset
    /// Nil for the film's own size.
    var size: PixelSize?
    var maxBitsPerSecond: Int?
    var bufferedBits: Int?
    var keyframes: [Int]
    var keyframeDistance: Int
    /// SPS and PPS: chunks that do not agree in them cannot be joined.
    var decoder: [UInt8]
  }
}

extension Rendition {
  fileprivate var limit: Encoder.BitRateLimit? {
    guard let maxBitsPerSecond, let bufferedBits else { return nil }
    return Encoder.BitRateLimit(bitsPerSecond: maxBitsPerSecond, bufferedBits: bufferedBits)
  }
}
