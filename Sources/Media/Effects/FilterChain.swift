import FFmpeg
import Pipeline

/// Filters for libavfilter, put together while it is known what kind of samples they leave.
struct FilterChain {
  /// Everything after the source has been converted is bt709, limited range where it is not RGB.
  enum Samples { case source, yuv, rgb }

  private(set) var filters: [String] = []
  private(set) var samples = Samples.source
  /// There is an alpha plane, or will be.
  private(set) var hasAlpha: Bool
  /// How libswscale is told what the source's samples mean, such as `:in_color_matrix=bt709`; may be empty.
  let sourceMatrix: String
  let scaling: String
  private var branches = 0

  init(hasAlpha: Bool, sourceMatrix: String, scaling: String) {
    self.hasAlpha = hasAlpha
    self.sourceMatrix = sourceMatrix
    self.scaling = scaling
  }

  static let bt709 = ":out_color_matrix=bt709:out_range=tv"

  var description: String { filters.joined(separator: ",") }

  mutating func append(_ filter: String) { filters.append(filter) }

  /// - Parameter size: such as `w=640:h=360`; empty leaves it.
  mutating func convertToYUV(_ format: String, size: String = "") {
    let input = samples == .source ? sourceMatrix : samples == .yuv ? ":in_color_matrix=bt709" : ""
    let prefix = size.isEmpty ? "" : "\(size):"
    filters += ["scale=\(prefix)flags=\(scaling)\(input)\(Self.bt709)", "format=\(format)"]
    samples = .yuv
  }

  mutating func convertToRGB() {
    guard samples != .rgb else { return }
    let input = samples == .source ? sourceMatrix : ":in_color_matrix=bt709"
    filters += ["scale=flags=\(scaling)\(input)", "format=\(hasAlpha ? "gbrap" : "gbrp")"]
    samples = .rgb
  }

  /// Scaling mixes neighbours: invisible ones must not give their colour.
  mutating func scalePremultiplied(_ size: String) {
    convertToRGB()
    filters += [
      "premultiply=inplace=1", "scale=\(size):flags=\(scaling)", "format=gbrap",
      "unpremultiply=inplace=1",
    ]
  }

  mutating func premultiply() {
    convertToRGB()
    filters.append("premultiply=inplace=1")
  }

  // MARK: - What a clip asks for

  mutating func apply(_ key: ChromaKey) {
    convertToYUV("yuva444p")
    hasAlpha = true
    let colour = YCbCr(key.colour)
    let code = [colour.y, colour.cb, colour.cr].map(Self.hex).joined()
    filters.append(
      "chromakey=color=0x\(code):similarity=\(Effect.text(key.similarity))"
        + ":blend=\(Effect.text(key.blend)):yuv=1")
    guard key.despill > 0 else { return }
    let isGreen = key.colour.green >= key.colour.blue
    convertToRGB()
    filters += [
      "format=rgba",
      "despill=type=\(isGreen ? "green" : "blue"):\(isGreen ? "green" : "blue")="
        + Effect.text(-key.despill),
      "format=gbrap",
    ]
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  /// The effect must have been checked.
  mutating func apply(_ effect: Effect) {
    guard let rule = EffectRule.named(effect.filter) else { return }
    let text = effect.description(rule)
    switch rule.space {
    case .rgb: convertToRGB()
    case .yuv where samples != .yuv: convertToYUV(hasAlpha ? "yuva444p" : "yuv444p")
    default: break
    }
    guard hasAlpha else {
      filters.append(text)
      return
    }
    switch rule.alpha {
    case .moves: filters.append(text)
    case .mixes:
      convertToRGB()
      filters += ["premultiply=inplace=1", text, "unpremultiply=inplace=1"]
    case .ignores: around(text)
    }
  }

  /// Filters that do not know alpha would lose it.
  private mutating func around(_ filter: String) {
    let number = branches
    branches += 1
    let opaque = samples == .rgb ? "gbrp" : "yuv444p"
    filters.append(
      "split[c\(number)][a\(number)];[a\(number)]alphaextract[m\(number)];"
        + "[c\(number)]format=\(opaque),\(filter)[e\(number)];[e\(number)][m\(number)]alphamerge")
  }

  /// A blurred copy that fills a frame, with the whole picture over it.
  ///
  /// - Parameters:
  ///   - cover: cuts what does not fit into the frame's shape; empty for nothing.
  ///   - frame: even sides.
  ///   - inner: where in the frame the picture lies; all even.
  mutating func fillBlurred(cover: String, frame: PixelSize, inner: PixelRect) {
    // Small is blurred faster, and looks the same.
    let small = PixelSize(
      width: max(8, frame.width / 8 & ~1), height: max(8, frame.height / 8 & ~1))
    convertToYUV("yuv444p")
    let sigma = Effect.text(Double(max(4, min(small.width, small.height) / 12)))
    filters.append(
      "split[b][f];[b]\(cover.isEmpty ? "" : "\(cover),")scale=w=\(small.width):h=\(small.height):flags=area,"
        + "gblur=sigma=\(sigma):steps=2,"
        + "scale=w=\(frame.width):h=\(frame.height):flags=bicubic[blurred];"
        + "[f]scale=w=\(inner.width):h=\(inner.height):flags=\(scaling)[whole];"
        + "[blurred][whole]overlay=x=\(inner.x):y=\(inner.y):format=yuv444")
  }
}
