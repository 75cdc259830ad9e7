import Pipeline

/// Every member of the body, declared once: what reads it, and what its JSON Schema and its description are made of.
enum VideocraftFields {
  static let project: [FieldDescription] = [
    FieldDescription(
      name: "comment", summary: "What the film is, in your words; shown with its job.",
      type: .optional(.text), range: 0...2000),
    FieldDescription(
      name: "resolution",
      summary:
        "Width and height as `1920x1080`, or a name: \(FilmSize.namesText); `custom` takes `width` and `height`.",
      type: .optional(.text), range: 2...40),
    FieldDescription(
      name: "quality", summary: "How much the picture may lose: `low` makes the smallest file.",
      type: .choice(FilmQuality.allCases.map(\.rawValue)),
      defaultValue: .text(FilmQuality.medium.rawValue)),
    FieldDescription(
      name: "width", summary: "Width of the film, even; together with `height`.",
      type: .optional(.integer), range: 16...8192, unit: "pixels"),
    FieldDescription(
      name: "height", summary: "Height of the film, even; together with `width`.",
      type: .optional(.integer), range: 16...8192, unit: "pixels"),
    FieldDescription(
      name: "scenes", summary: "What follows one another.", type: .list(.json), range: 1...1000),
    FieldDescription(
      name: "elements",
      summary:
        "What is there for the whole film: videos behind all scenes, pictures over them, sounds, and the subtitles.",
      type: .optional(.list(.json)), range: 0...100),
  ]

  static let scene: [FieldDescription] = [
    FieldDescription(
      name: "id", summary: "What messages call the scene; no two have the same.",
      type: .optional(.text), range: 1...100),
    FieldDescription(
      name: "background-color",
      summary:
        "Behind everything in the scene. Missing: black, or the video that lies behind all scenes.",
      type: .optional(.colour)),
    FieldDescription(
      name: "elements", summary: "What is seen and heard in the scene.",
      type: .optional(.list(.json)), range: 0...100),
  ]

  static let element: [FieldDescription] = [
    FieldDescription(
      name: "type", summary: "What it is.",
      type: .choice(FilmElement.Kind.allCases.map(\.rawValue))),
    FieldDescription(
      name: "src", summary: "The file: an address (`https://…`) or the name of an upload.",
      type: .optional(.text), range: 1...4000),
    FieldDescription(
      name: "id", summary: "What messages call the element; no two of a list have the same.",
      type: .optional(.text), range: 1...100),
    FieldDescription(
      name: "x", summary: "Left edge. Missing: centred, or 0 with `resize` and no size.",
      type: .optional(.integer), range: -16_384...16_384, unit: "pixels"),
    FieldDescription(
      name: "y", summary: "Upper edge. Missing: centred, or 0 with `resize` and no size.",
      type: .optional(.integer), range: -16_384...16_384, unit: "pixels"),
    FieldDescription(
      name: "width",
      summary:
        "Width of the frame that it is fitted into. Missing: by `height` and the file's proportions.",
      type: .optional(.integer), range: 1...16_384, unit: "pixels"),
    FieldDescription(
      name: "height",
      summary:
        "Height of the frame that it is fitted into. Missing: by `width` and the file's proportions.",
      type: .optional(.integer), range: 1...16_384, unit: "pixels"),
    FieldDescription(
      name: "z-index",
      summary:
        "Higher ones cover lower ones; equal ones are in the order of the list. A project's video lies behind all scenes unless it is above 0.",
      type: .integer, defaultValue: .integer(0), range: -1000...1000),
    FieldDescription(
      name: "volume",
      summary:
        "Loudness of its sound; 1 leaves it as it is, 0 is silence. A project's video is silent without it.",
      type: .number, defaultValue: .number(1), range: 0...10),
    FieldDescription(
      name: "resize",
      summary:
        "How it fills its frame. Without `width` and `height` that is one of the film's size.",
      type: .choice(FilmElement.fits.map(\.rawValue)), defaultValue: .text(Fit.cover.rawValue)),
    FieldDescription(
      name: "duration",
      summary: "How long it is there. Missing: to the end of its scene, or of the film.",
      type: .optional(.number), range: 0.04...86_400, unit: "seconds"),
    FieldDescription(
      name: "language", summary: "Of what is said, as a BCP 47 tag such as `en` or `en-US`.",
      type: .optional(.text), range: 2...35),
    FieldDescription(
      name: "fade_in", summary: "How long it takes to appear.", type: .number,
      defaultValue: .number(0), range: 0...60, unit: "seconds"),
    FieldDescription(
      name: "fade_out", summary: "How long it takes to disappear.", type: .number,
      defaultValue: .number(0), range: 0...60, unit: "seconds"),
    FieldDescription(
      name: "loop",
      summary:
        "Whether it begins again when it is shorter; else a video stands still and a sound ends. Missing: only for a project's videos.",
      type: .optional(.boolean)),
    FieldDescription(
      name: "settings", summary: "How subtitles look.", type: .optional(.json)),
  ]

