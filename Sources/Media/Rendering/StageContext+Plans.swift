public import Pipeline

extension StageContext {
  /// The film that is to be made of a video: all that it shows, or the stretch that somebody wants to look at.
  public func wantedFilm(of video: Video) async throws -> Timeline {
    let film = try await film(of: video)
    return try preview?.cut(film) ?? film
  }

  /// The encoding that is to be used for a film: as the stage would, or small, in one rendition, to be looked at.
  public func wantedEncoding(_ encoding: Encoding, for film: Timeline) -> Encoding {
    let size = film.canvas.size
    guard let scale = preview?.scale, let largest = encoding.largestRendition(for: size) else {
      return encoding
    }
    let height = min(scale.apply(to: size).height, largest.size(of: size).height)
    var small = encoding
    small.renditions = [
      Rendition(height: height < size.height ? height : nil, quality: largest.quality)
    ]
    return small
  }

  /// The parts of which `render` makes a film, for plans. Throws where `render` would before it begins.
  public func parts(of film: Timeline, encoding: Encoding) async throws -> [PlannedPart] {
    try film.validateForRendering()
    try encoding.validate(for: film)
    return try await renderPlan(of: film, encoding: encoding).parts
  }
}

extension Encoding {
  fileprivate func largestRendition(for canvas: PixelSize) -> Rendition? {
    renditions.max { $0.size(of: canvas).pixelCount < $1.size(of: canvas).pixelCount }
  }
}

extension RenderPlan {
  /// One for each chunk of each rendition, and the sound.
  var parts: [PlannedPart] {
    let rate = timeline.canvas.frameRate
    var parts: [PlannedPart] = []
    for chunk in chunks {
      for (rendition, key) in zip(renditions, chunk.keys) {
        let name = "chunk \(chunk.index + 1)"
        parts.append(
          PlannedPart(
            .chunk, named: renditions.count > 1 ? "\(name) \(rendition.name)" : name, key: key,
            from: rate.time(ofFrame: chunk.frames.lowerBound),
            to: rate.time(ofFrame: chunk.frames.upperBound)))
      }
    }
    if let soundKey {
      parts.append(
        PlannedPart(.sound, named: "sound", key: soundKey, from: .zero, to: timeline.duration))
    }
    return parts
  }
}
