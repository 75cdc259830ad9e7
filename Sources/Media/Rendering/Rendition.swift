public import Pipeline

/// One of the sizes and bit rates in which a film is encoded: a rung of a ladder.
public struct Rendition: Sendable, Hashable, Codable {
  /// What authors and viewers know it by, and its folder in a package; no two of a film have the same.
  public var name: String
  /// Lines of the picture, even; the width follows the film's shape. Nil: the film's own size.
  public var height: Int?
  /// Constant rate factor: 0 shows no difference at all, 18 looks like the source, 51 is worst.
  public var quality: Double
  /// Where the quality would take more, it gives way. Nil: it never does.
  public var maxBitsPerSecond: Int?

  /// - Parameter name: nil for one by the height, such as `720p`.
  public init(
    height: Int? = nil, quality: Double = 20, maxBitsPerSecond: Int? = nil, name: String? = nil
  ) {
    self.name = name ?? height.map { "\($0)p" } ?? "film"
    self.height = height
    self.quality = quality
    self.maxBitsPerSecond = maxBitsPerSecond
  }

  /// How large its pictures are for films of `canvas` pixels. Both sides are even.
  public func size(of canvas: PixelSize) -> PixelSize {
    guard let height, height != canvas.height, canvas.height > 0 else { return canvas }
    let width = Double(canvas.width) * Double(height) / Double(canvas.height)
    return PixelSize(width: Int((width / 2).rounded()) * 2, height: height)
  }
}

extension Rendition {
  /// The name can be that of a folder in a package, everywhere.
  public var hasUsableName: Bool {
    (1...40).contains(name.utf8.count) && !Self.takenNames.contains(name.lowercased())
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// A decoder's buffer holds a second of the highest bit rate: room for keyframes, and still no long peaks.
  var bufferedBits: Int? { maxBitsPerSecond }

  /// An upper bound of the bits in a segment for each of its seconds; nil without a highest bit rate. A segment may
  /// begin with a full buffer, since chunks do not know what was before them.
  func peakBitsPerSecond(inSegmentsOf duration: MediaTime) -> Int? {
    guard let maxBitsPerSecond, let bufferedBits else { return nil }
    return maxBitsPerSecond + Int((Double(bufferedBits) / duration.seconds).rounded(.up))
  }

  func validate(for canvas: PixelSize) throws(MediaError) {
    guard hasUsableName else {
      throw MediaError(
        .unusable,
        "a rendition cannot be called `\(name)`: names have 1 to 40 of a-z, A-Z, 0-9, `-`, `_` and "
          + "are not one of \(Self.takenNames.sorted().joined(separator: ", "))")
    }
    guard (0...51).contains(quality) else {
      throw MediaError(.unusable, "the quality \(quality) is not within 0 to 51")
    }
    if let maxBitsPerSecond, !(50_000...1_000_000_000).contains(maxBitsPerSecond) {
      throw MediaError(
        .unusable,
        "the rendition `\(name)` may take \(maxBitsPerSecond) bits per second, which is not within 50k to 1000M"
      )
    }
    guard let height else { return }
    let size = size(of: canvas)
    guard height <= canvas.height else {
      throw MediaError(
        .unusable,
        "the rendition `\(name)` is larger than the film of \(canvas); leave it out, since it would not show more"
      )
    }
    guard height % 2 == 0, size.width >= 16, size.height >= 16 else {
      throw MediaError(
        .unusable,
        "a rendition of \(size) pixels cannot be coded: sides must be even and at least 16")
    }
  }

  /// Folders of a package that hold something else.
  private static let takenNames: Set<String> = ["audio", "subtitles", "thumbnails", "poster"]
}
