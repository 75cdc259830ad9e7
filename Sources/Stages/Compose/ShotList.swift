import Media
import Pipeline

/// Checks the scenes against the facts about their files and joins both.
struct ShotList {
  let options: Compose.Options
  let material: FilmMaterial

  /// One shot for each scene; without scenes one for each sound of the narration.
  func shots(_ findings: inout Findings) throws(StageError) -> [Shot] {
    let scenes = try scenes(&findings)
    guard !scenes.isEmpty else {
      findings.problem(
        "there is nothing to make a film of: give it `scenes`, `pictures` or `narration`")
      return []
    }
    let spoken = material.narration.count
    if spoken != 0, spoken != scenes.count {
      findings.problem(
        "the narration has \(counted(spoken, "sound")) for \(counted(scenes.count, "scene")); "
          + "it needs one for each scene, in order")
    }
    var shots: [Shot] = []
    for (index, scene) in scenes.enumerated() {
      let file = spoken == scenes.count ? material.narration[index] : nil
      shots.append(try shot(index, scene, spoken: file, &findings))
    }
    warnOfSilence(shots, &findings)
    return shots
  }

  /// There was never to be a picture.
  private var isSoundAlone: Bool { options.scenes.isEmpty && material.pictures.isEmpty }

  /// As written, or one for each picture, or a blank one for each sound.
  private func scenes(_ findings: inout Findings) throws(StageError) -> [Scene] {
    if !options.scenes.isEmpty {
      if !material.pictures.isEmpty {
        findings.problem(
          "there are `scenes`, and the input `pictures` is connected too; leave one out")
      }
      return options.scenes
    }
    if material.pictures.isEmpty { return material.narration.map { _ in Scene() } }
    var scenes: [Scene] = []
    for file in material.pictures {
      var scene = Scene()
      scene.fit = options.pictureFit
      if try facts(of: file).isStill {
        scene.image = ImageFile(file)
      } else {
        scene.video = MediaFile(file)
      }
      scenes.append(scene)
    }
    return scenes
  }

  private func shot(
    _ index: Int, _ scene: Scene, spoken: FileReference?, _ findings: inout Findings
  ) throws(StageError) -> Shot {
    var shot = Shot(label: Shot.label(index, scene), scene: scene)
    shot.narration = try narration(shot, spoken, &findings)
    shot.picture = try picture(shot, &findings)
    for (index, element) in scene.elements.enumerated() {
      let label = "\(shot.label), \(element.label(index))"
      shot.elements.append(try self.element(label, element, &findings))
    }
    let showsSomething =
      scene.media != nil || scene.background != nil || scene.gradient != nil
      || !scene.texts.isEmpty || shot.elements.contains { $0.facts.hasPicture }
    if !isSoundAlone, !showsSomething, try !hasPictureOfItsOwn {
      findings.problem(
        "\(shot.label) has nothing to show: give it `image`, `video`, `background` or `elements`")
    }
    return shot
  }

  /// Something is seen whatever the scenes show.
  private var hasPictureOfItsOwn: Bool {
    get throws(StageError) {
      if material.background != nil || options.gradient != nil { return true }
      for element in options.backdrop + options.elements where element.kind != .audio {
        if try facts(of: element.file.reference).hasPicture { return true }
      }
      return false
    }
  }

  /// What is there for the whole film.
  func wide(_ findings: inout Findings) throws(StageError) -> WideElements {
    var wide = WideElements()
    for (index, element) in options.backdrop.enumerated() {
      let made = try self.element("backdrop, \(element.label(index))", element, &findings)
      if made.picture == nil {
        findings.problem("\(made.label): `\(element.file.reference.name)` has no picture")
      }
      wide.backdrop.append(made)
    }
    for (index, element) in options.elements.enumerated() {
      wide.elements.append(try self.element(element.label(index), element, &findings))
    }
    return wide
  }

  private func narration(
    _ shot: Shot, _ spoken: FileReference?, _ findings: inout Findings
  ) throws(StageError) -> Shot.Narration? {
    if spoken != nil, shot.scene.audio != nil {
      findings.problem(
        "\(shot.label) has `audio`, and the `narration` input has a sound for it too; leave one out"
      )
    }
    guard let file = shot.scene.audio?.reference ?? spoken else { return nil }
    guard let duration = try facts(of: file).soundDuration else {
      findings.problem("\(shot.label): `\(file.name)` has no sound and cannot be its narration")
      return nil
    }
    guard duration > .zero else {
      findings.problem("\(shot.label): the narration `\(file.name)` is empty, it lasts 0s")
      return nil
    }
    return Shot.Narration(file: file, duration: duration)
  }

  private func picture(
    _ shot: Shot, _ findings: inout Findings
  ) throws(StageError) -> Shot.Picture? {
    let scene = shot.scene
    if scene.image != nil, scene.video != nil {
      findings.problem(
        "\(shot.label) has both `image` and `video`; put one of them into its `elements`")
    }
    guard let file = scene.media else {
      if !scene.placement.isEmpty {
        findings.warn(
          "\(shot.label) has no picture that `x`, `y`, `width` or `height` could place",
          field: "scenes")
      }
      return nil
    }
    let facts = try facts(of: file)
    guard let pixels = facts.pixels else {
      findings.problem(
        "\(shot.label): `\(file.name)` has no picture; as a sound it goes to `audio`")
      return nil
    }
    if scene.image != nil, !facts.isStill {
      findings.problem(
        "\(shot.label): `\(file.name)` is a video; write `video` in place of `image`")
    }
    if scene.image == nil, facts.isStill {
      findings.problem(
        "\(shot.label): `\(file.name)` is a picture; write `image` in place of `video`")
    }
    warnOfNoEffect(
      shot.label, file, facts, volume: scene.volume, loop: scene.loop, speed: scene.speed,
      &findings)
    let frame =
      scene.placement.isEmpty ? nil : scene.placement.frame(of: pixels, on: options.size)
    var picture = Shot.Picture(file: file, facts: facts, frame: frame, fit: scene.fit)
    picture.look.speed = scene.speed
    picture.look.motion = scene.motion?.motion
    picture.look.key = scene.chromaKey?.key
    picture.look.effects = effects(scene.effects, shot.label, &findings)
    check(picture, shot.label, &findings)
    return picture
  }

