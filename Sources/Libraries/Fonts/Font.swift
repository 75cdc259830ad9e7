import CFonts

/// A font that is installed, found by fontconfig. Fontconfig's calls are safe from any thread.
public struct Font: Sendable, Hashable {
  /// The family that was found, which need not be the one asked for; that one where the font has it among its names.
  public let family: String
  public let path: String
  /// Which font of a collection file.
  public let index: Int
  public let isBold: Bool

  /// The installed font that comes nearest to a family. Throws only when no font is installed at all.
  public static func nearest(to family: String, bold: Bool) throws(FontError) -> Font {
    let pattern = try FontPattern(family: family, bold: bold)
    var result = FcResultNoMatch
    guard let match = FcFontMatch(nil, pattern.raw, &result) else {
      throw FontError("FcFontMatch", subject: family)
    }
    defer { FcPatternDestroy(match) }
    let names = strings(match, FC_FAMILY)
    let same = names.first { $0.lowercased() == family.lowercased() }
    guard let found = same ?? names.first, let path = strings(match, FC_FILE).first else {
      throw FontError("FcPatternGetString", subject: family)
    }
    var index: Int32 = 0
    _ = FcPatternGetInteger(match, FC_INDEX, 0, &index)
    return Font(family: found, path: path, index: Int(index) & 0xFFFF, isBold: bold)
  }

  /// Characters of `text` for which this font has no glyph, and those for which no installed font has.
  ///
  /// White space, controls and what is drawn as nothing are not counted.
  public static func missing(
    in text: String, family: String, bold: Bool
  ) throws(FontError) -> (inFamily: [Unicode.Scalar], everywhere: [Unicode.Scalar]) {
    let pattern = try FontPattern(family: family, bold: bold)
    var result = FcResultNoMatch
    var all: OpaquePointer?
    guard let sorted = FcFontSort(nil, pattern.raw, FcBool(1), &all, &result) else {
      throw FontError("FcFontSort", subject: family)
    }
    defer {
      FcFontSetDestroy(sorted)
      if let all { FcCharSetDestroy(all) }
    }
    var own: OpaquePointer?
    if sorted.pointee.nfont > 0, let first = sorted.pointee.fonts[0] {
      _ = FcPatternGetCharSet(first, FC_CHARSET, 0, &own)
    }
    let scalars = Set(text.unicodeScalars.filter(\.isDrawn)).sorted { $0.value < $1.value }
    return (
      scalars.filter { !has(own, $0) },
      scalars.filter { !has(all, $0) }
    )
  }

  private static func has(_ set: OpaquePointer?, _ scalar: Unicode.Scalar) -> Bool {
    guard let set else { return false }
    return FcCharSetHasChar(set, scalar.value) != 0
  }

  /// All values of a key; "the string returned is not a copy".
  private static func strings(_ pattern: OpaquePointer, _ key: String) -> [String] {
    var found: [String] = []
    var text: UnsafeMutablePointer<FcChar8>?
    while FcPatternGetString(pattern, key, Int32(found.count), &text) == FcResultMatch, let text {
      found.append(String(cString: text))
    }
    return found
  }
}

/// What is asked of fontconfig, with its configuration's substitutions applied.
private struct FontPattern: ~Copyable {
  let raw: OpaquePointer

  init(family: String, bold: Bool) throws(FontError) {
    guard let raw = FcPatternCreate() else { throw FontError("FcPatternCreate", subject: family) }
    self.raw = raw
    FcPatternAddString(raw, FC_FAMILY, family)
    FcPatternAddInteger(raw, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR)
    FcPatternAddInteger(raw, FC_SLANT, FC_SLANT_ROMAN)
    FcConfigSubstitute(nil, raw, FcMatchPattern)
    FcDefaultSubstitute(raw)
  }

  deinit { FcPatternDestroy(raw) }
}

extension Unicode.Scalar {
  /// Whether anything is to be seen of it.
  fileprivate var isDrawn: Bool {
    !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
      && properties.generalCategory != .control
  }
}
