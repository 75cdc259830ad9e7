import Pipeline

/// Reads one project, with all problems of it.
struct ProjectReader {
  var reader = BodyReader()
  /// What subtitles are where the request says nothing.
  let usual: SubtitleSettings

  init(_ usual: SubtitleSettings) { self.usual = usual }

  /// Incomplete where something was wrong.
  mutating func film(_ value: BodyValue, at path: [String]) -> VideocraftFilm {
    var film = VideocraftFilm(path: path)
    guard
      let project = reader.object(
        value, VideocraftFields.project, owner: path.isEmpty ? "the project" : "a project",
        at: path, elsewhere: VideocraftFields.owner)
    else { return film }
    let known = reader.problems.count
    film.comment = project.text("comment")
    film.quality = project.text("quality").flatMap(FilmQuality.init) ?? .medium
    film.size = size(of: project) ?? FilmSize.usual
    film.scenes = scenes(of: project)
    let (elements, subtitles) = elements(
      project.members["elements"], at: project.path("elements"), isProject: true)
    film.elements = elements
    film.subtitles = subtitles
    // What is missing because it was wrong is not a problem of its own.
    if reader.problems.count == known { FilmRules(film).check(&reader) }
    return film
  }

  // MARK: Size

  /// Nil where it is wrong.
  private mutating func size(of project: BodyReader.Object) -> PixelSize? {
    let isCustom = project.text("resolution")?.lowercased() == FilmSize.custom
    var named: PixelSize?
    if let text = project.text("resolution"), !isCustom {
      named = resolution(text, at: project.path("resolution"))
      guard let named, isPossible(named, at: project.path("resolution")) else { return nil }
    }
    for (side, other) in [("width", "height"), ("height", "width")]
    where project.members[side] == nil && (project.members[other] != nil || isCustom) {
      reader.problem(
        "missing-field",
        isCustom
          ? "`resolution: custom` needs `\(side)`" : "`\(other)` needs `\(side)` beside it",
        at: project.path(side))
    }
    guard let width = project.integer("width"), let height = project.integer("height") else {
      return named
    }
    let size = PixelSize(width: width, height: height)
    guard isPossible(size, at: project.path("width")) else { return nil }
    if let named, named != size {
      reader.problem(
        "contradiction",
        "`width` and `height` make \(size), and `resolution` is \(named); leave one of them out",
        at: project.path("width"))
    }
    return size
  }

  private mutating func resolution(_ text: String, at path: [String]) -> PixelSize? {
    if let size = FilmSize.read(text) { return size }
    let names = FilmSize.named.map(\.name) + [FilmSize.custom] + PixelSize.named.keys.sorted()
    reader.problem(
      "type-mismatch",
      "`resolution`: `\(text)` is neither a size such as 1920x1080 nor one of \(FilmSize.namesText)",
      at: path, suggestion: Spelling.nearest(to: text, among: names))
    return nil
  }

  private mutating func isPossible(_ size: PixelSize, at path: [String]) -> Bool {
    let sides = 16...8192
    guard sides.contains(size.width), sides.contains(size.height) else {
      reader.problem(
        "out-of-range", "both sides of the film are 16 to 8192 pixels, found \(size)", at: path,
        expected: "16 to 8192 pixels")
      return false
    }
    guard size.width % 2 == 0, size.height % 2 == 0 else {
      let even = PixelSize(width: size.width & ~1, height: size.height & ~1)
      reader.problem(
        "out-of-range", "both sides of the film are even, found \(size); \(even) would do",
        at: path, suggestion: "\(even)")
      return false
    }
    return true
  }

  // MARK: Scenes

  private mutating func scenes(of project: BodyReader.Object) -> [FilmScene] {
    guard
      let items = reader.items(
        project.members["scenes"], VideocraftFields.project[named: "scenes"],
        at: project.path("scenes"))
    else { return [] }
    var known: [String: [String]] = [:]
    return items.enumerated().compactMap { index, item in
      let path = project.path("scenes") + ["[\(index)]"]
      guard
        let object = reader.object(
          item, VideocraftFields.scene, owner: "a scene", at: path,
          elsewhere: VideocraftFields.owner)
      else { return nil }
      checkUnique(object, "scene", &known)
      var scene = FilmScene(path: path)
      scene.id = object.text("id")
      scene.background = object.colour("background-color")
      scene.elements =
        elements(
          object.members["elements"], at: object.path("elements"), isProject: false
        ).elements
      return scene
    }
  }

  private mutating func checkUnique(
    _ object: BodyReader.Object, _ noun: String, _ known: inout [String: [String]]
  ) {
    guard let id = object.text("id") else { return }
    if let first = known[id] {
      reader.problem(
        "duplicate-id", "`\(id)` is the id of another \(noun), `\(first.joinedAsPath)`",
        at: object.path("id"))
    } else {
      known[id] = object.path
    }
  }

  // MARK: Elements

