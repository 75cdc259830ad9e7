import Pipeline

extension TimelineExport {
  /// A piece of a clip that one range of its media fills.
  private struct Piece {
    var length: Int
    /// Where in the media, in frames of the film.
    var start: Int
    /// Seconds of media in a second; 0 stands still.
    var speed = 1.0
  }

  /// Layers from bottom to top, each on as many tracks as its clips need.
  func videoTracks() throws -> [JSONTree] {
    var tracks: [JSONTree] = []
    for (number, layer) in film.layers.enumerated() {
      let lanes = Lanes(layer.clips.enumerated().map { strip($0.offset, $0.element) }).lanes
      for (lane, strips) in lanes.enumerated() {
        let suffix = lane == 0 ? "" : ", track \(lane + 1)"
        tracks.append(
          OpenTimeline.track(
            "Video", "layer \(number + 1)\(suffix)", try children(strips, of: layer)))
      }
    }
    return tracks
  }

  private func strip(_ index: Int, _ clip: Clip) -> Strip {
    let seen = frames(from: clip.at, to: clip.end)
    // What began before the film has come in already.
    let enter = clip.at >= .zero ? clip.enter : nil
    let most = enter != nil && clip.leave != nil ? seen.count / 2 : seen.count
    return Strip(
      index: index, start: seen.lowerBound, end: seen.upperBound,
      enter: min(most, frameCount(enter?.duration ?? .zero)),
      leave: min(most, frameCount(clip.leave?.duration ?? .zero)))
  }

  private func children(_ strips: [Strip], of layer: Layer) throws -> [JSONTree] {
    var children: [JSONTree] = []
    var cursor = 0
    for (place, strip) in strips.enumerated() {
      let clip = layer.clips[strip.index]
      let before = place > 0 ? strips[place - 1] : nil
      let next = place + 1 < strips.count ? strips[place + 1] : nil
      if strip.start > cursor {
        children.append(OpenTimeline.gap(strip.start - cursor, rate: frameRate))
      }
      let overlap = before.map { $0.end - strip.start } ?? 0
      if overlap > 0 || strip.enter > 0 {
        children.append(
          try transition(clip.enter, before: 0, after: overlap > 0 ? overlap : strip.enter))
      }
      let goesOver = next.map { $0.start < strip.end } ?? false
      let end = goesOver ? next?.start ?? strip.end : strip.end
      children += try clips(of: clip, strip, until: end)
      if strip.leave > 0, !goesOver {
        children.append(try transition(clip.leave, before: strip.leave, after: 0))
      }
      cursor = end
    }
    if cursor < film.frameCount {
      children.append(OpenTimeline.gap(film.frameCount - cursor, rate: frameRate))
    }
    return children
  }

  private func transition(
    _ transition: Transition?, before: Int, after: Int
  ) throws -> JSONTree {
    OpenTimeline.transition(
      (transition?.kind ?? .fade).rawValue, before: before, after: after, rate: frameRate,
      metadata: try transition.map { ["transition": try JSONTree(encoding: $0)] } ?? [:])
  }

  private func clips(of clip: Clip, _ strip: Strip, until end: Int) throws -> [JSONTree] {
    let metadata = ["clip": try JSONTree(encoding: clip)]
    let (media, name) = try self.media(of: clip, length: strip.end - strip.start)
    return pieces(of: clip, strip, until: end).map { piece in
      OpenTimeline.clip(
        name, piece.start..<(piece.start + piece.length), rate: frameRate, media: media,
        effects: piece.speed == 1 ? [] : [OpenTimeline.timeWarp(piece.speed)], metadata: metadata)
    }
  }

  /// A video that loops is repeated, one that is too short stands still at its end.
  private func pieces(of clip: Clip, _ strip: Strip, until end: Int) -> [Piece] {
    let total = end - strip.start
    guard let file = clip.source.file, let info = media[file.digest]?.info, !info.isStillImage,
      let duration = info.duration
    else {
      let isFile = clip.source.file != nil && !isStill(clip)
      return [Piece(length: total, start: isFile ? begin(of: clip, strip) : 0)]
    }
    let speed = clip.speed ?? 1
    let first = begin(of: clip, strip)
    let last = max(1, frameCount(duration))
    var pieces: [Piece] = []
    var done = 0
    while done < total {
      let start = done == 0 ? first : frameCount(clip.sourceStart)
      let playable = Int((Double(last - start) / speed).rounded(.up))
      guard playable > 0 else {
        pieces.append(Piece(length: total - done, start: last - 1, speed: 0))
        break
      }
      let length = min(playable, total - done)
      pieces.append(Piece(length: length, start: start, speed: speed))
      done += length
      if !clip.loops, done < total {
        pieces.append(Piece(length: total - done, start: last - 1, speed: 0))
        break
      }
    }
    return pieces
  }

  /// Where in the media the first frame of it that is seen lies.
  private func begin(of clip: Clip, _ strip: Strip) -> Int {
    let start = canvas.frameRate.time(ofFrame: strip.start)
    return max(0, frameCount(clip.sourceTime(at: max(clip.at, start))))
  }

  private func isStill(_ clip: Clip) -> Bool {
    guard let file = clip.source.file else { return true }
    return media[file.digest]?.info.isStillImage ?? file.mediaType.hasPrefix("image/")
  }

  /// - Parameter length: in frames, with what a transition shows behind the clip's end.
  private func media(of clip: Clip, length: Int) throws -> (JSONTree, name: String) {
    let whole = OpenTimeline.range(0..<length, rate: frameRate)
    switch clip.source {
    case .file(let file):
      guard !isStill(clip) else { return (reference(to: file, available: whole), file.name) }
      guard let info = media[file.digest]?.info, let duration = info.duration else {
        return (reference(to: file, available: nil), file.name)
      }
      let rate = info.video?.frameRate?.framesPerSecond ?? frameRate
      let frames = info.video?.frameCount ?? Int((duration.seconds * rate).rounded())
      return (
        reference(to: file, available: OpenTimeline.range(0..<frames, rate: rate)), file.name
      )
    case .colour(let colour):
      return (
        OpenTimeline.generator(
          "SolidColor", named: "colour", available: whole,
          parameters: .map(["color": try JSONTree(encoding: colour)])), "colour"
      )
    case .gradient(let gradient):
      return (
        OpenTimeline.generator(
          "Gradient", named: "gradient", available: whole,
          parameters: try JSONTree(encoding: gradient)), "gradient"
      )
    case .text(let text):
      return (
        OpenTimeline.generator(
          "Text", named: "text", available: whole, parameters: try JSONTree(encoding: text)),
        text.text.split(whereSeparator: \.isNewline).joined(separator: " ")
      )
    }
  }
}
