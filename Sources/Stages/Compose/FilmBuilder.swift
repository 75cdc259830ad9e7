import Pipeline

/// Makes the timeline: a pure function of the settings and of what is known about the files.
struct FilmBuilder {
  private let options: Compose.Options
  private let material: FilmMaterial

  init(_ options: Compose.Options, _ material: FilmMaterial) {
    self.options = options
    self.material = material
  }

  /// Throws one error that names everything that is wrong.
  func build() throws(StageError) -> Film {
    var findings = Findings()
    let music = try self.music(&findings)
    let background = try self.background(&findings)
    let list = ShotList(options: options, material: material)
    let shots = try list.shots(&findings)
    let wide = try list.wide(&findings)
    try findings.check(field: "scenes")
    let schedule = Schedule(shots, options, &findings)
    try findings.check(field: "scenes")
    let layers = PictureLayers(
      options: options, background: background, wide: wide, shots: shots, schedule: schedule
    ).layers(&findings)
    let tracks = SoundTracks(
      options: options, music: music, wide: wide, shots: shots, schedule: schedule)
    let canvas = Canvas(
      size: options.size, frameRate: FrameRate(nominal: options.frameRate),
      background: options.background)
    var timeline = Timeline(
      canvas: canvas, duration: schedule.duration, layers: layers, tracks: tracks.tracks())
    timeline.marks = FilmMarks(
      options: options, material: material, wide: wide, shots: shots, schedule: schedule
    ).marks()
    if let loudness = options.loudness {
      if timeline.hasSound {
        timeline.loudness = loudness.loudness
      } else {
        findings.warn("the film has no sound, `loudness` does nothing", field: "loudness")
      }
    }
    return Film(timeline: timeline, warnings: findings.warnings)
  }

  private func music(_ findings: inout Findings) throws(StageError) -> FileReference? {
    guard let file = material.music else { return nil }
    guard let duration = try facts(of: file).soundDuration, duration > .zero else {
      findings.problem("the music `\(file.name)` has no sound")
      return nil
    }
    return file
  }

  private func background(
    _ findings: inout Findings
  ) throws(StageError) -> (file: FileReference, facts: MediaFacts)? {
    guard let file = material.background else { return nil }
    let facts = try facts(of: file)
    guard facts.hasPicture else {
      findings.problem("the background `\(file.name)` has no picture")
      return nil
    }
    return (file, facts)
  }

  private func facts(of file: FileReference) throws(StageError) -> MediaFacts {
    guard let facts = material.facts[file.digest] else {
      throw StageError(.internal, "nothing is known about `\(file.name)`")
    }
    return facts
  }
}
