import Pipeline

/// What is seen: background, scenes, elements by their z-index, and the fades of the whole film on top.
struct PictureLayers {
  let options: Compose.Options
  let background: (file: FileReference, facts: MediaFacts)?
  let shots: [Shot]
  let schedule: Schedule

  func layers(_ findings: inout Findings) -> [Layer] {
    var elements: [Int: [Clip]] = [:]
    for (shot, span) in zip(shots, schedule.spans) {
      for element in shot.elements {
        guard let clip = clip(of: element, shot, span, &findings) else { continue }
        elements[element.settings.zIndex, default: []].append(clip)
      }
    }
    let stacked = elements.sorted { $0.key < $1.key }.map(\.value)
    let layers = ([backgroundClips, sceneClips] + stacked).filter { !$0.isEmpty }
    return (layers.isEmpty ? [] : layers + [filmFades].filter { !$0.isEmpty }).map(Layer.init)
  }

  // MARK: Background and fades

  private var backgroundClips: [Clip] {
    guard let background else { return [] }
    return [
      Clip(
        source: .file(background.file), at: .zero, duration: schedule.duration,
        loops: background.facts.isVideo)
    ]
  }

  /// A sheet of the background colour over everything, going away at the start and coming back at the end.
  private var filmFades: [Clip] {
    let half = MediaTime(ticks: schedule.duration.ticks / 2)
    let fadeIn = min(MediaTime(options.fadeIn), half)
    let fadeOut = min(MediaTime(options.fadeOut), half)
    var clips: [Clip] = []
    if fadeIn > .zero {
      clips.append(
        Clip(
          source: .colour(options.background), at: .zero, duration: fadeIn,
          leave: Transition(duration: fadeIn)))
    }
    if fadeOut > .zero {
      clips.append(
        Clip(
          source: .colour(options.background), at: schedule.duration - fadeOut, duration: fadeOut,
          enter: Transition(duration: fadeOut)))
    }
    return clips
  }

  // MARK: Scenes

  private var sceneClips: [Clip] {
    shots.indices.flatMap { index in
      let span = schedule.spans[index]
      let isHidden = index + 1 < shots.count && hidesWhatIsBelow(shots[index + 1])
      let leave = isHidden ? nil : fade(span.overlap)
      var clips: [Clip] = []
      if let colour = backing(shots[index], span) {
        clips.append(
          Clip(
            source: .colour(colour), at: span.start, duration: span.seen, enter: fade(span.enter),
            leave: leave))
      }
      if let picture = shots[index].picture {
        clips.append(
          Clip(
            source: .file(picture.file), at: span.start, duration: span.seen,
            loops: picture.facts.isVideo && shots[index].scene.loop, fit: picture.fit,
            frame: picture.frame, enter: fade(span.enter), leave: leave))
      }
      return clips
    }
  }

  /// A scene that does not fill the canvas brings its own background, or the scene before would be seen beside it
  /// during the transition. Over a background video it must not: there the scene before fades away.
  private func backing(_ shot: Shot, _ span: Schedule.Span) -> Colour? {
    if shot.picture?.hides(options.size) ?? false { return nil }
    if let colour = shot.scene.background { return colour }
    return span.enter > .zero && background == nil && hasPictures ? options.background : nil
  }

  private func hidesWhatIsBelow(_ shot: Shot) -> Bool {
    if shot.picture?.hides(options.size) ?? false { return true }
    if let colour = shot.scene.background { return colour.alpha == 255 }
    return background == nil
  }

  /// False for a film of sound alone, which gets no layers.
  private var hasPictures: Bool {
    shots.contains { $0.picture != nil || !$0.elements.isEmpty || $0.scene.background != nil }
  }

  private func fade(_ duration: MediaTime) -> Transition? {
    duration > .zero ? Transition(duration: duration) : nil
  }

  // MARK: Elements

  private func clip(
    of element: Shot.Element, _ shot: Shot, _ span: Schedule.Span, _ findings: inout Findings
  ) -> Clip? {
    let stay = ElementStay(element.settings, in: span)
    stay.warn(element.label, element.settings.file.reference.name, span, &findings)
    guard let picture = element.picture, stay.duration > .zero else { return nil }
    return Clip(
      source: .file(picture.file), at: stay.at, duration: stay.duration,
      loops: picture.facts.isVideo && element.settings.loop, fit: picture.fit,
      frame: picture.frame, opacity: element.settings.opacity, enter: fade(stay.enter),
      leave: fade(stay.leave))
  }
}

/// When an element is there, and how it comes and goes.
///
/// Where its author says nothing it behaves as its scene does: one that is there from the start comes in with the
/// scene, one that lasts to the end goes away while the next scene comes in.
struct ElementStay: Hashable {
  var at: MediaTime
  /// Zero if its scene is over before it begins.
  var duration: MediaTime
  var enter: MediaTime
  var leave: MediaTime
  /// How much of the wanted duration does not fit into the scene.
  var cut: MediaTime

  init(_ element: SceneElement, in span: Schedule.Span) {
    let start = MediaTime(element.start)
    let left = max(.zero, span.length - start)
    let wanted = element.duration.map(MediaTime.init) ?? left
    let lastsToTheEnd = wanted >= left
    let fades = element.fadeOut == nil && lastsToTheEnd
    at = span.start + start
    cut = max(.zero, wanted - left)
    duration = left > .zero ? min(wanted, left) + (fades ? span.overlap : .zero) : .zero
    let half = MediaTime(ticks: duration.ticks / 2)
    enter = min(
      half, element.fadeIn.map(MediaTime.init) ?? (start == .zero ? span.enter : .zero))
    leave = min(
      half, element.fadeOut.map(MediaTime.init) ?? (fades ? span.overlap : .zero))
  }

  func warn(_ label: String, _ name: String, _ span: Schedule.Span, _ findings: inout Findings) {
    let length = span.length.milliseconds
    if duration == .zero {
      findings.warn(
        "\(label): `\(name)` is never seen or heard: it starts at "
          + "\((at - span.start).milliseconds)ms, and the scene lasts \(length)ms",
        field: "scenes")
    } else if cut.milliseconds > 0 {
      findings.warn(
        "\(label): `\(name)` ends \(cut.milliseconds)ms early, with its scene of \(length)ms",
        field: "scenes")
    }
  }
}
