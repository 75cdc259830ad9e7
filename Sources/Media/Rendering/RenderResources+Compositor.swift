import Pipeline

extension RenderResources {
  /// Puts the frames of a film together, or of a slice of one.
  ///
  /// - Parameter threads: how many the decoder of each source may keep busy.
  func compositor(
    of film: Timeline, threads: Int, in workers: RenderWorkers
  ) throws -> Compositor {
    let inventory = inventory
    let schedule = try Schedule(film) { file throws(MediaError) in
      try inventory.source(file).isOpaque
    }
    return try Compositor(
      film, schedule: schedule, overlays: try overlays(of: film),
      ClipFeed.Surroundings(
        canvas: film.canvas, sources: sources, stills: stills, inventory: inventory,
        counters: counters, decoderThreads: threads, workers: workers))
  }

  /// Where captions make way for each other, it matters what was on the screen before the film.
  private func overlays(of film: Timeline) throws -> (any OverlaySource)? {
    guard !film.captions.isEmpty else { return nil }
    let overlays = try makeOverlays(film.captions, film.canvas.size)
    let crowded = film.captions.filter(\.hasOverlappingCues)
    guard let longest = crowded.compactMap(\.clock).max() else { return overlays }
    let rate = film.canvas.frameRate
    for frame in stride(from: rate.frameCount(in: longest), to: 0, by: -1) {
      _ = try overlays.overlay(at: .zero - rate.time(ofFrame: frame))
    }
    return overlays
  }
}
