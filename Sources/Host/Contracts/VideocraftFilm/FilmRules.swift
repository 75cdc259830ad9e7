import Pipeline

/// What members of a project have to do with each other.
struct FilmRules {
  private let film: VideocraftFilm

  init(_ film: VideocraftFilm) { self.film = film }

  func check(_ reader: inout BodyReader) {
    for scene in film.scenes where scene.elements.isEmpty && scene.background == nil {
      reader.problem(
        "empty-scene",
        "\(scene.name) has nothing to show or to hear: give it `elements` or a `background-color`",
        at: scene.path)
    }
    for element in film.everything { check(element, &reader) }
    checkSpeech(&reader)
  }

  private func check(_ element: FilmElement, _ reader: inout BodyReader) {
    if let duration = element.duration {
      let fades = (element.fadeIn ?? 0) + (element.fadeOut ?? 0)
      if fades > duration {
        reader.problem(
          "contradiction",
          "`fade_in` and `fade_out` take \(Self.text(fades)) s, and the element is there for \(Self.text(duration)) s",
          at: element.path + [element.fadeIn ?? 0 > 0 ? "fade_in" : "fade_out"])
      }
    }
    guard element.kind == .image || element.kind == .video else { return }
    let frame = element.frame(on: film.size)
    checkPlace(frame.x, frame.width, film.size.width, "x", "width", element, &reader)
    checkPlace(frame.y, frame.height, film.size.height, "y", "height", element, &reader)
  }

  /// That something of it can be seen, as far as that is known without its file.
  private func checkPlace(
    _ start: Int?, _ length: Int?, _ side: Int, _ name: String, _ sideName: String,
    _ element: FilmElement, _ reader: inout BodyReader
  ) {
    guard let start, start >= side || start + (length ?? 16_384) <= 0 else { return }
    reader.problem(
      "out-of-range",
      "`\(name)`: the element would be outside the picture, whose \(sideName) is \(side) pixels",
      at: element.path + [name])
  }

  private func checkSpeech(_ reader: inout BodyReader) {
    guard let subtitles = film.subtitles else { return }
    if film.spoken.isEmpty {
      reader.problem(
        "nothing-spoken",
        "there is nothing to make subtitles of: no element of the film can be heard",
        at: subtitles.path)
    }
    var tags = film.spoken.compactMap { element in
      element.language.map { (tag: $0, path: element.path + ["language"]) }
    }
    if let tag = subtitles.language { tags.insert((tag, subtitles.path + ["language"]), at: 0) }
    guard let first = tags.first,
      let other = tags.first(where: { $0.tag.lowercased() != first.tag.lowercased() })
    else { return }
    reader.problem(
      "contradiction",
      "the speech of a film is in one language: `\(first.path.joinedAsPath)` says `\(first.tag)`, and this `\(other.tag)`",
      at: other.path)
  }

  private static func text(_ number: Double) -> String { Value.number(number).asText ?? "" }
}

extension FilmScene {
  /// For messages.
  var name: String { id.map { "scene `\($0)`" } ?? "the scene" }
}

extension VideocraftFilm {
  /// Every element, those of the scenes first.
  var everything: [FilmElement] { scenes.flatMap(\.elements) + elements }

  /// What subtitles are made of: the sounds of the scenes; without any those of the whole film, else the scenes' videos.
  var spoken: [FilmElement] {
    let own = scenes.flatMap(\.elements).filter(\.isAudible)
    let whole = elements.filter { $0.kind == .audio && $0.isAudible }
    return [own.filter { $0.kind == .audio }, whole, own.filter { $0.kind == .video }]
      .first { !$0.isEmpty } ?? []
  }

  /// Of what is said; nil where nobody says.
  var language: String? {
    subtitles.flatMap { $0.language ?? spoken.lazy.compactMap(\.language).first }
  }
}

extension FilmElement {
  /// Where it is to be, in pixels of the film; what is nil follows from the file.
  func frame(on canvas: PixelSize) -> (x: Int?, y: Int?, width: Int?, height: Int?) {
    let isPlaced = x != nil || y != nil
    guard width == nil, height == nil, fit != nil || !isPlaced else { return (x, y, width, height) }
    return (x ?? 0, y ?? 0, canvas.width, canvas.height)
  }
}
