import CFFmpeg

/// Turns decoded sound of any form into interleaved 32-bit floats. One thread at a time.
///
/// Mono is copied to both sides at full level; more channels than wanted are mixed down without clipping. Sound
/// whose form changes on the way is handled.
public struct Resampler: ~Copyable {
  public let sampleRate: Int
  public let channels: Int
  private var raw: OpaquePointer?
  private var form: Form?

  private struct Form: Equatable {
    var sampleFormat: Int32
    var sampleRate: Int32
    var channels: Int32
    var mask: UInt64
  }

  public init(sampleRate: Int, channels: Int) {
    self.sampleRate = sampleRate
    self.channels = channels
  }

  deinit {
    var pointer = raw
    swr_free(&pointer)
  }

  /// How many samples of the output, per channel, are still inside.
  public var delay: Int {
    raw.map { Int(max(0, swr_get_delay($0, Int64(sampleRate)))) } ?? 0
  }

  /// Appends what `frame` gives; with nil, what is still inside, after which new sound may follow.
  public mutating func convert(_ frame: Frame?, into samples: inout [Float]) throws(FFmpegError) {
    guard let frame else {
      try drain(into: &samples)
      return
    }
    let layout = frame.raw.pointee.ch_layout
    let found = Form(
      sampleFormat: frame.raw.pointee.format, sampleRate: frame.raw.pointee.sample_rate,
      channels: layout.nb_channels,
      mask: layout.order == AV_CHANNEL_ORDER_NATIVE ? layout.u.mask : 0)
    if form != found {
      try drain(into: &samples)
      try configure(for: frame, form: found)
    }
    try append(frame, into: &samples)
  }

  private mutating func drain(into samples: inout [Float]) throws(FFmpegError) {
    guard raw != nil else { return }
    try append(nil, into: &samples)
    var pointer = raw
    swr_free(&pointer)
    raw = nil
    form = nil
  }

  private mutating func configure(for frame: Frame, form: Form) throws(FFmpegError) {
    guard form.channels > 0, form.sampleRate > 0 else {
      throw FFmpegError(shim_error_invalid_data(), "swr_alloc_set_opts2")
    }
    var source = AVChannelLayout()
    var target = AVChannelLayout()
    defer {
      av_channel_layout_uninit(&source)
      av_channel_layout_uninit(&target)
    }
    av_channel_layout_default(&target, Int32(channels))
    if form.mask == 0 {
      av_channel_layout_default(&source, form.channels)
    } else {
      try check(av_channel_layout_from_mask(&source, form.mask), "av_channel_layout_from_mask")
    }
    try check(
      swr_alloc_set_opts2(
        &raw, &target, AV_SAMPLE_FMT_FLT, Int32(sampleRate), &source,
        AVSampleFormat(form.sampleFormat), form.sampleRate, 0, nil),
      "swr_alloc_set_opts2")
    guard let raw else { throw .outOfMemory("swr_alloc_set_opts2") }
    // Without a bound floats are mixed down louder than full scale.
    try check(
      av_opt_set_double(UnsafeMutableRawPointer(raw), "rematrix_maxval", 1, 0), "av_opt_set_double")
    if form.channels == 1 {
      let copies = [Double](repeating: 1, count: channels)
      try check(swr_set_matrix(raw, copies, 1), "swr_set_matrix")
    }
    try check(swr_init(raw), "swr_init")
    self.form = form
  }

  private func append(_ frame: Frame?, into samples: inout [Float]) throws(FFmpegError) {
    let count = frame?.raw.pointee.nb_samples ?? 0
    let room = Int(try check(swr_get_out_samples(raw, count), "swr_get_out_samples"))
    guard room > 0 else { return }
    let start = samples.count
    samples.appendSilence(count: room * channels)
    let written: Int32 = samples.withUnsafeMutableBytes { bytes in
      var target = bytes.baseAddress.map {
        ($0 + start * MemoryLayout<Float>.stride).assumingMemoryBound(to: UInt8.self)
      }
      guard let source = frame?.raw.pointee.extended_data else {
        return swr_convert(raw, &target, Int32(room), nil, 0)
      }
      return source.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 1) {
        swr_convert(raw, &target, Int32(room), $0, count)
      }
    }
    samples.removeLast(samples.count - start - max(0, Int(written)) * channels)
    try check(written, "swr_convert")
  }
}
