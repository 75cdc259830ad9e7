import CFFmpeg
import Foundation

/// Turns frames into packets. One thread at a time.
public struct Encoder: ~Copyable {
  public enum Output: Sendable {
    case packet(Packet)
    /// Send the next frame.
    case needsInput
    /// Everything that was sent has come out.
    case ended
  }

  /// How H.264 is made. Every keyframe is an IDR frame that begins a closed group of pictures, and there are none but
  /// those asked for and those that `keyframeDistance` forces.
  public struct VideoSettings: Sendable, Hashable {
    public var width: Int
    public var height: Int
    public var frameRate: Rational
    /// Constant rate factor, 0 to 51. Below 1 x264 would be lossless, which the High profile is not: 1 is used.
    public var quality: Double
    /// One of x264's names, `ultrafast` to `placebo`.
    public var preset: String
    /// Most frames from one keyframe to the next.
    public var keyframeDistance: Int
    public var threads: Int
    /// Nil: as many bits as the quality takes.
    public var limit: BitRateLimit?

    public init(
      width: Int, height: Int, frameRate: Rational, quality: Double, preset: String,
      keyframeDistance: Int, threads: Int, limit: BitRateLimit? = nil
    ) {
      self.width = width
      self.height = height
      self.frameRate = frameRate
      self.quality = quality
      self.preset = preset
      self.keyframeDistance = keyframeDistance
      self.threads = threads
      self.limit = limit
    }
  }

  /// What a decoder with a buffer of a known size can be fed with (ISO/IEC 14496-10, annex C).
  public struct BitRateLimit: Sendable, Hashable {
    public var bitsPerSecond: Int
    public var bufferedBits: Int

    public init(bitsPerSecond: Int, bufferedBits: Int) {
      self.bitsPerSecond = bitsPerSecond
      self.bufferedBits = bufferedBits
    }
  }

  /// How AAC-LC is made.
  public struct AudioSettings: Sendable, Hashable {
    public var sampleRate: Int
    public var channels: Int
    public var bitsPerSecond: Int

    public init(sampleRate: Int, channels: Int, bitsPerSecond: Int) {
      self.sampleRate = sampleRate
      self.channels = channels
      self.bitsPerSecond = bitsPerSecond
    }
  }

  private let raw: UnsafeMutablePointer<AVCodecContext>
  private let scratch: UnsafeMutablePointer<AVFrame>
  public let parameters: CodecParameters

  private init(
    owning raw: UnsafeMutablePointer<AVCodecContext>, scratch: UnsafeMutablePointer<AVFrame>,
    parameters: CodecParameters
  ) {
    self.raw = raw
    self.scratch = scratch
    self.parameters = parameters
  }

  deinit {
    var frame: UnsafeMutablePointer<AVFrame>? = scratch
    av_frame_free(&frame)
    var pointer: UnsafeMutablePointer<AVCodecContext>? = raw
    avcodec_free_context(&pointer)
  }

  /// Opens libx264 for bt709 limited-range 4:2:0 pictures. Times are in frames.
  public static func h264(_ settings: VideoSettings) throws(FFmpegError) -> Encoder {
    HeapPolicy.apply()
    return try open("libx264") { raw throws(FFmpegError) in
      raw.pointee.width = Int32(clamping: settings.width)
      raw.pointee.height = Int32(clamping: settings.height)
      raw.pointee.pix_fmt = AV_PIX_FMT_YUV420P
      raw.pointee.time_base = AVRational(
        num: settings.frameRate.denominator, den: settings.frameRate.numerator)
      raw.pointee.framerate = settings.frameRate.raw
      raw.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
      raw.pointee.color_range = AVCOL_RANGE_MPEG
      raw.pointee.colorspace = AVCOL_SPC_BT709
      raw.pointee.color_primaries = AVCOL_PRI_BT709
      raw.pointee.color_trc = AVCOL_TRC_BT709
      raw.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT
      raw.pointee.gop_size = Int32(clamping: settings.keyframeDistance)
      raw.pointee.thread_count = Int32(clamping: max(1, settings.threads))
      if let limit = settings.limit {
        raw.pointee.rc_max_rate = Int64(limit.bitsPerSecond)
        raw.pointee.rc_buffer_size = Int32(clamping: limit.bufferedBits)
      }
      raw.pointee.flags |= shim_global_header() | shim_closed_gop()
      try set("preset", settings.preset, of: raw)
      try set("profile", "high", of: raw)
      try set("crf", String(max(1, settings.quality)), of: raw)
      try set("forced-idr", "1", of: raw)
      try set("sc_threshold", "0", of: raw)
      // Captions of a source that travel beside its pictures are not ours to pass on.
      try set("a53cc", "0", of: raw)
      try set("x264-params", "open-gop=0", of: raw)
    }
  }

