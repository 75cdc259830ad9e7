import Pipeline

/// What is seen: background, scenes, elements by their z-index, and the fades of the whole film on top.
struct PictureLayers {
  let options: Compose.Options
  let background: (file: FileReference, facts: MediaFacts)?
  let wide: WideElements
  let shots: [Shot]
  let schedule: Schedule

  func layers(_ findings: inout Findings) -> [Layer] {
    var elements: [Int: [Clip]] = [:]
    for (shot, span) in zip(shots, schedule.spans) {
      for element in shot.elements {
        guard let clip = clip(of: element, in: span, "scene", &findings) else { continue }
        elements[element.settings.zIndex, default: []].append(clip)
      }
      for (number, text) in shot.scene.texts.enumerated() {
        let label = "\(shot.label), text \(number + 1)"
        elements[text.zIndex, default: []] += clips(of: text, label, span, &findings)
      }
    }
    for element in wide.elements {
      guard let clip = clip(of: element, in: schedule.whole, "film", &findings) else { continue }
      elements[element.settings.zIndex, default: []].append(clip)
    }
    let backdrop = backdropClips(&findings)
    let stacked = elements.sorted { $0.key < $1.key }.map(\.value)
    let layers = ([backgroundClips, backdrop, sceneClips] + stacked).filter { !$0.isEmpty }
    return (layers.isEmpty ? [] : layers + [filmFades].filter { !$0.isEmpty }).map(Layer.init)
  }

  // MARK: Background and fades

  private var backgroundClips: [Clip] {
    guard let background else {
      guard let gradient = options.gradient, hasPictures else { return [] }
      return [Clip(source: .gradient(gradient.gradient), at: .zero, duration: schedule.duration)]
    }
    return [
      Clip(
        source: .file(background.file), at: .zero, duration: schedule.duration,
        loops: background.facts.isVideo)
    ]
  }

  private func backdropClips(_ findings: inout Findings) -> [Clip] {
    let order = wide.backdrop.enumerated().sorted {
      ($0.element.settings.zIndex, $0.offset) < ($1.element.settings.zIndex, $1.offset)
    }
    var clips: [Clip] = []
    for (_, element) in order {
      if let clip = clip(of: element, in: schedule.whole, "film", &findings) { clips.append(clip) }
    }
    return clips
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
      let isHidden =
        index + 1 < shots.count && hidesWhatIsBelow(shots[index + 1]) && !span.leaveKind.isSlide
      let enter = Transition.make(span.enterKind, span.enter, area: options.size.whole)
      let leave =
        isHidden ? nil : Transition.make(span.leaveKind, span.overlap, area: options.size.whole)
      var clips: [Clip] = []
      if let source = backing(shots[index], span) {
        clips.append(
          Clip(source: source, at: span.start, duration: span.seen, enter: enter, leave: leave))
      }
      if let picture = shots[index].picture {
        var clip = Clip(
          source: .file(picture.file), at: span.start, duration: span.seen,
          loops: picture.facts.isVideo && shots[index].scene.loop, fit: picture.fit,
          frame: picture.frame, enter: enter, leave: leave)
        picture.look.apply(to: &clip)
        clips.append(clip)
      }
      return clips
    }
  }

  /// A scene that does not fill the canvas brings its own background, or the scene before would be seen beside it
  /// during the transition. Over a background video it must not: there the scene before fades away.
  private func backing(_ shot: Shot, _ span: Schedule.Span) -> Clip.Source? {
    if shot.picture?.hides(options.size) ?? false { return nil }
    if let gradient = shot.scene.gradient { return .gradient(gradient.gradient) }
    if let colour = shot.scene.background { return .colour(colour) }
    return span.enter > .zero && !hasBackdrop && hasPictures ? .colour(options.background) : nil
  }

  /// Something other than a colour lies behind all scenes.
  private var hasBackdrop: Bool {
    background != nil || options.gradient != nil || !wide.backdrop.isEmpty
  }

  private func hidesWhatIsBelow(_ shot: Shot) -> Bool {
    if shot.picture?.hides(options.size) ?? false { return true }
    if let gradient = shot.scene.gradient { return gradient.isOpaque }
    if let colour = shot.scene.background { return colour.alpha == 255 }
    return !hasBackdrop
  }

  /// False for a film of sound alone, which gets no layers.
  private var hasPictures: Bool {
    wide.hasPictures
      || shots.contains {
        $0.picture != nil || !$0.elements.isEmpty || $0.scene.background != nil
          || $0.scene.gradient != nil || !$0.scene.texts.isEmpty
      }
  }

  // MARK: Elements

  /// - Parameter whole: what it belongs to, for messages.
  private func clip(
    of element: Shot.Element, in span: Schedule.Span, _ whole: String, _ findings: inout Findings
  ) -> Clip? {
    let stay = ElementStay(element.settings.stay, in: span)
    stay.warn(
      element.label, element.settings.file.reference.name, span, of: whole, &findings)
    guard let picture = element.picture, stay.duration > .zero else { return nil }
    var clip = Clip(
      source: .file(picture.file), at: stay.at, duration: stay.duration,
      loops: picture.facts.isVideo && element.settings.loop, fit: picture.fit,
      frame: picture.frame, opacity: element.settings.opacity, enter: stay.enter(on: options.size),
      leave: stay.leave(on: options.size))
    picture.look.apply(to: &clip)
    return clip
  }

  private func clips(
    of text: SceneText, _ label: String, _ span: Schedule.Span, _ findings: inout Findings
  ) -> [Clip] {
    let stay = ElementStay(text.stay, in: span)
    let words = text.text.split(whereSeparator: \.isWhitespace).prefix(3).joined(separator: " ")
    stay.warn(label, words, span, &findings)
    guard stay.duration > .zero else { return [] }
    let parts = TextClips(text, on: options.size)
    if !parts.frame.touches(options.size) {
      findings.warn("\(label): `\(words)` is outside the picture", field: "scenes")
    }
    return parts.clips.map { part in
      var clip = Clip(
        source: part.source, at: stay.at, duration: stay.duration, frame: part.frame,
        opacity: text.opacity, enter: stay.enter(on: options.size, area: parts.frame),
        leave: stay.leave(on: options.size, area: parts.frame))
      clip.border = part.border
      return clip
    }
  }
}
