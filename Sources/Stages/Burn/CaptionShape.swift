import Fonts
import Media
import Pipeline

/// How much text fits: the layout for a font on a canvas.
struct CaptionShape {
  let options: Burn.Options
  let canvas: PixelSize

  /// Reads a font file: blocks.
  func cues(for words: [TimedWord], filmEnd: Int) throws -> [Cue] {
    let scale = Double(min(canvas.width, canvas.height)) / 1080
    var layout = CaptionLayout()
    layout.maxLines = options.maxLines
    layout.maxCharactersPerLine = options.maxChars
    let decoration = 2 * (options.outlineWidth + options.shadowOffset) * scale
    layout.maxWidth = Double(canvas.width) * (1 - 2 * options.marginX) - decoration
    do throws(FontError) {
      let font = try Font.nearest(to: options.font, bold: options.bold)
      let measure = try TextMeasure.open(font, size: options.size * scale)
      return layout.cues(for: words, filmEnd: filmEnd) { measure.width(of: $0) }
    } catch {
      throw StageError(
        .configuration, "the font `\(options.font)` cannot be used; install it or name another",
        cause: error.description, field: "font")
    }
  }
}
