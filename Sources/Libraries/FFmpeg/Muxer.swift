import CFFmpeg
public import Foundation

/// Takes the bytes that a muxer writes, in order.
public protocol ByteSink: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// Writes packets into a container. One thread at a time.
public struct Muxer: ~Copyable {
  private let raw: UnsafeMutablePointer<AVFormatContext>
  private let sink: SinkContext?
  private let sources: [CodecParameters]
  private let scratch: UnsafeMutablePointer<AVPacket>

  /// Writes to a file of its own, which is replaced. Call `finish`; without it the file is not usable.
  ///
  /// - Parameter format: FFmpeg's name, such as `mp4`.
  /// - Parameter options: of the muxer; one that it does not know is an error.
  /// - Parameter tags: facts about the whole file by FFmpeg's names, such as `title` and `comment`; formats leave out what
  ///   they have no place for.
  public static func open(
    _ format: String, file url: URL, streams: [CodecParameters], options: [String: String] = [:],
    tags: [String: String] = [:]
  ) throws(FFmpegError) -> Muxer {
    // The prefix keeps names with a colon from being taken for a protocol.
    let name = "file:" + url.path
    let raw = try context(format, name: name)
    do throws(FFmpegError) {
      try check(avio_open(&raw.pointee.pb, name, AVIO_FLAG_WRITE), "avio_open")
    } catch {
      avformat_free_context(raw)
      throw error
    }
    // In the order of their names, so that equal tags give equal bytes.
    for (name, value) in tags.sorted(by: { $0.key < $1.key }) {
      av_dict_set(&raw.pointee.metadata, name, value, 0)
    }
    return try start(owning: raw, sink: nil, streams: streams, options: options)
  }

  /// Writes to `sink`, never seeking: for formats that can be streamed, such as `mpegts`.
  public static func open(
    _ format: String, sink: any ByteSink, streams: [CodecParameters],
    options: [String: String] = [:]
  ) throws(FFmpegError) -> Muxer {
    let box = try SinkContext(sink)
    let raw = try context(format, name: "")
    raw.pointee.pb = box.context
    raw.pointee.flags |= shim_custom_io()
    return try start(owning: raw, sink: box, streams: streams, options: options)
  }

  private static func context(
    _ format: String, name: String
  ) throws(FFmpegError) -> UnsafeMutablePointer<AVFormatContext> {
    _ = LogLines.install
    _ = LogLines.take()
    var raw: UnsafeMutablePointer<AVFormatContext>?
    try check(
      avformat_alloc_output_context2(&raw, nil, format, name), "avformat_alloc_output_context2")
    return try owned(raw, "avformat_alloc_output_context2")
  }

  private init(
    owning raw: UnsafeMutablePointer<AVFormatContext>, sink: SinkContext?,
    streams: [CodecParameters], scratch: UnsafeMutablePointer<AVPacket>
  ) {
    self.raw = raw
    self.sink = sink
    sources = streams
    self.scratch = scratch
  }

  /// Takes `raw` over, also when it throws.
  private static func start(
    owning raw: UnsafeMutablePointer<AVFormatContext>, sink: SinkContext?,
    streams: [CodecParameters], options: [String: String]
  ) throws(FFmpegError) -> Muxer {
    let scratch: UnsafeMutablePointer<AVPacket>
    do throws(FFmpegError) {
      scratch = try Packet.allocate()
    } catch {
      free(raw, closing: sink == nil)
      throw error
    }
    let muxer = Muxer(owning: raw, sink: sink, streams: streams, scratch: scratch)
    for stream in streams { try add(stream, to: raw) }
    raw.pointee.flags |= AVFMT_FLAG_BITEXACT
    try writeHeader(raw, options: options)
    return muxer
  }

  deinit {
    var packet: UnsafeMutablePointer<AVPacket>? = scratch
    av_packet_free(&packet)
    Self.free(raw, closing: sink == nil)
  }

  private static func free(_ raw: UnsafeMutablePointer<AVFormatContext>, closing: Bool) {
    if closing { avio_closep(&raw.pointee.pb) }
    avformat_free_context(raw)
  }

  private static func add(
    _ parameters: CodecParameters, to raw: UnsafeMutablePointer<AVFormatContext>
  ) throws(FFmpegError) {
    let stream = try owned(avformat_new_stream(raw, nil), "avformat_new_stream")
    try check(
      avcodec_parameters_copy(stream.pointee.codecpar, parameters.raw), "avcodec_parameters_copy")
    stream.pointee.codecpar.pointee.codec_tag = 0
    stream.pointee.time_base = parameters.timeBase.raw
    if parameters.frameRate.isPositive {
      stream.pointee.avg_frame_rate = parameters.frameRate.raw
      stream.pointee.r_frame_rate = parameters.frameRate.raw
    }
  }