  private mutating func elements(
    _ value: BodyValue?, at path: [String], isProject: Bool
  ) -> (elements: [FilmElement], subtitles: FilmSubtitles?) {
    let field = VideocraftFields.scene[named: "elements"]
    guard let items = reader.items(value, field, at: path) else { return ([], nil) }
    var elements: [FilmElement] = []
    var subtitles: FilmSubtitles?
    var known: [String: [String]] = [:]
    for (index, item) in items.enumerated() {
      guard
        let object = reader.object(
          item, VideocraftFields.element, owner: "an element", at: path + ["[\(index)]"],
          elsewhere: VideocraftFields.owner)
      else { continue }
      checkUnique(object, "element", &known)
      checkLanguage(object)
      guard let kind = object.text("type").flatMap(FilmElement.Kind.init) else { continue }
      checkMembers(object, kind)
      if kind == .subtitles {
        let read = self.subtitles(object)
        checkPlace(object, isProject: isProject, earlier: subtitles)
        subtitles = subtitles ?? read
      } else if let element = element(object, kind) {
        elements.append(element)
      }
    }
    return (elements, subtitles)
  }

  /// That no member is there which does nothing for this kind.
  private mutating func checkMembers(_ object: BodyReader.Object, _ kind: FilmElement.Kind) {
    let names = VideocraftFields.names(of: kind)
    for name in object.members.keys.sorted() where !names.contains(name) {
      let others = FilmElement.Kind.allCases.filter {
        VideocraftFields.names(of: $0).contains(name)
      }
      let list = others.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      reader.problem(
        "no-effect", "`\(name)` does nothing for `\(kind.rawValue)`, only for \(list)",
        at: object.path(name))
    }
  }

  private mutating func checkPlace(
    _ object: BodyReader.Object, isProject: Bool, earlier: FilmSubtitles?
  ) {
    if !isProject {
      reader.problem(
        "wrong-place", "subtitles are of the whole film: put them into the project's `elements`",
        at: object.path)
    } else if let earlier {
      reader.problem(
        "duplicate-element",
        "a film has one `subtitles` element, and `\(earlier.path.joinedAsPath)` is one already",
        at: object.path)
    }
  }

  private mutating func checkLanguage(_ object: BodyReader.Object) {
    guard let tag = object.text("language") else { return }
    let primary = tag.prefix { $0 != "-" && $0 != "_" }
    guard (2...3).contains(primary.count), primary.allSatisfy({ $0.isASCII && $0.isLetter }) else {
      reader.problem(
        "type-mismatch", "`language`: `\(tag)` is not a language tag such as `en` or `en-US`",
        at: object.path("language"))
      return
    }
  }

  private mutating func element(
    _ object: BodyReader.Object, _ kind: FilmElement.Kind
  ) -> FilmElement? {
    guard object.members["src"] != nil else {
      reader.problem(
        "missing-field", "an element of type `\(kind.rawValue)` needs `src`",
        at: object.path("src"))
      return nil
    }
    guard let src = object.text("src"), isUsable(src, at: object.path("src")) else { return nil }
    var element = FilmElement(kind: kind, path: object.path, src: src)
    element.id = object.text("id")
    element.x = object.integer("x")
    element.y = object.integer("y")
    element.width = object.integer("width")
    element.height = object.integer("height")
    element.zIndex = object.integer("z-index")
    element.volume = object.number("volume")
    element.fit = object.text("resize").flatMap(Fit.init)
    element.duration = object.number("duration")
    element.language = object.text("language")
    element.fadeIn = object.number("fade_in")
    element.fadeOut = object.number("fade_out")
    element.loop = object.boolean("loop")
    return element
  }

  /// Whether a source is of a kind that hosts read; whether there is such a file is found out later.
  private mutating func isUsable(_ source: String, at path: [String]) -> Bool {
    let scheme = source.lowercased()
    let isAddress = scheme.hasPrefix("http://") || scheme.hasPrefix("https://")
    if !isAddress, scheme.contains("://") || scheme.hasPrefix("data:") || scheme.hasPrefix("file:")
    {
      reader.problem(
        "bad-source", "`src`: only `http://` and `https://` addresses and uploads are read",
        at: path)
      return false
    }
    if isAddress {
      let host = source.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
      guard !host.isEmpty, !source.contains(" ") else {
        reader.problem(
          "bad-source", "`src`: `\(source.prefix(100))` is not an address", at: path)
        return false
      }
    }
    if source.allSatisfy(\.isWhitespace) {
      reader.problem("bad-source", "`src` is empty", at: path)
      return false
    }
    return true
  }

  private mutating func subtitles(_ object: BodyReader.Object) -> FilmSubtitles {
    var subtitles = FilmSubtitles(
      path: object.path, language: object.text("language"), settings: usual)
    if let value = object.members["settings"],
      let settings = reader.object(
        value, VideocraftFields.subtitles, owner: "the `settings` of subtitles",
        at: object.path("settings"), elsewhere: VideocraftFields.owner)
    {
      subtitles.settings.take(settings)
    }
    return subtitles
  }
}

extension [FieldDescription] {
  /// One that is among them.
  subscript(named name: String) -> FieldDescription {
    first { $0.name == name } ?? FieldDescription(name: name, summary: "", type: .json)
  }
}
