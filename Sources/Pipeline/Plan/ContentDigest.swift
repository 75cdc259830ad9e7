import Foundation

extension Value {
  /// Of what it is, so that equal values have equal digests on every machine. Files count by their bytes.
  ///
  /// Plain values take a short way: there are many of them, and a JSON encoder costs more than their digest.
  var contentDigest: Digest {
    get throws {
      switch self {
      case .null: Digest(of: "null".utf8)
      case .text(let text): Digest(of: Array("text:\(text)".utf8))
      case .integer(let number): Digest(of: Array("integer:\(number)".utf8))
      case .boolean(let value): Digest(of: Array("boolean:\(value)".utf8))
      case .file(let file), .video(.file(let file)): Digest(of: Array("file:\(file.digest)".utf8))
      default: Digest(of: try Array("json:".utf8) + CanonicalJSON.encode(self))
      }
    }
  }

  /// Short, for people: the value itself where it is short, else what it is.
  var briefText: String {
    switch self {
    case .null: return "nothing"
    case .file(let file), .video(.file(let file)):
      if file.isUnfetched { return "what `\(file.name)` will be once it is fetched" }
      return "\(file.name), \(Self.bytes(file.byteCount)), \(file.digest.short)"
    case .list(let values):
      return "\(values.count) \(values.count == 1 ? "item" : "items")\(digestSuffix)"
    case .map(let members):
      return "\(members.count) \(members.count == 1 ? "member" : "members")\(digestSuffix)"
    case .text(let text): return Self.quoted(text)
    case .secret(let name): return "secret `\(name)`"
    default:
      if let text = asText { return text }
      return "\(kind)\(digestSuffix)"
    }
  }

  private var digestSuffix: String { (try? contentDigest).map { ", \($0.short)" } ?? "" }

  private static let longestText = 60

  private static func quoted(_ text: String) -> String {
    let line = text.replacingOccurrences(of: "\n", with: " ")
    guard line.count > longestText else { return "\"\(line)\"" }
    return "\"\(line.prefix(longestText - 1))…\""
  }

  private static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 || unit == "GB" {
        return unit == "B" ? "\(count) B" : String(format: "%.1f \(unit)", value)
      }
      value /= 1000
    }
    return "\(count) B"
  }
}

extension ValueType {
  /// Whether a path may stand in a value of it, to be replaced by a file.
  var holdsFiles: Bool {
    switch self {
    case .optional(let inner), .list(let inner), .map(let inner): inner.holdsFiles
    case .record(let fields): fields.contains(where: \.type.holdsFiles)
    default: isFile
    }
  }

  /// Whether a value of it may hold text.
  var holdsText: Bool {
    switch self {
    case .optional(let inner), .list(let inner), .map(let inner): inner.holdsText
    case .record(let fields): fields.contains(where: \.type.holdsText)
    case .text, .json: true
    default: false
    }
  }
}