  private static func writeHeader(
    _ raw: UnsafeMutablePointer<AVFormatContext>, options: [String: String]
  ) throws(FFmpegError) {
    var dictionary: OpaquePointer?
    defer { av_dict_free(&dictionary) }
    for (key, value) in options { av_dict_set(&dictionary, key, value, 0) }
    try check(avformat_write_header(raw, &dictionary), "avformat_write_header")
    if let unused = av_dict_get(dictionary, "", nil, AV_DICT_IGNORE_SUFFIX) {
      throw FFmpegError(
        shim_error_option(), "avformat_write_header",
        message: "the muxer has no option `\(String(cString: unused.pointee.key))`")
    }
  }

  /// Writes one packet. Packets must come in the order of their decoding times over all streams.
  ///
  /// - Parameter stream: index into the streams given when opening.
  /// - Parameter seconds: added to all times, for formats that have none below zero.
  public mutating func write(
    _ packet: Packet, stream: Int, delayedBy seconds: Int = 0
  ) throws(FFmpegError) {
    guard sources.indices.contains(stream), let target = raw.pointee.streams[stream] else {
      throw FFmpegError(shim_error_stream(), "av_write_frame")
    }
    defer { av_packet_unref(scratch) }
    try check(av_packet_ref(scratch, packet.raw), "av_packet_ref")
    scratch.pointee.stream_index = Int32(clamping: stream)
    av_packet_rescale_ts(scratch, sources[stream].timeBase.raw, target.pointee.time_base)
    if seconds != 0 {
      let shift = Rational(1, 1).rescale(Int64(seconds), to: Rational(target.pointee.time_base))
      if timestamp(scratch.pointee.pts) != nil { scratch.pointee.pts += shift }
      if timestamp(scratch.pointee.dts) != nil { scratch.pointee.dts += shift }
    }
    try wrote(av_write_frame(raw, scratch), "av_write_frame")
  }

  /// Makes everything that was written so far arrive at the sink.
  public mutating func flush() throws(FFmpegError) {
    try wrote(av_write_frame(raw, nil), "av_write_frame")
    avio_flush(raw.pointee.pb)
    try wrote(raw.pointee.pb?.pointee.error ?? 0, "avio_flush")
  }

  /// Sets an option of the muxer that may be changed on the way.
  public mutating func set(_ option: String, to value: String) throws(FFmpegError) {
    try check(
      av_opt_set(raw.pointee.priv_data, option, value, 0), "av_opt_set(\(option)=\(value))")
  }

  /// Writes what belongs at the end. The file is complete when this returns; nothing can follow.
  public mutating func finish() throws(FFmpegError) {
    try wrote(av_write_trailer(raw), "av_write_trailer")
    avio_flush(raw.pointee.pb)
    try wrote(raw.pointee.pb?.pointee.error ?? 0, "avio_flush")
    if sink == nil { try check(avio_closep(&raw.pointee.pb), "avio_closep") }
  }

  /// An error of the sink says more than what FFmpeg made of it.
  private func wrote(_ result: Int32, _ function: String) throws(FFmpegError) {
    if let failure = sink?.failure {
      throw FFmpegError(result < 0 ? result : shim_averror(EIO), function, message: failure)
    }
    try check(result, function)
  }
}

/// The bridge from FFmpeg's write callback to a `ByteSink`.
private final class SinkContext {
  private(set) var context: UnsafeMutablePointer<AVIOContext>
  private let target: Target

  fileprivate final class Target {
    let sink: any ByteSink
    var failure: String?
    init(_ sink: any ByteSink) { self.sink = sink }
  }

  var failure: String? { target.failure }

  init(_ sink: any ByteSink) throws(FFmpegError) {
    target = Target(sink)
    let size = 64 << 10
    guard let buffer = av_malloc(size) else { throw .outOfMemory("av_malloc") }
    guard
      let context = avio_alloc_context(
        buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 1,
        Unmanaged.passUnretained(target).toOpaque(), nil, writeBytes, nil)
    else {
      av_free(buffer)
      throw .outOfMemory("avio_alloc_context")
    }
    self.context = context
  }

  deinit {
    av_free(context.pointee.buffer)
    var pointer: UnsafeMutablePointer<AVIOContext>? = context
    avio_context_free(&pointer)
  }
}

private func writeBytes(
  _ opaque: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32
) -> Int32 {
  guard let opaque, let bytes, count >= 0 else { return shim_averror(EINVAL) }
  let target = Unmanaged<SinkContext.Target>.fromOpaque(opaque).takeUnretainedValue()
  do {
    try target.sink.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    return count
  } catch {
    target.failure = String(describing: error)
    return shim_averror(EIO)
  }
}
