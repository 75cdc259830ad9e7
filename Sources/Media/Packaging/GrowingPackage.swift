public import Pipeline

/// An HLS package as far as it can be played, made of nothing but what its segments said when they were ready.
///
/// What it says never names a segment that was not told of. Its playlists are replaced by those of the finished package,
/// which have the same names.
public struct GrowingPackage: Sendable, Hashable {
  public struct Track: Sendable, Hashable {
    public var rendition: PlayableRendition
    /// From the first one on, without a gap.
    public var segments: [PlayableSegment]
  }

  /// Where a player begins.
  public static let entry = HLSPackage.masterName

  /// In the order in which they were first told of.
  public private(set) var tracks: [Track] = []

  public init() {}

  /// What the events of a run say about one output of one stage.
  ///
  /// - Parameter output: nil for whichever it is, where a stage has only one.
  public init(
    _ events: some Sequence<RunEvent>, stage: String, item: Int? = nil, output: String? = nil
  ) {
    for event in events where event.stage == stage && event.item == item {
      guard let segment = event.segment, output ?? segment.output == segment.output else {
        continue
      }
      add(segment)
    }
  }

  /// Takes a segment in. An attempt that begins again tells of all its segments again: those that are what they were
  /// change nothing, and one that is not takes the place of the old one and all that followed.
  ///
  /// - Returns: whether anything changed.
  @discardableResult
  public mutating func add(_ segment: PlayableSegment) -> Bool {
    let name = segment.rendition.name
    guard let place = tracks.firstIndex(where: { $0.rendition.name == name }) else {
      guard segment.index == 0 else { return false }
      tracks.append(Track(rendition: segment.rendition, segments: [segment]))
      return true
    }
    let known = tracks[place].segments
    guard (0...known.count).contains(segment.index) else { return false }
    if segment.index < known.count, known[segment.index] == segment { return false }
    tracks[place].rendition = segment.rendition
    tracks[place].segments = known[..<segment.index] + [segment]
    return true
  }

  /// All files but the playlists, by path.
  public var files: [String: FileReference] {
    var files: [String: FileReference] = [:]
    for track in tracks {
      if let header = track.rendition.header { files[header.path] = header.file }
      for segment in track.segments { files[segment.path] = segment.file }
    }
    return files
  }

  /// The texts of all playlists, by path. Empty until something can be seen or heard.
  public var playlists: [String: String] {
    guard let master else { return [:] }
    var texts = [Self.entry: master.text]
    for track in tracks { texts[track.rendition.playlist] = track.playlist() }
    return texts
  }

  /// Whether players can begin. They take what grows for a live event, begin three segments before its end (RFC 8216,
  /// 6.3.3), and some give up where there are fewer.
  public var canBegin: Bool {
    let heard = tracks.filter { $0.rendition.kind != .subtitles }
    return !heard.isEmpty && heard.allSatisfy { $0.segments.count >= 3 }
  }

  /// How much of the film can be played.
  public var duration: MediaTime {
    tracks.filter { $0.rendition.kind == .media }.map(\.duration).min() ?? .zero
  }
}

extension GrowingPackage.Track {
  /// The text of its media playlist.
  ///
  /// - Parameter isComplete: no more segments will follow, as is always so for subtitles.
  public func playlist(isComplete: Bool = false) -> String {
    let place = rendition.playlist
    return MediaPlaylist(
      segments: segments.map {
        .init(uri: PackagePath.relative($0.path, from: place), duration: $0.duration)
      },
      targetDuration: rendition.targetDuration,
      isComplete: isComplete || rendition.kind == .subtitles,
      map: rendition.header.map { .init(uri: PackagePath.relative($0.path, from: place)) }
    ).text
  }

  var duration: MediaTime { segments.reduce(.zero) { $0 + $1.duration } }

  fileprivate var bandwidth: Bandwidth {
    Bandwidth(
      segments.map { .init(byteCount: $0.file.byteCount, duration: $0.duration) },
      targetDuration: rendition.targetDuration)
  }
}

extension GrowingPackage {
  private static let audioGroup = "audio"
  private static let subtitlesGroup = "subtitles"

  /// The playlist of all renditions, whose bandwidths are those of the segments so far. Nil until something can be seen
  /// or heard.
  public var master: MasterPlaylist? {
    let media = tracks.filter { $0.rendition.kind == .media }
    guard !media.isEmpty else { return nil }
    let audio = tracks.filter { $0.rendition.kind == .audio }
    let subtitles = tracks.filter { $0.rendition.kind == .subtitles }
    let sound = audio.map(\.bandwidth.peak).max() ?? 0
    let variants = media.map { track in
      MasterPlaylist.Variant(
        uri: track.rendition.playlist, bandwidth: track.bandwidth.peak + sound,
        codecs: track.rendition.codecs + audio.flatMap(\.rendition.codecs),
        resolution: track.rendition.size, frameRate: track.rendition.frameRate,
        audioGroup: audio.isEmpty ? nil : Self.audioGroup,
        subtitlesGroup: subtitles.isEmpty ? nil : Self.subtitlesGroup)
    }
    return MasterPlaylist(
      variants: variants,
      media: audio.map { $0.rendition.media(.audio, Self.audioGroup, isDefault: true) }
        + subtitles.map { $0.rendition.media(.subtitles, Self.subtitlesGroup) })
  }
}

extension PlayableRendition {
  fileprivate func media(
    _ kind: MasterPlaylist.Media.Kind, _ group: String, isDefault: Bool = false
  ) -> MasterPlaylist.Media {
    MasterPlaylist.Media(
      kind, groupID: group, name: title ?? name, uri: playlist, language: language,
      isDefault: isDefault, isAutoselected: isDefault)
  }
}
