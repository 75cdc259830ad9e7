public import Foundation
import Pipeline
import Threads

/// Looks after an HLS package: every playlist, every segment.
public struct PlaylistInspector {
  private let entry: URL
  private let name: String
  private var problems: [String] = []

  /// Playlists are texts; more is no playlist.
  private static let longestPlaylist = 64 << 20

  public static func inspect(_ url: URL, as name: String) async throws(MediaError) -> PlaylistFacts
  {
    try await BlockingThread.run("inspect") { () throws(MediaError) in
      var inspector = PlaylistInspector(entry: url, name: name)
      return try inspector.facts()
    }
  }

  private init(entry: URL, name: String) {
    self.entry = entry
    self.name = name
  }

  private mutating func facts() throws(MediaError) -> PlaylistFacts {
    let document = try Self.read(entry, as: name)
    var renditions: [PlaylistFacts.Rendition] = []
    if document.isMaster {
      for reference in document.references {
        guard let url = local(reference.uri, in: entry, what: "the playlist") else { continue }
        do {
          let media = try Self.read(url, as: reference.uri)
          renditions.append(
            rendition(media, at: url, reference, isIndependent: document.isIndependent))
        } catch {
          problems.append(error.message)
        }
      }
      compareLengths(renditions)
    } else {
      let reference = PlaylistDocument.Reference(
        kind: document.isFrames ? "i-frames" : "media", uri: name, attributes: [:])
      renditions.append(rendition(document, at: entry, reference, isIndependent: false))
    }
    return PlaylistFacts(
      file: name, isMaster: document.isMaster, version: document.version,
      provenance: document.sessionData[ProvenanceText.sessionDataID]
        .flatMap(ProvenanceText.init(parsing:)),
      renditions: renditions, problems: problems)
  }

