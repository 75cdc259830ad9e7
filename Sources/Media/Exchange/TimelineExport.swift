public import Foundation
public import Pipeline

/// Writes films as OpenTimelineIO, so that an editor can open them.
public struct TimelineExport: Sendable {
  /// What is known about a file that the film uses.
  public struct Media: Sendable {
    /// What an editor is told: a URL, or a path relative to the document.
    public var url: String
    public var info: MediaInfo

    public init(url: String, info: MediaInfo) {
      self.url = url
      self.info = info
    }
  }

  let film: Timeline
  let name: String
  let media: [Digest: Media]
  let provenance: Provenance?

  var canvas: Canvas { film.canvas }

  /// - Parameters:
  ///   - media: by digest; a file that is missing there becomes a missing reference.
  public init(
    _ film: Timeline, name: String, media: [Digest: Media], provenance: Provenance? = nil
  ) {
    self.film = film
    self.name = name
    self.media = media
    self.provenance = provenance
  }

  /// The document. Throws when a number in the film cannot be written.
  public func document() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let stack = OpenTimeline.stack(
      try videoTracks() + audioTracks(), markers: try sceneMarkers() + cueMarkers())
    return try encoder.encode(
      OpenTimeline.timeline(name, stack, metadata: try metadata())) + Data("\n".utf8)
  }

  /// What editors will not do with the document, in the order of a film: it is kept in its metadata alone.
  public var unexpressed: [String] {
    let clips = film.layers.flatMap(\.clips)
    let sounds = film.tracks.flatMap(\.clips)
    let found: [(Bool, String)] = [
      (!film.captions.isEmpty, "captions, which become markers"),
      (
        clips.contains { $0.frame != nil || $0.path != nil },
        "the places of pictures on the canvas"
      ),
      (clips.contains { $0.motion != nil }, "moves over pictures"),
      (
        clips.contains { $0.opacity != 1 || $0.opacityKeys != nil }, "opacity"
      ),
      (clips.contains { $0.key != nil }, "chroma keys"),
      (clips.contains { $0.border != nil }, "borders and round corners"),
      (clips.contains { $0.effects != nil }, "effects"),
      (
        clips.contains { $0.enter.isPattern || $0.leave.isPattern },
        "wipes, slides and other patterns, which become custom transitions"
      ),
      (sounds.contains { $0.gain != 0 || $0.gainKeys != nil }, "levels of sound"),
      (sounds.contains { $0.fadeIn > .zero || $0.fadeOut > .zero }, "fades of sound"),
      (film.tracks.contains { $0.duck != nil }, "ducking"),
      (film.loudness != nil, "loudness"),
    ]
    return found.filter(\.0).map(\.1)
  }

  // MARK: - Metadata and markers

  private func metadata() throws -> [String: JSONTree] {
    var members: [String: JSONTree] = [
      "canvas": try JSONTree(encoding: canvas), "film-digest": .text(try film.filmDigest.hex),
      "not-expressed": .list(unexpressed.map { .text($0) }),
      "ticks-per-second": .integer(Int(MediaTime.ticksPerSecond)),
    ]
    if let provenance {
      members["version"] = .text(provenance.version)
      members["pipeline"] = .text(provenance.pipeline)
      members["pipeline-digest"] = .text(provenance.digest.hex)
    }
    if let loudness = film.loudness { members["loudness"] = try JSONTree(encoding: loudness) }
    if !film.captions.isEmpty {
      members["caption-styles"] = .list(
        try film.captions.map { try JSONTree(encoding: $0.style) })
    }
    let ducks = film.tracks.filter { $0.duck != nil }
    if !ducks.isEmpty {
      members["ducking"] = .map(
        Dictionary(try ducks.map { ($0.name, try JSONTree(encoding: $0.duck)) }) { first, _ in
          first
        })
    }
    return members
  }

  private func sceneMarkers() throws -> [JSONTree] {
    let scenes = film.marks.filter { $0.kind == .scene }.sorted { $0.at < $1.at }
    return scenes.enumerated().map { index, mark in
      OpenTimeline.marker(
        mark.text ?? "scene \(index + 1)", frames(from: mark.at, to: mark.end), rate: frameRate,
        colour: "GREEN",
        metadata: ["kind": .text("scene"), "path": .text(mark.path), "module": .text(mark.module)])
    }
  }

  private func cueMarkers() throws -> [JSONTree] {
    try film.captions.enumerated().flatMap { layer, captions in
      try captions.captions.cues.map { cue in
        let words = cue.lines.map { $0.map(\.text).joined(separator: " ") }
        return OpenTimeline.marker(
          words.joined(separator: " "),
          frames(
            from: MediaTime(milliseconds: cue.start), to: MediaTime(milliseconds: cue.end)),
          rate: frameRate, colour: "YELLOW",
          metadata: [
            "kind": .text("cue"), "layer": .integer(layer), "cue": try JSONTree(encoding: cue),
          ])
      }
    }
  }

  // MARK: - Units

  var frameRate: Double { canvas.frameRate.framesPerSecond }

  /// The frames in which something is seen: those that begin while it is there.
  func frames(from start: MediaTime, to end: MediaTime) -> Range<Int> {
    let first = min(film.frameCount, canvas.frameRate.frameCount(in: max(.zero, start)))
    let last = min(film.frameCount, canvas.frameRate.frameCount(in: max(.zero, end)))
    return first..<max(first, last)
  }

  /// The nearest whole number of frames.
  func frameCount(_ duration: MediaTime) -> Int {
    Int((duration.seconds * frameRate).rounded())
  }

  func reference(
    to file: FileReference, available: JSONTree?
  ) -> JSONTree {
    let metadata: [String: JSONTree] = [
      "sha256": .text(file.digest.hex), "media-type": .text(file.mediaType),
    ]
    guard let known = media[file.digest] else {
      return .map([
        "OTIO_SCHEMA": .text("MissingReference.1"), "name": .text(file.name),
        "available_range": available ?? .null, "available_image_bounds": .null,
        "metadata": OpenTimeline.own(metadata),
      ])
    }
    return OpenTimeline.file(
      known.url, named: file.name, available: available, metadata: metadata)
  }
}

extension Transition? {
  fileprivate var isPattern: Bool { self.map { $0.kind != .fade } ?? false }
}
