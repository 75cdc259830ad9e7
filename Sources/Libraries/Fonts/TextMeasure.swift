import CFonts

/// Measures lines of text in one font: the sum of its glyphs' advances, near enough for breaking lines.
///
/// Not for two threads at once.
public struct TextMeasure: ~Copyable {
  private let library: FT_Library
  private let face: FT_Face
  /// Pixels; for characters that the font lacks and another one will draw.
  private let em: Double

  private init(owning library: FT_Library, face: FT_Face, em: Double) {
    self.library = library
    self.face = face
    self.em = em
  }

  deinit {
    FT_Done_Face(face)
    FT_Done_FreeType(library)
  }

  /// - Parameter size: of a line in pixels, the way ASS counts it: from the highest ascender to the lowest
  ///   descender of the font's OS/2 table.
  public static func open(_ font: Font, size: Double) throws(FontError) -> TextMeasure {
    var library: FT_Library?
    try check(FT_Init_FreeType(&library), "FT_Init_FreeType", font)
    guard let library else { throw FontError("FT_Init_FreeType", subject: font.family) }
    var face: FT_Face?
    let code = FT_New_Face(library, font.path, FT_Long(font.index), &face)
    guard code == 0, let face else {
      FT_Done_FreeType(library)
      throw FontError("FT_New_Face", code: code, subject: font.family)
    }
    let unitsPerLine = lineHeight(of: face)
    let em = unitsPerLine > 0 ? size * Double(face.pointee.units_per_EM) / unitsPerLine : size
    // From here on a throw runs deinit.
    let measure = TextMeasure(owning: library, face: face, em: em)
    try check(
      FT_Set_Char_Size(face, 0, FT_F26Dot6((em * 64).rounded()), 72, 72), "FT_Set_Char_Size", font)
    return measure
  }

  /// Pixels.
  public func width(of text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + advance(of: $1) }
  }

  private func advance(of scalar: Unicode.Scalar) -> Double {
    if scalar.properties.isDefaultIgnorableCodePoint { return 0 }
    let glyph = FT_Get_Char_Index(face, FT_ULong(scalar.value))
    guard glyph != 0, FT_Load_Glyph(face, glyph, FT_Int32(FT_LOAD_NO_HINTING)) == 0 else {
      return scalar.isWide ? em : em * 0.6
    }
    return Double(face.pointee.glyph.pointee.linearHoriAdvance) / 65_536
  }

  private static func lineHeight(of face: FT_Face) -> Double {
    if let os2 = vc_ft_os2_table(face) {
      let height = Int(os2.pointee.usWinAscent) + Int(os2.pointee.usWinDescent)
      if height > 0 { return Double(height) }
    }
    return Double(Int(face.pointee.ascender) - Int(face.pointee.descender))
  }

  private static func check(
    _ code: FT_Error, _ function: String, _ font: Font
  ) throws(FontError) {
    guard code == 0 else { throw FontError(function, code: code, subject: font.family) }
  }
}

extension Unicode.Scalar {
  /// Drawn as wide as it is high: Chinese, Japanese, Korean, emoji (blocks of UAX #11).
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
