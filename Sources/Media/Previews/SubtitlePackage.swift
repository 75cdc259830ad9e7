import Foundation
public import Pipeline

/// The captions of a film as renditions of an HLS package, one for each language: WebVTT in segments (RFC 8216, 3.5).
public struct SubtitlePackage: Sendable, Hashable {
  public struct Segment: Sendable, Hashable {
    /// Within the package.
    public var path: String
    public var start: MediaTime
    public var duration: MediaTime
    public var text: String
  }

  public struct Track: Sendable, Hashable {
    public var rendition: PlayableRendition
    /// They cover the whole film; some may have no cues.
    public var segments: [Segment]
    /// The text of its media playlist.
    public var playlist: String
    /// Its line in the master playlist.
    public var media: MasterPlaylist.Media
  }

  public static let groupID = "subtitles"

  /// In the order of the film's caption layers; empty for a film without captions.
  public let tracks: [Track]

  /// Segments are about as long, since they are small and each is a request. Playlists of subtitles that are complete
  /// may have target durations of their own (6.2.4).
  private static let usualLength = MediaTime(milliseconds: 30_000)

  /// - Parameter grid: how long the segments of the pictures are.
  public init(_ film: Timeline, grid: MediaTime) {
    // Of the film's beginning, as a time stamp of these segments.
    let mediaStart = MediaTime(count: Int64(SegmentMuxer.delay), per: 1)
    let count = max(1, (Self.usualLength.ticks + grid.ticks - 1) / max(1, grid.ticks))
    let length = MediaTime(ticks: max(1, grid.ticks) * count)
    tracks = SubtitleTrack.tracks(of: film).map { track in
      track.packaged(
        duration: film.duration, length: length,
        clock: "X-TIMESTAMP-MAP=MPEGTS:\(mediaStart.count(per: 90_000)),LOCAL:00:00:00.000")
    }
  }
}

/// The cues of one language, on the film's clock.
private struct SubtitleTrack {
  var language: String?
  /// Safe in paths and unique.
  var name: String
  var cues: [Cue]

  static func tracks(of film: Timeline) -> [SubtitleTrack] {
    var tracks: [SubtitleTrack] = []
    for layer in film.captions {
      let cues = layer.cuesOnFilmClock
      if let place = tracks.firstIndex(where: { $0.language == layer.captions.language }) {
        tracks[place].cues += cues
      } else {
        let name = Self.name(for: layer.captions.language, besides: tracks.map(\.name))
        tracks.append(SubtitleTrack(language: layer.captions.language, name: name, cues: cues))
      }
    }
    return tracks.map { track in
      var track = track
      track.cues.sort { ($0.start, $0.end) < ($1.start, $1.end) }
      return track
    }
  }

  private static func name(for language: String?, besides taken: [String]) -> String {
    let plain = (language ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    let name = plain.isEmpty ? "captions" : plain
    return taken.contains(name) ? "\(name)-\(taken.count + 1)" : name
  }

  /// What the language calls itself, such as `Deutsch`.
  private var title: String {
    guard let language else { return "Captions" }
    return Locale(identifier: language).localizedString(forIdentifier: language) ?? language
  }

  func packaged(
    duration: MediaTime, length: MediaTime, clock: String
  ) -> SubtitlePackage.Track {
    var segments: [SubtitlePackage.Segment] = []
    var start = MediaTime.zero
    while start < duration {
      let end = min(start + length, duration)
      let shown = cues.filter {
        MediaTime(milliseconds: $0.start) < end && MediaTime(milliseconds: $0.end) > start
      }
      segments.append(
        SubtitlePackage.Segment(
          path: "subtitles/\(name)-\(Self.number(segments.count)).vtt", start: start,
          duration: end - start, text: WebVTT.text(shown, header: [clock])))
      start = end
    }
    let longest = segments.map(\.duration.seconds).max() ?? 1
    let rendition = PlayableRendition(
      name: "subtitles-\(name)", title: title, kind: .subtitles, playlist: "subtitles/\(name).m3u8",
      targetDuration: max(1, Int(longest.rounded())), language: language)
    return SubtitlePackage.Track(
      rendition: rendition, segments: segments,
      playlist: MediaPlaylist(
        segments: segments.map {
          .init(
            uri: PackagePath.relative($0.path, from: rendition.playlist), duration: $0.duration)
        }, targetDuration: rendition.targetDuration, isComplete: true
      ).text,
      media: MasterPlaylist.Media(
        .subtitles, groupID: SubtitlePackage.groupID, name: title, uri: rendition.playlist,
        language: language, isAutoselected: false))
  }

  private static func number(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

extension CaptionLayer {
  fileprivate var cuesOnFilmClock: [Cue] {
    guard let clock else { return captions.cues }
    return captions.cues.map { cue in
      let shift = clock.milliseconds
      return Cue(
        start: cue.start - shift, end: cue.end - shift,
        lines: cue.lines.map { line in
          line.map { word in
            Cue.Word(
              text: word.text, start: word.start.map { $0 - shift },
              end: word.end.map { $0 - shift })
          }
        })
    }
  }
}
