import Pipeline

/// The subtitles of a film.
struct FilmSubtitles: Sendable, Hashable {
  var path: [String]
  var language: String?
  var settings: SubtitleSettings
}

/// How subtitles look. Lengths are pixels of a picture whose shorter side is 1080, and scale with the real one.
struct SubtitleSettings: Sendable, Hashable {
  static let styles: [CaptionStyle.Animation] = [.progressive, .classic]

  var style = CaptionStyle.Animation.progressive
  var fontFamily = "Arial"
  var fontSize = 24.0
  var wordColour = Colour.white
  /// Nil: as `wordColour`.
  var lineColour: Colour?
  var outlineColour = Colour.black
  var outlineWidth = 2.0
  var shadowColour = Colour(red: 128, green: 128, blue: 128)
  var shadowOffset = 1.0
  /// Nil: no box.
  var boxColour: Colour?
  var position = CaptionStyle.Position.bottomCentre
}

extension SubtitleSettings {
  /// These, changed by what a request says.
  mutating func take(_ object: BodyReader.Object) {
    style = object.text("style").flatMap(CaptionStyle.Animation.init) ?? style
    fontFamily = object.text("font-family") ?? fontFamily
    fontSize = object.number("font-size") ?? fontSize
    wordColour = object.colour("word-color") ?? wordColour
    lineColour = object.colour("line-color") ?? lineColour
    outlineColour = object.colour("outline-color") ?? outlineColour
    outlineWidth = object.number("outline-width") ?? outlineWidth
    shadowColour = object.colour("shadow-color") ?? shadowColour
    shadowOffset = object.number("shadow-offset") ?? shadowOffset
    boxColour = object.colour("box-color") ?? boxColour
    position = object.text("position").flatMap(CaptionStyle.Position.init) ?? position
  }

  /// As the settings of the pipeline's inputs.
  var inputs: [String: Value] {
    var inputs: [String: Value] = [
      "style": .text(style.rawValue), "font": .text(fontFamily), "letters": .number(fontSize),
      "word-color": .colour(wordColour), "line-color": .colour(lineColour ?? wordColour),
      "outline-color": .colour(outlineColour), "outline-width": .number(outlineWidth),
      "shadow-color": .colour(shadowColour), "shadow-offset": .number(shadowOffset),
      "position": .text(position.rawValue),
    ]
    if let boxColour { inputs["box-color"] = .colour(boxColour) }
    return inputs
  }
}
