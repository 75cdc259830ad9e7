extension String {
  /// The text with some scalars written otherwise; nil leaves one as it is.
  ///
  /// By scalar, not by character: to Swift a `{` with an accent on it is another character than `{`, to a parser it
  /// is a `{`.
  func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if let other = replacement(scalar) {
        text.append(contentsOf: other.unicodeScalars)
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }

  /// Line ends and tabs as one space each, other control characters left out.
  var singleLine: String {
    var last: Unicode.Scalar?
    return replacingScalars { scalar in
      defer { last = scalar }
      switch scalar {
      case "\n" where last == "\r": return ""
      case "\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}": return " "
      default: return scalar.properties.generalCategory == .control ? "" : nil
      }
    }
  }

  var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
