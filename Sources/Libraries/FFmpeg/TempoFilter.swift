import CFFmpeg

/// Plays sound faster or slower at the same pitch (libavfilter's `atempo`). One thread at a time.
public struct TempoFilter: ~Copyable {
  private let graph: UnsafeMutablePointer<AVFilterGraph>
  private let source: UnsafeMutablePointer<AVFilterContext>
  private let sink: UnsafeMutablePointer<AVFilterContext>
  private let sampleRate: Int
  private let channels: Int
  private var position: Int64 = 0

  public static let range = 0.25...4.0

  private init(
    graph: UnsafeMutablePointer<AVFilterGraph>, source: UnsafeMutablePointer<AVFilterContext>,
    sink: UnsafeMutablePointer<AVFilterContext>, sampleRate: Int, channels: Int
  ) {
    self.graph = graph
    self.source = source
    self.sink = sink
    self.sampleRate = sampleRate
    self.channels = channels
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFilterGraph>? = graph
    avfilter_graph_free(&pointer)
  }

  /// - Parameter tempo: within `range`; 2 is twice as fast.
  public static func open(
    sampleRate: Int, channels: Int, tempo: Double
  ) throws(FFmpegError) -> TempoFilter {
    _ = LogLines.install
    guard range.contains(tempo), (1...2).contains(channels), sampleRate > 0 else {
      throw FFmpegError(shim_averror(ERANGE), "atempo", message: "a tempo of \(tempo)")
    }
    var raw: UnsafeMutablePointer<AVFilterGraph>? = try owned(
      avfilter_graph_alloc(), "avfilter_graph_alloc")
    do throws(FFmpegError) {
      let graph = try owned(raw, "avfilter_graph_alloc")
      graph.pointee.nb_threads = 1
      let layout = channels == 1 ? "mono" : "stereo"
      let form = "sample_rate=\(sampleRate):sample_fmt=flt:channel_layout=\(layout)"
      var last = try add("abuffer", to: graph, "time_base=1/\(sampleRate):\(form)")
      let source = last
      // One filter goes down to a half.
      for tempo in tempo < 0.5 ? [0.5, tempo / 0.5] : [tempo] {
        last = try link(last, to: add("atempo", to: graph, "tempo=\(tempo)"))
      }
      let format = "sample_fmts=flt:sample_rates=\(sampleRate):channel_layouts=\(layout)"
      last = try link(last, to: add("aformat", to: graph, format))
      let sink = try link(last, to: add("abuffersink", to: graph, nil))
      try check(avfilter_graph_config(graph, nil), "avfilter_graph_config")
      return TempoFilter(
        graph: graph, source: source, sink: sink, sampleRate: sampleRate, channels: channels)
    } catch {
      avfilter_graph_free(&raw)
      throw error
    }
  }

  /// - Parameter samples: interleaved; none does nothing.
  public mutating func send(_ samples: UnsafeBufferPointer<Float>) throws(FFmpegError) {
    guard let start = samples.baseAddress, samples.count >= channels else { return }
    let frame = Frame(owning: try Frame.allocate())
    let raw = frame.raw
    raw.pointee.format = AV_SAMPLE_FMT_FLT.rawValue
    raw.pointee.sample_rate = Int32(sampleRate)
    raw.pointee.nb_samples = Int32(clamping: samples.count / channels)
    av_channel_layout_default(&raw.pointee.ch_layout, Int32(channels))
    raw.pointee.pts = position
    try check(av_frame_get_buffer(raw, 0), "av_frame_get_buffer")
    guard let target = frame.plane(0).start else { throw .outOfMemory("av_frame_get_buffer") }
    UnsafeMutableRawPointer(target).copyMemory(
      from: start, byteCount: samples.count / channels * channels * MemoryLayout<Float>.stride)
    position += Int64(samples.count / channels)
    try check(av_buffersrc_add_frame_flags(source, raw, 0), "av_buffersrc_add_frame_flags")
  }

  /// There is no more to come: what is inside can be received.
  public mutating func finish() throws(FFmpegError) {
    try check(av_buffersrc_close(source, position, 0), "av_buffersrc_close")
  }

  /// Appends what is ready.
  public mutating func receive(into samples: inout [Float]) throws(FFmpegError) {
    while true {
      let frame = Frame(owning: try Frame.allocate())
      let result = av_buffersink_get_frame(sink, frame.raw)
      if result == shim_averror(EAGAIN) || result == shim_error_eof() { return }
      try check(result, "av_buffersink_get_frame")
      guard let start = frame.plane(0).start else { continue }
      let count = frame.sampleCount * channels
      UnsafeMutableRawPointer(start).withMemoryRebound(to: Float.self, capacity: count) {
        samples.append(contentsOf: UnsafeBufferPointer(start: $0, count: count))
      }
    }
  }

  private static func add(
    _ filter: String, to graph: UnsafeMutablePointer<AVFilterGraph>, _ arguments: String?
  ) throws(FFmpegError) -> UnsafeMutablePointer<AVFilterContext> {
    var context: UnsafeMutablePointer<AVFilterContext>?
    try check(
      avfilter_graph_create_filter(
        &context, avfilter_get_by_name(filter), nil, arguments, nil, graph),
      "avfilter_graph_create_filter")
    return try owned(context, "avfilter_graph_create_filter")
  }

  /// Returns `next`.
  private static func link(
    _ filter: UnsafeMutablePointer<AVFilterContext>,
    to next: UnsafeMutablePointer<AVFilterContext>
  ) throws(FFmpegError) -> UnsafeMutablePointer<AVFilterContext> {
    try check(avfilter_link(filter, 0, next, 0), "avfilter_link")
    return next
  }
}
