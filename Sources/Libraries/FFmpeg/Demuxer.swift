import CFFmpeg
public import Foundation
public import Threads

/// A media file that is open for reading. One thread at a time.
///
/// Only formats that keep everything in one file are opened: playlists and picture patterns that name other files
/// are refused, and whatever a file refers to is never opened.
public struct Demuxer: ~Copyable {
  private let raw: UnsafeMutablePointer<AVFormatContext>
  private let file: InputFile
  /// FFmpeg's name of the format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
  public let formatName: String
  public let streams: [StreamInfo]
  /// In microseconds; nil when not known.
  public let start: Int64?
  public let duration: Int64?
  /// The duration is a guess from the bit rate.
  public let isDurationEstimated: Bool

  /// Every format we read. Playlists (hls, dash, concat, …), devices and image patterns are not among them.
  private static let formats = [
    "mov", "matroska", "avi", "flv", "mpegts", "mpeg", "mpegvideo", "asf", "ogg", "wav", "w64",
    "mp3", "aac", "flac", "aiff", "au", "caf", "amr", "ac3", "eac3", "ape", "wv", "tta", "h264",
    "hevc", "m4v", "ivf", "obu", "nut", "mxf", "gif", "apng", "y4m", "yuv4mpegpipe", "dv", "rm",
    "png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe", "gif_pipe", "ppm_pipe",
    "pgm_pipe", "pam_pipe", "pbm_pipe", "qoi_pipe", "j2k_pipe", "jpegls_pipe", "psd_pipe",
    "sgi_pipe", "dpx_pipe", "exr_pipe", "xwd_pipe",
  ]

  /// Opens and looks at the first packets of each stream.
  ///
  /// - Parameter cancellation: when raised, this and every later call ends with a cancelled error.
  public static func open(
    _ url: URL, cancellation: CancellationFlag? = nil
  ) throws(FFmpegError) -> Demuxer {
    _ = LogLines.install
    _ = LogLines.take()
    let file = try InputFile(url, cancellation: cancellation)
    let context = try owned(avformat_alloc_context(), "avformat_alloc_context")
    context.pointee.pb = file.context
    context.pointee.flags |= shim_custom_io()
    context.pointee.interrupt_callback = file.interruption
    context.pointee.io_open = refuseToOpen
    context.pointee.max_streams = Int32(MediaLimits.streamCount)
    context.pointee.format_whitelist = av_strdup(formats.joined(separator: ","))
    context.pointee.protocol_whitelist = av_strdup("none")
    var opened: UnsafeMutablePointer<AVFormatContext>? = context
    // Frees the context when it fails.
    try check(avformat_open_input(&opened, nil, nil, nil), "avformat_open_input")
    return try Demuxer(owning: context, reading: file)
  }

  private init(
    owning raw: UnsafeMutablePointer<AVFormatContext>, reading file: InputFile
  ) throws(FFmpegError) {
    do throws(FFmpegError) {
      try Self.inspect(raw)
    } catch {
      var pointer: UnsafeMutablePointer<AVFormatContext>? = raw
      avformat_close_input(&pointer)
      throw error
    }
    self.raw = raw
    self.file = file
    formatName = raw.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
    streams = (0..<Int(raw.pointee.nb_streams)).compactMap { index in
      raw.pointee.streams[index].map(StreamInfo.init)
    }
    start = timestamp(raw.pointee.start_time)
    duration = timestamp(raw.pointee.duration).flatMap { $0 > 0 ? $0 : nil }
    isDurationEstimated =
      raw.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFormatContext>? = raw
    avformat_close_input(&pointer)
  }

  /// Decoders that are opened to look at the streams obey the limit on pixels as well.
  private static func inspect(_ raw: UnsafeMutablePointer<AVFormatContext>) throws(FFmpegError) {
    let count = Int(raw.pointee.nb_streams)
    var options = [OpaquePointer?](repeating: nil, count: count)
    for index in 0..<count {
      av_dict_set_int(&options[index], "max_pixels", MediaLimits.pixelCount, 0)
      av_dict_set(&options[index], "threads", "1", 0)
    }
    let found = avformat_find_stream_info(raw, &options)
    for index in 0..<count { av_dict_free(&options[index]) }
    try check(found, "avformat_find_stream_info")
  }

  /// What the file says about itself, by FFmpeg's names in lower case, such as `comment`. Bytes that are no UTF-8 are
  /// replaced.
  public var tags: [String: String] {
    var tags: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(raw.pointee.metadata, "", entry, AV_DICT_IGNORE_SUFFIX) {
      tags[String(cString: next.pointee.key).lowercased()] = String(cString: next.pointee.value)
      entry = next
    }
    return tags
  }

  /// The stream that a player would choose; cover pictures do not count as video.
  public func bestStream(_ kind: StreamInfo.Kind) -> StreamInfo? {
    let type: AVMediaType
    switch kind {
    case .video: type = AVMEDIA_TYPE_VIDEO
    case .audio: type = AVMEDIA_TYPE_AUDIO
    case .other: return nil
    }
    let index = Int(av_find_best_stream(raw, type, -1, -1, nil, 0))
    guard index >= 0, index < streams.count, !streams[index].isAttachedPicture else { return nil }
    return streams[index]
  }

  /// Packets of other streams are skipped without being read where the format allows it.
  public func select(_ chosen: [StreamInfo]) {
    let indices = Set(chosen.map(\.index))
    for index in 0..<Int(raw.pointee.nb_streams) {
      raw.pointee.streams[index]?.pointee.discard =
        indices.contains(index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL
    }
  }

  /// The next packet of any selected stream; nil at the end of the file.
  public mutating func read() throws(FFmpegError) -> Packet? {
    let packet = Packet(owning: try Packet.allocate())
    while true {
      let result = av_read_frame(raw, packet.raw)
      if result == shim_error_eof() { return nil }
      if result == shim_averror(EAGAIN) { continue }
      try check(result, "av_read_frame")
      return packet
    }
  }

  /// Goes to the last keyframe at or before `time` (in the stream's time base). Decoders must be flushed after it.
  public mutating func seek(_ stream: StreamInfo, to time: Int64) throws(FFmpegError) {
    try check(
      av_seek_frame(raw, Int32(stream.index), time, AVSEEK_FLAG_BACKWARD), "av_seek_frame")
  }

  public func decoder(for stream: StreamInfo, threads: Int) throws(FFmpegError) -> Decoder {
    guard let found = raw.pointee.streams[stream.index] else {
      throw FFmpegError(shim_error_stream(), "decoder")
    }
    return try Decoder.open(
      found.pointee.codecpar, timeBase: found.pointee.time_base, hasAlpha: stream.hasAlpha,
      threads: threads)
  }
}

/// Formats that want to open what they refer to are told that there is nothing.
private func refuseToOpen(
  _ context: UnsafeMutablePointer<AVFormatContext>?,
  _ file: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?,
  _ url: UnsafePointer<CChar>?, _ flags: Int32,
  _ options: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 { shim_averror(EACCES) }
