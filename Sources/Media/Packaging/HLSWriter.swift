import FFmpeg
import Foundation
import Pipeline

/// Writes an HLS package of MPEG-TS segments (RFC 8216): one muxer whose bytes go to a new file at each segment.
///
/// A playlist never names a segment that is not there. While segments are being written the media playlist is one that
/// grows (type EVENT), at the end it becomes complete (VOD), and the master playlist follows.
final class HLSWriter: PackageWriter {
  private let folder: URL
  private let streams: FilmStreams
  private let sink: SegmentSink
  private let ready: (ReadySegment) -> Void
  private var muxer: Muxer?
  private var segments: [HLSPlaylist.Segment] = []
  private var segmentStart = MediaTime.zero
  private var hasBegun = false
  private var soundEnd = MediaTime.zero

  /// MPEG-TS has no times below zero, where encoders begin.
  private static let delay = 10

  /// - Parameter ready: called for each segment once the playlist names it.
  init(
    _ folder: URL, streams: FilmStreams, ready: @escaping (ReadySegment) -> Void
  ) throws(MediaError) {
    self.folder = folder
    self.ready = ready
    self.streams = streams
    sink = SegmentSink(folder)
    try sink.begin(HLSPlaylist.segmentName(0))
    let sink = sink
    muxer = try writing("an HLS segment") { () throws(FFmpegError) in
      try Muxer.open("mpegts", sink: sink, streams: streams.parameters)
    }
  }

  func write(_ packet: FilmPacket) throws(MediaError) {
    if beginsSegment(packet) { try cut(at: packet.time) }
    hasBegun = true
    if packet.stream == .audio { soundEnd = max(soundEnd, packet.time + packet.duration) }
    let index = streams.index(of: packet.stream)
    try writing("an HLS segment") { () throws(FFmpegError) in
      try muxer?.write(packet.packet, stream: index, delayedBy: Self.delay)
    }
  }

  /// With a picture the first keyframe of each cell of the grid decides, and there is one where the cell begins; sound
  /// alone is cut at the first packet of the cell.
  private func beginsSegment(_ packet: FilmPacket) -> Bool {
    guard hasBegun else { return false }
    if streams.video != nil {
      guard packet.stream == .video, packet.packet.isKeyframe else { return false }
    }
    let grid = streams.segmentDuration.ticks
    return packet.time.ticks / grid > segmentStart.ticks / grid
  }

  private func cut(at time: MediaTime) throws(MediaError) {
    try writing("an HLS segment") { () throws(FFmpegError) in try muxer?.flush() }
    try endSegment(at: time, isLast: false)
    try sink.begin(HLSPlaylist.segmentName(segments.count))
    try writing("an HLS segment") { () throws(FFmpegError) in
      // The next bytes begin with the tables, so that the segment can be played by itself.
      try muxer?.set("mpegts_flags", to: "resend_headers")
    }
    segmentStart = time
  }

  private func endSegment(at time: MediaTime, isLast: Bool) throws(MediaError) {
    let byteCount = try sink.end()
    let segment = HLSPlaylist.Segment(
      name: HLSPlaylist.segmentName(segments.count), duration: time - segmentStart,
      byteCount: byteCount)
    segments.append(segment)
    let playlist = HLSPlaylist(segments: segments, streams: streams)
    try write(playlist.media(isComplete: isLast), as: HLSPlaylist.mediaName)
    if isLast { try write(playlist.master, as: HLSPlaylist.masterName) }
    ready(
      ReadySegment(
        index: segments.count - 1, file: folder.appendingPathComponent(segment.name),
        playlist: folder.appendingPathComponent(HLSPlaylist.mediaName), start: segmentStart,
        duration: segment.duration))
  }

  func finish() throws(MediaError) -> RenderedPackage {
    try writing("an HLS segment") { () throws(FFmpegError) in try muxer?.finish() }
    muxer = nil
    try endSegment(
      at: streams.video == nil ? min(soundEnd, streams.duration) : pictureEnd, isLast: true)
    return RenderedPackage(
      entry: folder.appendingPathComponent(HLSPlaylist.masterName),
      files: [HLSPlaylist.masterName, HLSPlaylist.mediaName] + segments.map(\.name),
      segmentCount: segments.count)
  }

  private var pictureEnd: MediaTime {
    streams.frameRate.time(ofFrame: streams.frameRate.frameCount(in: streams.duration))
  }

  private func write(_ text: String, as name: String) throws(MediaError) {
    do {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name), options: .atomic)
    } catch {
      throw MediaError(storing: "`\(name)`", error)
    }
  }

  func abandon() {
    muxer = nil
    let names = [HLSPlaylist.masterName, HLSPlaylist.mediaName]
    for name in names + sink.names {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }
}

/// Takes the muxer's bytes into one file after the other.
private final class SegmentSink: ByteSink {
  private let folder: URL
  private var file: FileHandle?
  private var byteCount = 0
  private(set) var names: [String] = []

  init(_ folder: URL) { self.folder = folder }

  func begin(_ name: String) throws(MediaError) {
    let url = folder.appendingPathComponent(name)
    guard FileManager.default.createFile(atPath: url.path, contents: nil),
      let file = FileHandle(forWritingAtPath: url.path)
    else { throw MediaError(.unwritable, "the segment `\(name)` could not be created") }
    self.file = file
    byteCount = 0
    names.append(name)
  }

  /// How many bytes the segment has.
  func end() throws(MediaError) -> Int {
    do {
      try file?.close()
    } catch {
      throw MediaError(storing: "a segment", error)
    }
    file = nil
    return byteCount
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file?.write(contentsOf: bytes)
    byteCount += bytes.count
  }
}
