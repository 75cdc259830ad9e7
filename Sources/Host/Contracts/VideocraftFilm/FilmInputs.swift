import Pipeline

/// Puts a film into the words of the pipeline's inputs, which are those of `compose` and `burn`.
struct FilmInputs {
  static let media = "media"

  private let film: VideocraftFilm
  private let file: (String) -> Value

  /// - Parameter file: what stands for a source: a reference or a text.
  init(_ film: VideocraftFilm, file: @escaping (String) -> Value) {
    self.film = film
    self.file = file
  }

  var values: [String: Value] {
    var inputs: [String: Value] = [
      "size": .size(film.size), "rate-factor": .number(film.quality.rateFactor),
      "preset": .text(film.quality.preset), "scenes": .list(film.scenes.map(scene)),
      "backdrop": .list(film.backdrop.map(whole)), "elements": .list(film.overlay.map(whole)),
      Self.media: .list(film.sources.map { file($0.src) }),
    ]
    guard let subtitles = film.subtitles else { return inputs }
    inputs["speech"] = .list(spoken)
    if let language = film.language { inputs["language"] = .text(language) }
    return inputs.merging(subtitles.settings.inputs) { $1 }
  }

  private var spoken: [Value] {
    var seen: Set<String> = []
    return film.spoken.map(\.src).filter { seen.insert($0).inserted }.map(file)
  }

  private func scene(_ scene: FilmScene) -> Value {
    var members: [String: Value] = [
      "lasts": .text("sound"), "elements": .list(scene.elements.map { element($0, [:]) }),
    ]
    if let id = scene.id { members["name"] = .text(id) }
    let background = scene.background ?? (film.backdrop.isEmpty ? .black : nil)
    if let background { members["background"] = .text(background.description) }
    return .map(members)
  }

  /// Of the whole film.
  private func whole(_ element: FilmElement) -> Value {
    guard element.kind == .video else { return self.element(element, [:]) }
    var members: [String: Value] = ["volume": .number(element.volume ?? 0)]
    if element.loop ?? true { members["loop"] = .boolean(true) }
    return self.element(element, members)
  }

  private func element(_ element: FilmElement, _ more: [String: Value]) -> Value {
    var members: [String: Value] = [
      "kind": .text(element.kind.rawValue), "file": file(element.src),
    ]
    func put(_ name: String, _ value: Value?) { if let value { members[name] = value } }
    put("name", element.id.map(Value.text))
    put("volume", element.volume.map(Value.number))
    put("duration", element.duration.map(Self.seconds))
    put("fade-in", element.fadeIn.map(Self.seconds))
    put("fade-out", element.fadeOut.map(Self.seconds))
    put("loop", element.loop.map(Value.boolean))
    if element.kind != .audio {
      let frame = element.frame(on: film.size)
      put("x", frame.x.map(Value.integer))
      put("y", frame.y.map(Value.integer))
      put("width", frame.width.map(Value.integer))
      put("height", frame.height.map(Value.integer))
      put("z-index", element.zIndex.map(Value.integer))
      put("fit", .text((element.fit ?? .cover).rawValue))
    }
    return .map(members.merging(more) { $1 })
  }

  private static func seconds(_ seconds: Double) -> Value { .text("\(seconds)s") }
}

extension VideocraftFilm {
  /// Of what lies behind all scenes: the project's videos.
  var backdrop: [FilmElement] { elements.filter(\.isBackdrop) }

  /// Of what else is there for the whole film.
  var overlay: [FilmElement] { elements.filter { !$0.isBackdrop } }

  /// The inputs of a run of the pipeline.
  ///
  /// - Parameter file: what stands for a source: a reference to the file, or a text that the run finds it by.
  func inputs(file: @escaping (String) -> Value) -> [String: Value] {
    FilmInputs(self, file: file).values
  }
}

extension FilmElement {
  /// In a project: a video that is not said to lie over something.
  fileprivate var isBackdrop: Bool { kind == .video && (zIndex ?? 0) <= 0 }
}
