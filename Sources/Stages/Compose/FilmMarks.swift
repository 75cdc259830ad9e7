import Pipeline

/// Says of every stretch of the film which setting or input made it.
struct FilmMarks {
  let options: Compose.Options
  let material: FilmMaterial
  let wide: WideElements
  let shots: [Shot]
  let schedule: Schedule

  func marks() -> [TimelineMark] {
    let whole = schedule.duration
    var marks: [TimelineMark] = []
    if material.background != nil {
      marks.append(mark(.background, at: .zero, whole, "in.background"))
    } else if options.gradient != nil {
      marks.append(mark(.background, at: .zero, whole, "with.gradient"))
    }
    if material.music != nil, options.musicVolume > 0 {
      marks.append(mark(.music, at: .zero, whole, "in.music"))
    }
    for (setting, elements) in [("backdrop", wide.backdrop), ("elements", wide.elements)] {
      for (number, element) in elements.enumerated() {
        let stay = ElementStay(element.settings.stay, in: schedule.whole)
        guard stay.duration > .zero else { continue }
        marks.append(mark(.element, at: stay.at, stay.duration, "with.\(setting)[\(number)]"))
      }
    }
    for index in shots.indices { marks += self.marks(of: index) }
    return marks
  }

  private func marks(of index: Int) -> [TimelineMark] {
    let (shot, span) = (shots[index], schedule.spans[index])
    let words = shot.scene.narration?.allSatisfy(\.isWhitespace) == false
    let text = words ? shot.scene.narration : nil
    var marks = [mark(.scene, at: span.start, span.length, place(of: index), text)]
    if let narration = shot.narration {
      let path =
        shot.scene.audio == nil ? "in.narration[\(index)]" : "\(place(of: index)).audio"
      marks.append(
        mark(
          .narration, at: span.start + MediaTime(options.lead), narration.duration, path, text))
    }
    for (number, element) in shot.elements.enumerated() {
      let stay = ElementStay(element.settings.stay, in: span)
      guard stay.duration > .zero else { continue }
      marks.append(
        mark(.element, at: stay.at, stay.duration, "\(place(of: index)).elements[\(number)]"))
    }
    for (number, written) in shot.scene.texts.enumerated() {
      let stay = ElementStay(written.stay, in: span)
      guard stay.duration > .zero else { continue }
      marks.append(
        mark(
          .text, at: stay.at, stay.duration, "\(place(of: index)).texts[\(number)]", written.text))
    }
    return marks
  }

  /// Scenes are made of pictures, or of sounds, where none are written.
  private func place(of scene: Int) -> String {
    if !options.scenes.isEmpty { return "with.scenes[\(scene)]" }
    return material.pictures.isEmpty ? "in.narration[\(scene)]" : "in.pictures[\(scene)]"
  }

  private func mark(
    _ kind: TimelineMark.Kind, at time: MediaTime, _ duration: MediaTime, _ path: String,
    _ text: String? = nil
  ) -> TimelineMark {
    TimelineMark(
      kind, at: time, duration: duration, path: path, module: Compose.info.name, text: text)
  }
}
