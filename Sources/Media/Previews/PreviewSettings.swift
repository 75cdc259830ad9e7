public import Pipeline

/// How the picture is made that stands for a film before it plays.
public struct PosterSettings: Sendable, Hashable, Codable {
  /// When it is seen in the film; nil for the first moment that shows something.
  public var time: MediaTime?
  /// Lines, even; the width follows the film's shape. Nil: the film's own size.
  public var height: Int?
  /// 1 (smallest) to 100.
  public var quality: Int

  public init(time: MediaTime? = nil, height: Int? = nil, quality: Int = 85) {
    self.time = time
    self.height = height
    self.quality = quality
  }
}

/// How the small pictures are made that players show while somebody looks for a place in a film.
public struct ThumbnailSettings: Sendable, Hashable, Codable {
  /// From one picture to the next.
  public var interval: MediaTime
  /// Pixels, even; the height follows the film's shape.
  public var width: Int
  /// 1 (smallest) to 100.
  public var quality: Int

  public init(
    interval: MediaTime = MediaTime(milliseconds: 10_000), width: Int = 160, quality: Int = 75
  ) {
    self.interval = interval
    self.width = width
    self.quality = quality
  }
}

extension PosterSettings {
  func validate(for film: Timeline) throws(MediaError) {
    if let time, time < .zero || time >= film.duration {
      throw MediaError(
        .unusable,
        "the poster is to be taken at \(time.seconds) s, and the film lasts \(film.duration.seconds) s"
      )
    }
    guard (1...100).contains(quality) else {
      throw MediaError(.unusable, "the poster's quality \(quality) is not within 1 to 100")
    }
    guard let height else { return }
    guard height % 2 == 0, (16...film.canvas.size.height).contains(height) else {
      throw MediaError(
        .unusable,
        "a poster of \(height) lines cannot be made of a film of \(film.canvas.size): the number must be even, 16 to "
          + "\(film.canvas.size.height)")
    }
  }
}

extension ThumbnailSettings {
  func validate() throws(MediaError) {
    guard (0.1...3600).contains(interval.seconds) else {
      throw MediaError(
        .unusable, "a thumbnail every \(interval.seconds) s is not within 0.1 s to 3600 s")
    }
    guard width % 2 == 0, (16...640).contains(width) else {
      throw MediaError(
        .unusable, "thumbnails of \(width) pixels cannot be made: the width must be even, 16 to 640"
      )
    }
    guard (1...100).contains(quality) else {
      throw MediaError(.unusable, "the thumbnails' quality \(quality) is not within 1 to 100")
    }
  }
}

extension PixelSize {
  /// The size with that many lines and nearly the same shape; both sides even.
  func scaled(toHeight height: Int) -> PixelSize {
    PixelSize(
      width: Self.even(Double(width) * Double(height) / Double(self.height)), height: height)
  }

  /// The size with that width and nearly the same shape; both sides even.
  func scaled(toWidth width: Int) -> PixelSize {
    PixelSize(width: width, height: Self.even(Double(height) * Double(width) / Double(self.width)))
  }

  private static func even(_ length: Double) -> Int { max(2, Int((length / 2).rounded()) * 2) }
}