  private static func read(_ url: URL, as name: String) throws(MediaError) -> PlaylistDocument {
    let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
    guard let attributes, let size = attributes[.size] as? Int else {
      throw MediaError(.missing, "the playlist `\(name)` is not there")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular, size <= longestPlaylist,
      let bytes = FileManager.default.contents(atPath: url.path),
      let document = PlaylistDocument(String(decoding: bytes, as: UTF8.self))
    else {
      throw MediaError(
        .unreadable, "`\(name)` is no HLS playlist: its first line is not `#EXTM3U`")
    }
    return document
  }

  // MARK: - A rendition

  private mutating func rendition(
    _ document: PlaylistDocument, at url: URL, _ reference: PlaylistDocument.Reference,
    isIndependent: Bool
  ) -> PlaylistFacts.Rendition {
    let (attributes, segments) = (reference.attributes, document.segments)
    var rendition = PlaylistFacts.Rendition(
      kind: reference.kind, uri: reference.uri,
      bandwidth: attributes["BANDWIDTH"].flatMap { Int($0) },
      averageBandwidth: attributes["AVERAGE-BANDWIDTH"].flatMap { Int($0) },
      codecs: attributes["CODECS"], resolution: attributes["RESOLUTION"],
      frameRate: attributes["FRAME-RATE"], language: attributes["LANGUAGE"], type: document.type,
      isComplete: document.isComplete, isIndependent: isIndependent || document.isIndependent,
      targetDuration: document.targetDuration, segmentCount: segments.count,
      duration: (segments.reduce(0) { $0 + $1.duration } * 1e6).rounded() / 1e6,
      longestSegment: segments.map(\.duration).max() ?? 0, byteCount: 0)
    let label = "`\(reference.uri)`"
    check(document, rendition, label)
    let files = check(segments, at: url, label)
    rendition.byteCount = files.compactMap(\.byteCount).reduce(0, +)
    checkBandwidth(rendition, segments, files, label)
    if rendition.isIndependent, !document.isFrames, reference.kind != "subtitles" {
      checkKeyframes(segments, files, at: url, label)
    }
    return rendition
  }

  private mutating func check(
    _ document: PlaylistDocument, _ rendition: PlaylistFacts.Rendition, _ label: String
  ) {
    if document.segments.isEmpty { problems.append("\(label) names no segments") }
    if document.type == "VOD", !document.isComplete {
      problems.append("\(label) is of type VOD, but has no `EXT-X-ENDLIST`")
    }
    guard let target = document.targetDuration else {
      problems.append("\(label) has no `EXT-X-TARGETDURATION`")
      return
    }
    // RFC 8216, 4.3.3.1: rounded to the nearest whole second, none is longer.
    let long = document.segments.filter { Int($0.duration.rounded()) > target }
    if let first = long.first, !document.isFrames {
      problems.append(
        "\(label): \(Self.counted(long.count, "segment")) longer than the target duration of \(target) s, such as "
          + "`\(first.uri)` with \(first.duration) s")
    }
  }

  /// A segment's file, and how many bytes of it count.
  private struct File {
    /// Nil when it is not there.
    var url: URL?
    var byteCount: Int?
  }

  private mutating func check(
    _ segments: [PlaylistDocument.Segment], at playlist: URL, _ label: String
  ) -> [File] {
    var sizes: [String: Int?] = [:]
    func size(_ url: URL) -> Int? {
      if let known = sizes[url.path] { return known }
      let size = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
      sizes[url.path] = size
      return size
    }
    var missing: [String] = []
    var empty: [String] = []
    var short: [String] = []
    let files = segments.map { segment -> File in
      guard let url = local(segment.uri, in: playlist, what: label) else { return File() }
      guard let size = size(url) else {
        missing.append(segment.uri)
        return File()
      }
      if size == 0 { empty.append(segment.uri) }
      if let bytes = segment.bytes, bytes.upperBound > size { short.append(segment.uri) }
      return File(url: url, byteCount: segment.bytes?.count ?? size)
    }
    for map in Set(segments.compactMap(\.map)).sorted() {
      if let url = local(map, in: playlist, what: label), size(url) == nil { missing.append(map) }
    }
    for (names, what) in [
      (missing, "missing"), (empty, "empty"), (short, "shorter than their byte ranges"),
    ] where !names.isEmpty {
      let shown = names.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
      problems.append(
        "\(label): \(Self.counted(names.count, "file")) \(what): \(shown)"
          + (names.count > 3 ? " and \(names.count - 3) more" : ""))
    }
    return files
  }

  /// RFC 8216, 4.1: the peak counts spans of half to one and a half target durations; short ends do not tell.
  private mutating func checkBandwidth(
    _ rendition: PlaylistFacts.Rendition, _ segments: [PlaylistDocument.Segment], _ files: [File],
    _ label: String
  ) {
    guard rendition.kind == "variant", let bandwidth = rendition.bandwidth else { return }
    let peak = zip(segments, files).compactMap { segment, file -> Double? in
      guard let count = file.byteCount, segment.duration * 2 >= rendition.longestSegment,
        segment.duration > 0.01
      else { return nil }
      return Double(count) * 8 / segment.duration
    }.max()
    if let peak, peak > Double(bandwidth) * 1.1 {
      problems.append(
        "\(label) says BANDWIDTH=\(bandwidth), but a segment takes \(Int(peak)) bits per second")
    }
  }

  private mutating func checkKeyframes(
    _ segments: [PlaylistDocument.Segment], _ files: [File], at playlist: URL, _ label: String
  ) {
    var dependent: [String] = []
    for (segment, file) in zip(segments, files) {
      guard let url = file.url, file.byteCount ?? 0 > 0 else { continue }
      do {
        let begins = try Playable(segment, at: url, playlist: playlist).withFile {
          url throws(MediaError) in
          try FileInspector.beginsWithKeyframe(url, as: segment.uri)
        }
        if begins == false { dependent.append(segment.uri) }
      } catch {
        problems.append("\(label): \(error.message)")
      }
    }
    guard let first = dependent.first else { return }
    problems.append(
      "\(label) says that segments are independent, but \(Self.counted(dependent.count, "segment")) "
        + "not begun by a keyframe, such as `\(first)`")
  }

  private mutating func compareLengths(_ renditions: [PlaylistFacts.Rendition]) {
    let variants = renditions.filter { $0.kind == "variant" && $0.isComplete }
    guard let first = variants.first else { return }
    for other in variants.dropFirst() where abs(other.duration - first.duration) > 0.1 {
      problems.append(
        "`\(other.uri)` lasts \(other.duration) s and `\(first.uri)` \(first.duration) s")
    }
  }

  // MARK: - Files

  /// The file that a URI means; nil, reported, for one elsewhere.
  private mutating func local(_ uri: String, in playlist: URL, what: String) -> URL? {
    guard !uri.contains("://"), !uri.hasPrefix("data:"), !uri.hasPrefix("/") else {
      problems.append("\(what) names `\(uri)`, which is not in the package and was not looked at")
      return nil
    }
    let path = uri.prefix { $0 != "?" && $0 != "#" }
    let name = path.removingPercentEncoding ?? String(path)
    return playlist.deletingLastPathComponent().appendingPathComponent(name)
  }

  /// `1 segment is`, `3 segments are`.
  private static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun) is" : "\(count) \(noun)s are"
  }
}

/// A segment as a file that can be opened by itself: what is fragmented needs its map in front.
private struct Playable {
  let segment: PlaylistDocument.Segment
  let url: URL
  let playlist: URL

  init(_ segment: PlaylistDocument.Segment, at url: URL, playlist: URL) {
    self.segment = segment
    self.url = url
    self.playlist = playlist
  }

  func withFile<Result>(
    _ body: (URL) throws(MediaError) -> Result
  ) throws(MediaError) -> Result {
    if segment.map == nil, segment.bytes == nil { return try body(url) }
    let joined = FileManager.default.temporaryDirectory
      .appendingPathComponent("videocraft-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: joined) }
    do {
      var bytes = Data()
      if let map = segment.map {
        bytes += try Data(
          contentsOf: playlist.deletingLastPathComponent()
            .appendingPathComponent(map.removingPercentEncoding ?? map))
      }
      bytes += try part()
      try bytes.write(to: joined)
    } catch {
      throw MediaError(.unreadable, "`\(segment.uri)` cannot be read", cause: "\(error)")
    }
    return try body(joined)
  }

  private func part() throws -> Data {
    guard let range = segment.bytes else { return try Data(contentsOf: url) }
    let file = try FileHandle(forReadingFrom: url)
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(range.lowerBound))
    return try file.read(upToCount: range.count) ?? Data()
  }
}