  static let subtitles: [FieldDescription] = {
    let usual = SubtitleSettings()
    func colour(_ name: String, _ summary: String, _ value: Colour?) -> FieldDescription {
      FieldDescription(
        name: name, summary: summary, type: value == nil ? .optional(.colour) : .colour,
        defaultValue: value.map(Value.colour))
    }
    func length(
      _ name: String, _ summary: String, _ value: Double, _ range: ClosedRange<Double>
    ) -> FieldDescription {
      FieldDescription(
        name: name, summary: summary, type: .number, defaultValue: .number(value), range: range,
        unit: "pixels of a 1080-line picture")
    }
    return [
      FieldDescription(
        name: "style",
        summary:
          "`progressive`: words appear as they are spoken, the spoken one coloured; `classic`: whole lines in one colour.",
        type: .choice(SubtitleSettings.styles.map(\.rawValue)),
        defaultValue: .text(usual.style.rawValue)),
      FieldDescription(
        name: "font-family", summary: "As the host's fonts are called; else the most similar one.",
        type: .text, defaultValue: .text(usual.fontFamily), range: 1...200),
      length("font-size", "Size of the letters.", usual.fontSize, 6...300),
      colour("word-color", "Of the word being spoken.", usual.wordColour),
      colour("line-color", "Of the line. Missing: as `word-color`.", usual.lineColour),
      colour("outline-color", "Of the letters' outline.", usual.outlineColour),
      length("outline-width", "Width of the outline.", usual.outlineWidth, 0...20),
      colour("shadow-color", "Of the shadow.", usual.shadowColour),
      length("shadow-offset", "How far the shadow falls.", usual.shadowOffset, 0...20),
      colour("box-color", "Of a box behind the text. Missing: no box.", usual.boxColour),
      FieldDescription(
        name: "position", summary: "Where in the picture.",
        type: .choice(CaptionStyle.Position.allCases.map(\.rawValue)),
        defaultValue: .text(usual.position.rawValue)),
    ]
  }()

  /// Which members an element of a kind can have.
  static func names(of kind: FilmElement.Kind) -> Set<String> {
    switch kind {
    case .video:
      [
        "type", "src", "id", "x", "y", "width", "height", "z-index", "volume", "resize", "duration",
        "language", "fade_in", "fade_out", "loop",
      ]
    case .audio:
      ["type", "src", "id", "volume", "duration", "language", "fade_in", "fade_out", "loop"]
    case .image:
      [
        "type", "src", "id", "x", "y", "width", "height", "z-index", "resize", "duration",
        "fade_in", "fade_out",
      ]
    case .subtitles: ["type", "id", "language", "settings"]
    }
  }

  /// What has a field of that name, for messages about those that stand in the wrong place.
  static func owner(of name: String) -> String? {
    let owners = [
      ("the project", project), ("a scene", scene), ("an element", element),
      ("the `settings` of subtitles", subtitles),
    ]
    return owners.first { $0.1.contains { $0.name == name } }?.0
  }
}
