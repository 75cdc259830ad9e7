import FFmpeg
import Foundation
import Pipeline

/// Writes one rendition of an HLS package: its segments, their playlist and the playlist of its keyframes. One thread.
///
/// While segments are being written the playlists grow (type EVENT), at the end they become complete (VOD). They never
/// name a segment that is not there.
final class HLSRendition {
  /// Where a rendition is, and what goes into it.
  struct Place {
    let name: String
    /// Of its folder in the package; empty for the package's own.
    let path: String
    let playlistName: String
    let choice: FilmPackets.Choice
    let streams: FilmStreams

    /// A path within the package.
    func path(of file: String) -> String { path.isEmpty ? file : "\(path)/\(file)" }
  }

  static let iFramesName = "iframes.m3u8"

  let place: Place
  private let package: URL
  private let format: SegmentFormat
  private var packets: FilmPackets
  private let muxer: SegmentMuxer
  private let wrote: () throws(MediaError) -> Void

  private var segments: [MediaPlaylist.Segment] = []
  private var sizes: [Bandwidth.Piece] = []
  private var iFrames: [MediaPlaylist.Segment] = []
  private var iFrameSizes: [Bandwidth.Piece] = []
  private var tables: MediaPlaylist.Map?
  /// Of the segment that is being written.
  private var start = MediaTime.zero
  private var keyframes: [(time: MediaTime, range: MediaPlaylist.ByteRange)] = []
  private var hasBegun = false
  private var soundEnd = MediaTime.zero
  /// Read, and the first of the next segment.
  private var pending: FilmPacket?
  private(set) var isComplete = false

