import CFFmpeg

/// A chain of libavfilter picture filters with one input and one output. One thread at a time.
public struct FilterGraph: ~Copyable {
  private let raw: UnsafeMutablePointer<AVFilterGraph>
  private let source: UnsafeMutablePointer<AVFilterContext>
  private let sink: UnsafeMutablePointer<AVFilterContext>
  private let form: Form
  /// Filters that join two branches want times that rise.
  private var count: Int64 = 0

  /// What pictures must have in common to go through the same graph.
  private struct Form: Equatable {
    var width: Int32
    var height: Int32
    var format: Int32

    init(_ frame: Frame) {
      width = frame.raw.pointee.width
      height = frame.raw.pointee.height
      format = frame.raw.pointee.format
    }
  }

  /// - Parameter description: filters separated by commas, such as `scale=640:360,format=yuv420p`.
  public static func pictures(
    like frame: Frame, through description: String, threads: Int = 1
  ) throws(FFmpegError) -> FilterGraph {
    _ = LogLines.install
    var raw: UnsafeMutablePointer<AVFilterGraph>? = try owned(
      avfilter_graph_alloc(), "avfilter_graph_alloc")
    do throws(FFmpegError) {
      let graph = try owned(raw, "avfilter_graph_alloc")
      graph.pointee.nb_threads = Int32(clamping: max(1, threads))
      let form = Form(frame)
      let aspect = frame.pixelAspect
      let source = try add(
        "buffer", named: "in", to: graph,
        "video_size=\(form.width)x\(form.height):pix_fmt=\(form.format):time_base=1/1000000"
          + ":pixel_aspect=\(aspect.numerator)/\(aspect.denominator)")
      let sink = try add("buffersink", named: "out", to: graph, nil)
      try parse(description, into: graph, from: source, to: sink)
      try check(avfilter_graph_config(graph, nil), "avfilter_graph_config")
      return FilterGraph(raw: graph, source: source, sink: sink, form: form)
    } catch {
      avfilter_graph_free(&raw)
      throw error
    }
  }

  private init(
    raw: UnsafeMutablePointer<AVFilterGraph>, source: UnsafeMutablePointer<AVFilterContext>,
    sink: UnsafeMutablePointer<AVFilterContext>, form: Form
  ) {
    self.raw = raw
    self.source = source
    self.sink = sink
    self.form = form
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFilterGraph>? = raw
    avfilter_graph_free(&pointer)
  }

  /// False when a picture's size or layout differs from the one that the graph was made for.
  public func accepts(_ frame: Frame) -> Bool { Form(frame) == form }

  /// Puts one picture in and takes one out; the filters must be of the kind that do not delay.
  public mutating func apply(_ frame: Frame) throws(FFmpegError) -> Frame {
    let input = Frame(owning: try Frame.allocate())
    try check(av_frame_ref(input.raw, frame.raw), "av_frame_ref")
    input.raw.pointee.pts = count
    count += 1
    try check(av_buffersrc_add_frame_flags(source, input.raw, 0), "av_buffersrc_add_frame_flags")
    let output = Frame(owning: try Frame.allocate())
    try check(av_buffersink_get_frame(sink, output.raw), "av_buffersink_get_frame")
    return output
  }

  /// Puts one picture in, for filters that look ahead; nil when there are no more. Pictures keep the times of their streams.
  public mutating func send(_ frame: Frame?) throws(FFmpegError) {
    guard let frame else {
      try check(av_buffersrc_close(source, count, 0), "av_buffersrc_close")
      return
    }
    let input = Frame(owning: try Frame.allocate())
    try check(av_frame_ref(input.raw, frame.raw), "av_frame_ref")
    input.raw.pointee.pts = count
    count += 1
    try check(av_buffersrc_add_frame_flags(source, input.raw, 0), "av_buffersrc_add_frame_flags")
  }

  /// What is ready; nil when more must be sent first, and after the last picture.
  public mutating func receive() throws(FFmpegError) -> Frame? {
    let output = Frame(owning: try Frame.allocate())
    let result = av_buffersink_get_frame(sink, output.raw)
    if result == shim_averror(EAGAIN) || result == shim_error_eof() { return nil }
    try check(result, "av_buffersink_get_frame")
    return output
  }

  private static func add(
    _ filter: String, named name: String, to graph: UnsafeMutablePointer<AVFilterGraph>,
    _ arguments: String?
  ) throws(FFmpegError) -> UnsafeMutablePointer<AVFilterContext> {
    var context: UnsafeMutablePointer<AVFilterContext>?
    try check(
      avfilter_graph_create_filter(
        &context, avfilter_get_by_name(filter), name, arguments, nil, graph),
      "avfilter_graph_create_filter")
    return try owned(context, "avfilter_graph_create_filter")
  }

  private static func parse(
    _ description: String, into graph: UnsafeMutablePointer<AVFilterGraph>,
    from source: UnsafeMutablePointer<AVFilterContext>,
    to sink: UnsafeMutablePointer<AVFilterContext>
  ) throws(FFmpegError) {
    var inputs: UnsafeMutablePointer<AVFilterInOut>? = avfilter_inout_alloc()
    var outputs: UnsafeMutablePointer<AVFilterInOut>? = avfilter_inout_alloc()
    defer {
      avfilter_inout_free(&inputs)
      avfilter_inout_free(&outputs)
    }
    guard let input = inputs, let output = outputs else {
      throw .outOfMemory("avfilter_inout_alloc")
    }
    output.pointee.name = av_strdup("in")
    output.pointee.filter_ctx = source
    output.pointee.pad_idx = 0
    input.pointee.name = av_strdup("out")
    input.pointee.filter_ctx = sink
    input.pointee.pad_idx = 0
    try check(
      avfilter_graph_parse_ptr(graph, description, &inputs, &outputs, nil),
      "avfilter_graph_parse_ptr")
  }
}
