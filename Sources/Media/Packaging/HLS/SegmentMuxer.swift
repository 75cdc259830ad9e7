import FFmpeg
import Foundation

/// Makes the segments of one rendition, all with one muxer whose bytes go to a new file at each cut. One thread.
final class SegmentMuxer {
  /// Where a keyframe lies in its segment.
  struct Keyframe {
    var range: MediaPlaylist.ByteRange
    /// Program tables before it, in the same file.
    var tables: MediaPlaylist.ByteRange?
  }

  private let format: SegmentFormat
  private let streams: FilmStreams
  private let sink: SegmentSink
  private var muxer: Muxer?
  private var count = 0

  /// MPEG-TS has no times below zero, where encoders begin; and sound and pictures in files of their own must have
  /// theirs moved by the same. Seconds.
  static let delay = 10
  static let initName = "init.mp4"

  /// - Parameter folder: exists.
  init(_ folder: URL, _ format: SegmentFormat, _ streams: FilmStreams) throws(MediaError) {
    self.format = format
    self.streams = streams
    sink = SegmentSink(folder)
    try sink.begin(format == .fmp4 ? Self.initName : Self.name(0, format))
    let sink = sink
    muxer = try writing("an HLS segment") { () throws(FFmpegError) in
      try Muxer.open(
        format.muxer, sink: sink, streams: streams.parameters, options: format.options)
    }
    if format == .fmp4 {
      try flush()
      try sink.end()
      try sink.begin(Self.name(0, format))
    }
  }

  /// Of all files so far.
  var names: [String] { sink.names }

  static func name(_ index: Int, _ format: SegmentFormat) -> String {
    let digits = String(index)
    return "segment-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + "."
      + (format == .ts ? "ts" : "m4s")
  }

  /// - Returns: where the packet lies if it is a keyframe.
  func write(_ packet: FilmPacket) throws(MediaError) -> Keyframe? {
    guard packet.stream == .video, packet.packet.isKeyframe else {
      try mux(packet)
      return nil
    }
    // So that nothing else is between its first byte and its last one: in fragmented MP4 it becomes a fragment.
    try flush()
    let start = sink.byteCount
    if format == .ts { sink.record() }
    try mux(packet)
    try flush()
    guard format == .ts else {
      return Keyframe(range: .init(offset: start, byteCount: sink.byteCount - start))
    }
    guard let found = TransportStream.keyframe(in: sink.recording(), at: start) else {
      throw MediaError(.failed, "a keyframe could not be found again in its segment")
    }
    return Keyframe(range: found.picture, tables: found.tables)
  }

  private func mux(_ packet: FilmPacket) throws(MediaError) {
    let index = streams.index(of: packet.stream)
    try writing("an HLS segment") { () throws(FFmpegError) in
      try muxer?.write(packet.packet, stream: index, delayedBy: Self.delay)
    }
  }

  private func flush() throws(MediaError) {
    try writing("an HLS segment") { () throws(FFmpegError) in try muxer?.flush() }
  }

  /// Ends the segment; what is written next goes to another one.
  ///
  /// - Returns: its name and how many bytes it has.
  func cut() throws(MediaError) -> (name: String, byteCount: Int) {
    try flush()
    let ended = try end()
    try sink.begin(Self.name(count, format))
    if format == .ts {
      try writing("an HLS segment") { () throws(FFmpegError) in
        // The next bytes begin with the tables, so that the segment can be played by itself.
        try muxer?.set("mpegts_flags", to: "resend_headers")
      }
    }
    return ended
  }

  /// Ends the last segment. Nothing can follow.
  func finish() throws(MediaError) -> (name: String, byteCount: Int) {
    if format == .fmp4 { try flush() }
    try writing("an HLS segment") { () throws(FFmpegError) in try muxer?.finish() }
    muxer = nil
    return try end()
  }

  private func end() throws(MediaError) -> (name: String, byteCount: Int) {
    defer { count += 1 }
    return (Self.name(count, format), try sink.end())
  }
}

extension SegmentFormat {
  /// FFmpeg's name of the muxer.
  fileprivate var muxer: String { self == .ts ? "mpegts" : "mp4" }

  fileprivate var options: [String: String] {
    guard self == .fmp4 else { return [:] }
    return [
      // The index comes first and knows nothing of the film; fragments end where we flush. Times are kept as they are,
      // without an edit list: each file begins with its own, and they must fit together.
      "movflags": "empty_moov+frag_custom+default_base_moof+frag_discont+skip_trailer",
      "use_editlist": "0", "avoid_negative_ts": "disabled",
    ]
  }
}