  /// Opens FFmpeg's AAC encoder. Times are in samples.
  public static func aac(_ settings: AudioSettings) throws(FFmpegError) -> Encoder {
    try open("aac") { raw throws(FFmpegError) in
      raw.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
      raw.pointee.sample_rate = Int32(clamping: settings.sampleRate)
      raw.pointee.time_base = AVRational(num: 1, den: Int32(clamping: settings.sampleRate))
      raw.pointee.bit_rate = Int64(settings.bitsPerSecond)
      raw.pointee.flags |= shim_global_header()
      av_channel_layout_default(&raw.pointee.ch_layout, Int32(clamping: settings.channels))
    }
  }

  private static func open(
    _ name: String,
    configure: (UnsafeMutablePointer<AVCodecContext>) throws(FFmpegError) -> Void
  ) throws(FFmpegError) -> Encoder {
    _ = LogLines.install
    _ = LogLines.take()
    guard let codec = avcodec_find_encoder_by_name(name) else {
      throw FFmpegError(
        shim_error_encoder(), "avcodec_find_encoder_by_name",
        message: "this FFmpeg has no encoder `\(name)`")
    }
    var raw: UnsafeMutablePointer<AVCodecContext>? = try owned(
      avcodec_alloc_context3(codec), "avcodec_alloc_context3")
    do throws(FFmpegError) {
      let context = try owned(raw, "avcodec_alloc_context3")
      try configure(context)
      try check(avcodec_open2(context, codec, nil), "avcodec_open2")
      let parameters = try CodecParameters(of: context)
      return Encoder(owning: context, scratch: try Frame.allocate(), parameters: parameters)
    } catch {
      avcodec_free_context(&raw)
      throw error
    }
  }

  private static func set(
    _ option: String, _ value: String, of raw: UnsafeMutablePointer<AVCodecContext>
  ) throws(FFmpegError) {
    try check(
      av_opt_set(raw, option, value, AV_OPT_SEARCH_CHILDREN), "av_opt_set(\(option)=\(value))")
  }

  /// How many samples each piece of sound must have, but the last one; 0 for pictures.
  public var frameSize: Int { Int(raw.pointee.frame_size) }

  /// By how many pictures decoding runs ahead of showing: the first packet's `dts` lies that many before its `pts`.
  public var reorderedPictures: Int { Int(max(0, raw.pointee.has_b_frames)) }

  /// Gives it one picture. All that was encoded must have been received before.
  ///
  /// - Parameter forcesKeyframe: makes it an IDR frame.
  public mutating func send(
    _ frame: Frame, at time: Int64, forcesKeyframe: Bool
  ) throws(FFmpegError) {
    defer { av_frame_unref(scratch) }
    try check(av_frame_ref(scratch, frame.raw), "av_frame_ref")
    scratch.pointee.pts = time
    scratch.pointee.pict_type = forcesKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    try check(avcodec_send_frame(raw, scratch), "avcodec_send_frame")
  }

  /// Gives it `frameSize` samples (fewer only at the end). `samples` are interleaved.
  public mutating func send(
    _ samples: UnsafeBufferPointer<Float>, at time: Int64
  ) throws(FFmpegError) {
    let channels = Int(raw.pointee.ch_layout.nb_channels)
    guard channels > 0, let source = samples.baseAddress else { return }
    defer { av_frame_unref(scratch) }
    scratch.pointee.format = raw.pointee.sample_fmt.rawValue
    scratch.pointee.sample_rate = raw.pointee.sample_rate
    scratch.pointee.nb_samples = Int32(clamping: samples.count / channels)
    scratch.pointee.pts = time
    try check(
      av_channel_layout_copy(&scratch.pointee.ch_layout, &raw.pointee.ch_layout),
      "av_channel_layout_copy")
    try check(av_frame_get_buffer(scratch, 0), "av_frame_get_buffer")
    for channel in 0..<channels {
      guard let bytes = scratch.pointee.extended_data[channel] else { continue }
      bytes.withMemoryRebound(to: Float.self, capacity: samples.count / channels) { target in
        for index in 0..<samples.count / channels {
          target[index] = source[index * channels + channel]
        }
      }
    }
    try check(avcodec_send_frame(raw, scratch), "avcodec_send_frame")
  }

  /// Nothing more will be sent.
  public mutating func finish() throws(FFmpegError) {
    try check(avcodec_send_frame(raw, nil), "avcodec_send_frame")
  }

  public mutating func receive() throws(FFmpegError) -> Output {
    let packet = Packet(owning: try Packet.allocate())
    let result = avcodec_receive_packet(raw, packet.raw)
    if result == shim_averror(EAGAIN) { return .needsInput }
    if result == shim_error_eof() { return .ended }
    try check(result, "avcodec_receive_packet")
    return .packet(packet)
  }
}