  /// - Parameter wrote: called after each packet.
  init(
    _ place: Place, in package: URL, _ format: SegmentFormat, _ packets: FilmPackets,
    wrote: @escaping () throws(MediaError) -> Void
  ) throws(MediaError) {
    self.place = place
    self.package = package
    self.format = format
    self.packets = packets
    self.wrote = wrote
    let folder = place.path.isEmpty ? package : package.appendingPathComponent(place.path)
    if !place.path.isEmpty {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      } catch {
        throw MediaError(storing: "the rendition `\(place.name)`", error)
      }
    }
    muxer = try SegmentMuxer(folder, format, place.streams)
  }

  /// Writes one more segment, waiting for what belongs into it; nil when there are no more.
  func advance() throws(MediaError) -> ReadySegment? {
    guard !isComplete else { return nil }
    if let first = pending { try write(first) }
    pending = nil
    while true {
      // The segment can be played although the chunk after it is not there yet.
      if hasBegun, let time = try packets.chunkDue(), isInNextCell(time) {
        return try ended(try muxer.cut(), at: time)
      }
      guard let packet = try packets.next() else { break }
      if beginsSegment(packet) {
        pending = packet
        return try ended(try muxer.cut(), at: packet.time)
      }
      try write(packet)
    }
    let last = try muxer.finish()
    isComplete = true
    return try ended(last, at: end)
  }

  private func write(_ packet: FilmPacket) throws(MediaError) {
    hasBegun = true
    if packet.stream == .audio { soundEnd = max(soundEnd, packet.time + packet.duration) }
    if let keyframe = try muxer.write(packet) {
      keyframes.append((packet.time, keyframe.range))
      if tables == nil, let range = keyframe.tables {
        tables = .init(uri: SegmentMuxer.name(segments.count, format), byteRange: range)
      }
    }
    try wrote()
  }

  /// With a picture the first keyframe of each cell of the grid decides, and there is one where the cell begins; sound
  /// alone is cut at the first packet of the cell.
  private func beginsSegment(_ packet: FilmPacket) -> Bool {
    guard hasBegun else { return false }
    if place.streams.video != nil {
      guard packet.stream == .video, packet.packet.isKeyframe else { return false }
    }
    return isInNextCell(packet.time)
  }

  private func isInNextCell(_ time: MediaTime) -> Bool {
    let grid = place.streams.segmentDuration.ticks
    return time.ticks / grid > start.ticks / grid
  }

  private var end: MediaTime {
    let streams = place.streams
    guard streams.video != nil else { return min(soundEnd, streams.duration) }
    return streams.frameRate.time(ofFrame: streams.frameRate.frameCount(in: streams.duration))
  }

  private func ended(
    _ file: (name: String, byteCount: Int), at time: MediaTime
  ) throws(MediaError) -> ReadySegment {
    let duration = time - start
    segments.append(.init(uri: file.name, duration: duration))
    sizes.append(.init(byteCount: file.byteCount, duration: duration))
    for (index, keyframe) in keyframes.enumerated() {
      let next = index + 1 < keyframes.count ? keyframes[index + 1].time : time
      iFrames.append(
        .init(uri: file.name, duration: next - keyframe.time, byteRange: keyframe.range))
      iFrameSizes.append(
        .init(byteCount: keyframe.range.byteCount, duration: next - keyframe.time))
    }
    keyframes = []
    try write(playlist.text, as: place.playlistName)
    if hasIFrames { try write(iFramePlaylist.text, as: Self.iFramesName) }
    defer { start = time }
    return ReadySegment(
      index: segments.count - 1, rendition: place.name, file: url(of: file.name),
      playlist: url(of: place.playlistName), start: start, duration: duration, form: form)
  }

  private var form: StreamForm {
    let streams = place.streams
    let hasPicture = streams.video != nil
    return StreamForm(
      isSoundForAll: !hasPicture && !place.path.isEmpty, targetDuration: playlist.targetDuration,
      codecs: streams.parameters.compactMap(\.codecsName), size: hasPicture ? streams.size : nil,
      frameRate: hasPicture ? streams.frameRate : nil,
      header: format == .fmp4 ? url(of: SegmentMuxer.initName) : nil)
  }

  private func url(of name: String) -> URL { package.appendingPathComponent(place.path(of: name)) }

  private func write(_ text: String, as name: String) throws(MediaError) {
    do {
      try Data(text.utf8).write(to: url(of: name), options: .atomic)
    } catch {
      throw MediaError(storing: "`\(place.path(of: name))`", error)
    }
  }

  // MARK: - What it is so far

  var hasIFrames: Bool { place.streams.video != nil }
  var segmentCount: Int { segments.count }
  var bandwidth: Bandwidth { Bandwidth(sizes, targetDuration: playlist.targetDuration) }
  var iFrameBandwidth: Bandwidth {
    Bandwidth(iFrameSizes, targetDuration: iFramePlaylist.targetDuration)
  }

  /// Paths within the package.
  var files: [String] {
    let playlists = hasIFrames ? [place.playlistName, Self.iFramesName] : [place.playlistName]
    return (playlists + muxer.names).map(place.path(of:))
  }

  private var playlist: MediaPlaylist {
    MediaPlaylist(
      segments: segments,
      targetDuration: targetDuration(segments, grid: place.streams.segmentDuration),
      isComplete: isComplete,
      map: format == .fmp4 ? .init(uri: SegmentMuxer.initName) : nil)
  }

  private var iFramePlaylist: MediaPlaylist {
    let grid = ChunkGrid.keyframeInterval(for: place.streams.segmentDuration)
    return MediaPlaylist(
      segments: iFrames, targetDuration: targetDuration(iFrames, grid: grid),
      isComplete: isComplete,
      map: format == .fmp4 ? .init(uri: SegmentMuxer.initName) : tables, isIFramesOnly: true)
  }

  /// In seconds. While a playlist grows it must not change (RFC 8216, 4.3.3.1), so it does not wait for the longest
  /// segment: none is longer than its cell by more than a frame or a packet of sound.
  private func targetDuration(_ segments: [MediaPlaylist.Segment], grid: MediaTime) -> Int {
    let longest = segments.map(\.duration).max() ?? .zero
    let streams = place.streams
    let step =
      streams.video == nil
      ? streams.audio?.timeBase.mediaTime(1024) ?? .zero : streams.frameRate.time(ofFrame: 1)
    let bound = streams.duration > grid ? max(longest, grid + step) : max(longest, streams.duration)
    return max(1, Int(bound.seconds.rounded()))
  }

  /// Removes everything.
  func abandon() {
    for file in files {
      try? FileManager.default.removeItem(at: package.appendingPathComponent(file))
    }
    guard !place.path.isEmpty else { return }
    try? FileManager.default.removeItem(at: package.appendingPathComponent(place.path))
  }
}
