import Fonts
import Media
import Pipeline

/// How much text fits: the layout for a font on a canvas.
struct CaptionShape {
  let options: Burn.Options
  let canvas: PixelSize

  /// Reads a font file: blocks.
  func cues(for words: [TimedWord], filmEnd: Int) throws(StageError) -> [Cue] {
    try measured { layout, width in layout.cues(for: words, filmEnd: filmEnd, width: width) }
  }

  /// Ready-made cues, with lines broken anew where they are wider than the picture allows. Blocks.
  func fitted(_ cues: [Cue]) throws(StageError) -> [Cue] {
    try measured { layout, width in cues.map { layout.fitted($0, width: width) } }
  }

  private var scale: Double { Double(min(canvas.width, canvas.height)) / 1080 }

  private var layout: CaptionLayout {
    var layout = CaptionLayout()
    layout.maxLines = options.maxLines
    layout.maxCharactersPerLine = options.maxChars
    let beyond =
      options.boxColor == nil ? options.shadowOffset : options.size * ASSScript.boxPadding
    let decoration = 2 * (options.outlineWidth + beyond) * scale
    layout.maxWidth = Double(canvas.width) * (1 - 2 * options.marginX) - decoration
    return layout
  }

  private func measured(
    _ body: (_ layout: CaptionLayout, _ width: (String) -> Double) -> [Cue]
  ) throws(StageError) -> [Cue] {
    do throws(FontError) {
      let font = try Font.nearest(to: options.font, bold: options.bold)
      let measure = try TextMeasure.open(font, size: options.size * scale)
      return body(layout) { measure.width(of: $0) }
    } catch {
      throw StageError(
        .configuration, "the font `\(options.font)` cannot be used; install it or name another",
        cause: error.description, field: "font")
    }
  }
}
