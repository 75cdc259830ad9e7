/// Lists and parameters in which quoted strings may stand (RFC 9110 sections 5.6.4 to 5.6.6).
enum QuotedText {
  /// The members between commas, trimmed, without empty ones.
  static func members(_ text: String) -> [String] {
    split(text, at: UInt8(ascii: ",")).filter { !$0.isEmpty }
  }

  /// The parts between separators that stand outside quotes, trimmed.
  static func split(_ text: String, at separator: UInt8) -> [String] {
    var parts: [String] = []
    var start = text.utf8.startIndex
    var isQuoted = false
    var isEscaped = false
    for index in text.utf8.indices {
      let octet = text.utf8[index]
      if isEscaped {
        isEscaped = false
      } else if isQuoted, octet == UInt8(ascii: "\\") {
        isEscaped = true
      } else if octet == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if octet == separator, !isQuoted {
        parts.append(String(text[start..<index].trimmedOfBlanks))
        start = text.utf8.index(after: index)
      }
    }
    parts.append(String(text[start...].trimmedOfBlanks))
    return parts
  }

  /// A token or what stands between quotes. Nil when it is neither.
  static func unquoted(_ text: some StringProtocol) -> String? {
    guard text.utf8.first == UInt8(ascii: "\"") else {
      return Characters.isToken(text.utf8) ? String(text) : nil
    }
    guard text.utf8.count >= 2, Substring(text).utf8.last == UInt8(ascii: "\"") else { return nil }
    var octets: [UInt8] = []
    var isEscaped = false
    for octet in text.utf8.dropFirst().dropLast() {
      if isEscaped || (octet != UInt8(ascii: "\\") && octet != UInt8(ascii: "\"")) {
        octets.append(octet)
        isEscaped = false
      } else if octet == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        return nil
      }
    }
    return isEscaped ? nil : String(decoding: octets, as: UTF8.self)
  }

  /// `name=value` parts after the first semicolon, names in lower case. Nil when one is malformed or doubled.
  static func parameters(_ parts: some Sequence<String>) -> [String: String]? {
    var parameters: [String: String] = [:]
    for part in parts where !part.isEmpty {
      guard let equals = part.firstIndex(of: "=") else { return nil }
      let name = part[..<equals].lowercased()
      guard Characters.isToken(name.utf8),
        let value = unquoted(part[part.index(after: equals)...]), parameters[name] == nil
      else { return nil }
      parameters[name] = value
    }
    return parameters
  }

  static func quoted(_ text: String) -> String {
    if Characters.isToken(text.utf8) { return text }
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted.append("\\") }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