  private func element(
    _ label: String, _ element: SceneElement, _ findings: inout Findings
  ) throws(StageError) -> Shot.Element {
    let file = element.file.reference
    let facts = try facts(of: file).used(as: element.kind)
    checkKind(label, element, facts, &findings)
    var made = Shot.Element(label: label, settings: element, facts: facts)
    warnOfNoEffect(
      label, file, facts, volume: element.volume, loop: element.loop, speed: element.speed,
      &findings)
    if let pixels = facts.pixels {
      let frame = element.placement.frame(of: pixels, on: options.size)
      var picture = Shot.Picture(file: file, facts: facts, frame: frame, fit: element.fit)
      picture.look = Shot.Look(
        speed: element.speed, motion: element.motion?.motion,
        path: element.path.map { $0.keyframe(frame) },
        opacityKeys: element.opacityKeys.map(\.keyframe), border: element.border,
        key: element.chromaKey?.key, effects: effects(element.effects, label, &findings))
      check(picture, label, &findings)
      made.picture = picture
    } else if !element.placement.isEmpty {
      findings.warn(
        "\(label): `\(file.name)` is a sound; `x`, `y`, `width` and `height` do nothing",
        field: "scenes")
    }
    if !facts.hasSound, !element.gainKeys.isEmpty {
      findings.warn(
        "\(label): `\(file.name)` has no sound, `gain-keys` do nothing", field: "scenes")
    }
    return made
  }

  private func checkKind(
    _ label: String, _ element: SceneElement, _ facts: MediaFacts, _ findings: inout Findings
  ) {
    let name = element.file.reference.name
    switch element.kind {
    case .audio where !facts.hasSound: findings.problem("\(label): `\(name)` has no sound")
    case .audio where facts.soundDuration == .zero:
      findings.problem("\(label): `\(name)` is empty, it lasts 0s")
    case .image where !facts.isStill, .video where !facts.isVideo:
      let wanted = element.kind == .image ? "a picture" : "a video"
      findings.problem("\(label): `\(name)` is \(facts.noun), not \(wanted)")
    default: break
    }
  }

  private func effects(
    _ texts: [String], _ label: String, _ findings: inout Findings
  ) -> [Effect] {
    texts.compactMap { text in
      do throws(EffectError) { return try Effect(parsing: text) } catch {
        findings.problem("\(label): `effects`: \(error.message)")
        return nil
      }
    }
  }

  private func check(_ picture: Shot.Picture, _ label: String, _ findings: inout Findings) {
    let canvas = options.size
    if let frame = picture.frame, picture.look.path.isEmpty, !frame.touches(canvas) {
      findings.problem(
        "\(label): `\(picture.file.name)` is outside the picture: it would be at \(frame.x), "
          + "\(frame.y) with \(frame.width)x\(frame.height) pixels, and the film has \(canvas)")
    }
    if picture.fit == .blur, picture.facts.hasAlpha || picture.look.key != nil {
      findings.warn(
        "\(label): `\(picture.file.name)` is see-through; `fit: blur` does not fill the frame",
        field: "scenes")
    }
    let times = picture.enlargement(on: canvas)
    if times > 2, let pixels = picture.facts.pixels {
      findings.warn(
        "\(label): `\(picture.file.name)` has \(pixels) pixels and is enlarged "
          + "\(Int(times.rounded(.up))) times; it will look soft", field: "scenes")
    }
  }

  private func warnOfNoEffect(
    _ label: String, _ file: FileReference, _ facts: MediaFacts, volume: Double?, loop: Bool,
    speed: Double, _ findings: inout Findings
  ) {
    if speed != 1, facts.isStill {
      findings.warn(
        "\(label): `\(file.name)` is a still picture, `speed` does nothing", field: "scenes")
    }
    if let volume, volume != 0, !facts.hasSound {
      findings.warn(
        "\(label): `\(file.name)` has no sound, `volume` does nothing", field: "scenes")
    }
    if loop, facts.isStill {
      findings.warn(
        "\(label): `\(file.name)` is a still picture, `loop` does nothing", field: "scenes")
    }
  }

  private func warnOfSilence(_ shots: [Shot], _ findings: inout Findings) {
    let silent = shots.filter { shot in
      shot.narration == nil && !(shot.scene.narration ?? "").allSatisfy(\.isWhitespace)
    }
    guard let first = silent.first, findings.problems.isEmpty else { return }
    let others = silent.count > 1 ? " and \(counted(silent.count - 1, "other scene"))" : ""
    findings.warn(
      "\(first.label)\(others) will not be spoken: there is narration text, but no sound in "
        + "`audio` or from the `narration` input", field: "scenes")
  }

  private func facts(of file: FileReference) throws(StageError) -> MediaFacts {
    guard let facts = material.facts[file.digest] else {
      throw StageError(.internal, "nothing is known about `\(file.name)`")
    }
    return facts
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
