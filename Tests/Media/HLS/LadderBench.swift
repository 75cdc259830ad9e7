import Foundation
import Media
import Pipeline
import TestSupport

/// Packages small films in several renditions, and reads the packages.
struct LadderBench {
  let chunks: ChunkBench
  var samples: Samples { chunks.samples }

  init() throws { chunks = try ChunkBench() }

  static let renditions = [
    Rendition(quality: 12, name: "full"), Rendition(height: 24, quality: 14),
  ]

  @discardableResult
  func render(
    _ film: Timeline, _ renditions: [Rendition] = LadderBench.renditions, segment: Int = 4000,
    cores: Int = 2, metadata: FilmMetadata = .none, to outputs: [RenderOutput],
    segmentReady: @escaping @Sendable (ReadySegment) -> Void = { _ in }
  ) async throws -> RenderReport {
    try await chunks.services.context(cores: cores).render(
      film,
      encoding: Encoding(
        renditions: renditions, preset: .superfast, segmentDuration: ms(segment)),
      outputs: outputs, metadata: metadata, segmentReady: segmentReady)
  }

  func package(_ name: String) throws -> Package { Package(folder: try chunks.folder(name)) }
}

/// A folder with an HLS package.
struct Package {
  let folder: URL

  func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

  func text(_ path: String) throws -> String {
    try String(contentsOf: url(path), encoding: .utf8)
  }

  /// Relative paths of all files.
  var files: Set<String> {
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return Set((names ?? []).filter { !url($0).hasDirectoryPath && isFile($0) })
  }

  private func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url(path).path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  struct Entry {
    var path: String
    var seconds: Double
    var range: Range<Int>?
  }

  /// The segments of a media playlist, their paths within the package.
  func entries(_ playlist: String) throws -> [Entry] {
    let folder = playlist.contains("/") ? String(playlist.prefix { $0 != "/" }) + "/" : ""
    var entries: [Entry] = []
    var seconds = 0.0
    var range: Range<Int>?
    for line in try text(playlist).split(separator: "\n") {
      if line.hasPrefix("#EXTINF:") {
        seconds = Double(line.dropFirst(8).dropLast()) ?? .nan
      } else if line.hasPrefix("#EXT-X-BYTERANGE:") {
        range = Self.range(line.dropFirst(17))
      } else if !line.hasPrefix("#") {
        entries.append(Entry(path: folder + line, seconds: seconds, range: range))
        range = nil
      }
    }
    return entries
  }

  private static func range(_ text: Substring) -> Range<Int>? {
    let parts = text.split(separator: "@").compactMap { Int($0) }
    return parts.count == 2 ? parts[1]..<(parts[1] + parts[0]) : nil
  }

  /// What a playlist's decoder must read first.
  func map(_ playlist: String) throws -> Data {
    let folder = playlist.contains("/") ? String(playlist.prefix { $0 != "/" }) + "/" : ""
    let pattern = /#EXT-X-MAP:URI="([^"]*)"(?:,BYTERANGE="([^"]*)")?/
    guard let found = try text(playlist).firstMatch(of: pattern) else { return Data() }
    let bytes = try Data(contentsOf: url(folder + found.1))
    guard let range = found.2.flatMap(Self.range) else { return bytes }
    return bytes.subdata(in: range)
  }

  /// The attributes of all lines with a tag, without quotation marks.
  func attributes(_ tag: String) throws -> [[String: String]] {
    let lines = try text("master.m3u8").split(separator: "\n").filter { $0.hasPrefix("#\(tag):") }
    return lines.map { line in
      var found: [String: String] = [:]
      for match in line.matches(of: /[:,]([A-Z-]+)=("[^"]*"|[^,\n]*)/) {
        found[String(match.1)] = String(match.2).replacingOccurrences(of: "\"", with: "")
      }
      return found
    }
  }
}

/// MD5 sums of what is decoded, in order.
func decodedSums(_ url: URL, _ stream: String) throws -> [String] {
  let text = try command(
    "ffmpeg", ["-v", "error", "-i", url.path, "-map", "0:\(stream)", "-f", "framemd5", "-"])
  return String(decoding: text, as: UTF8.self).split(separator: "\n")
    .filter { !$0.hasPrefix("#") }
    .compactMap { $0.split(separator: ",").last?.trimmingCharacters(in: .whitespaces) }
}

/// What `ffmpeg` has to say about a file that it decodes; empty when all is well.
func complaint(_ url: URL) throws -> String {
  String(
    decoding: try command(
      "sh", ["-c", "ffmpeg -v warning -i \"$0\" -f null - 2>&1", url.path]), as: UTF8.self)
}
