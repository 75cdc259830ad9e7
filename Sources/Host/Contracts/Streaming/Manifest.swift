import Pipeline

/// A playlist of a package as players get it: every URI in it leads back to the contract.
///
/// Playlists are at `manifest`, so that the relative URIs in any of them have the same beginning, and everything else
/// is at `segment/{segmentId}`.
struct Manifest: Sendable {
  /// Names something that is not in the package.
  struct ForeignURI: Error, Sendable, Hashable, CustomStringConvertible {
    var playlist: String
    var uri: String

    var description: String {
      "the playlist `\(playlist)` names `\(uri)`, which is not in its package"
    }
  }

  let text: String

  /// - Parameters:
  ///   - source: the playlist as it is in the package.
  ///   - path: its place there.
  init(_ source: String, at path: String, in package: FileBundle) throws(ForeignURI) {
    var lines: [String] = []
    // By octets: a line end may be two of them, and what follows a quote may combine with it to one character.
    for line in source.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.starts(with: "#EXT-X-".utf8) {
        lines.append(try Self.tag(line, at: path, in: package))
      } else if line.first == UInt8(ascii: "#") || line.allSatisfy({ $0 <= 0x20 }) {
        lines.append(String(Substring(line)))
      } else {
        lines.append(try Self.target(Substring(line), at: path, in: package))
      }
    }
    text = lines.joined(separator: "\n")
  }

  /// A tag with its attribute `URI` rewritten, if it has one (RFC 8216, 4.2).
  private static func tag(
    _ line: Substring.UTF8View, at path: String, in package: FileBundle
  ) throws(ForeignURI) -> String {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      return String(Substring(line))
    }
    var attributes: [String] = []
    for attribute in split(line[line.index(after: colon)...]) {
      guard attribute.starts(with: "URI=\"".utf8), attribute.last == UInt8(ascii: "\""),
        attribute.count > 5
      else {
        attributes.append(String(Substring(attribute)))
        continue
      }
      let uri = Substring(attribute.dropFirst(5).dropLast())
      attributes.append("URI=\"\(try target(uri, at: path, in: package))\"")
    }
    return String(Substring(line[...colon])) + attributes.joined(separator: ",")
  }

  /// At commas that are not within quotes.
  private static func split(_ text: Substring.UTF8View) -> [Substring.UTF8View] {
    var parts: [Substring.UTF8View] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard text[index] == UInt8(ascii: ","), !isQuoted else { continue }
      parts.append(text[start..<index])
      start = text.index(after: index)
    }
    return parts + [text[start...]]
  }

  private static func target(
    _ uri: Substring, at playlist: String, in package: FileBundle
  ) throws(ForeignURI) -> String {
    guard let path = resolve(uri, from: playlist), package.files[path] != nil else {
      throw ForeignURI(playlist: playlist, uri: String(uri.prefix(200)))
    }
    let id = SegmentID.make(of: path)
    return FileBundle.isPlaylist(path) ? "manifest?playlist=\(id)" : "segment/\(id)"
  }

  /// The path in the package. Nil when it leads out of it.
  private static func resolve(_ uri: Substring, from playlist: String) -> String? {
    guard !uri.isEmpty, !uri.hasPrefix("/"), !uri.contains(":") else { return nil }
    var parts = playlist.split(separator: "/").dropLast()
    for part in uri.split(separator: "/", omittingEmptySubsequences: false) {
      switch part {
      case ".": continue
      case "..": if parts.popLast() == nil { return nil }
      default: parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}
