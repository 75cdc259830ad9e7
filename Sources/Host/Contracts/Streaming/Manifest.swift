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
    var lines: [Substring] = []
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.hasSuffix("\r") ? line.dropLast() : line
      if line.hasPrefix("#EXT-X-") {
        lines.append(try Self.tag(line, at: path, in: package)[...])
      } else if line.hasPrefix("#") || line.allSatisfy(\.isWhitespace) {
        lines.append(line)
      } else {
        lines.append(try Self.target(line, at: path, in: package)[...])
      }
    }
    text = lines.joined(separator: "\n")
  }

  /// A tag with its attribute `URI` rewritten, if it has one (RFC 8216, 4.2).
  private static func tag(
    _ line: Substring, at path: String, in package: FileBundle
  ) throws(ForeignURI) -> String {
    guard let colon = line.firstIndex(of: ":") else { return String(line) }
    var attributes: [String] = []
    for attribute in split(line[line.index(after: colon)...]) {
      guard attribute.hasPrefix("URI=\""), attribute.hasSuffix("\""), attribute.count > 5 else {
        attributes.append(String(attribute))
        continue
      }
      let uri = attribute.dropFirst(5).dropLast()
      attributes.append("URI=\"\(try target(uri, at: path, in: package))\"")
    }
    return "\(line[...colon])\(attributes.joined(separator: ","))"
  }

  /// At commas that are not within quotes.
  private static func split(_ text: Substring) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      guard text[index] == ",", !isQuoted else { continue }
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
