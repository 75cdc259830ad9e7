import CASS

/// What libass could not do, with the last thing it said.
public struct ASSError: Error, Sendable, Hashable, CustomStringConvertible {
  public var function: String
  public var message: String
  public var description: String {
    message.isEmpty ? "\(function) failed" : "\(function): \(message)"
  }
}

/// Draws an ASS script with libass. For one thread at a time.
public struct ASSRenderer: ~Copyable {
  private let library: OpaquePointer
  private let renderer: OpaquePointer
  private let track: UnsafeMutablePointer<ASS_Track>
  private let log: UnsafeMutablePointer<vc_ass_log>
  /// When an event begins or ends, in milliseconds, rising.
  private let turns: [Int]
  /// Pictures change only at turns.
  private let isSteady: Bool

  private init(
    library: OpaquePointer, renderer: OpaquePointer, track: UnsafeMutablePointer<ASS_Track>,
    log: UnsafeMutablePointer<vc_ass_log>
  ) {
    let events = (0..<Int(track.pointee.n_events)).map { track.pointee.events[$0] }
    turns = Set(events.flatMap { [Int($0.Start), Int($0.Start + $0.Duration)] }).sorted()
    isSteady = events.allSatisfy(Self.standsStill)
    self.library = library
    self.renderer = renderer
    self.track = track
    self.log = log
  }

  deinit {
    ass_free_track(track)
    ass_renderer_done(renderer)
    ass_library_done(library)
    log.deallocate()
  }

  /// - Parameters:
  ///   - script: a whole ASS file.
  ///   - width: of the frame in pixels.
  public static func open(
    script: String, width: Int, height: Int
  ) throws(ASSError) -> ASSRenderer {
    guard let library = ass_library_init() else {
      throw ASSError(function: "ass_library_init", message: "")
    }
    let log = UnsafeMutablePointer<vc_ass_log>.allocate(capacity: 1)
    log.initialize(to: vc_ass_log())
    vc_ass_keep_messages(library, log)
    guard let renderer = ass_renderer_init(library) else {
      defer { release(library, log) }
      throw ASSError(function: "ass_renderer_init", message: message(log))
    }
    ass_set_frame_size(renderer, Int32(width), Int32(height))
    ass_set_storage_size(renderer, Int32(width), Int32(height))
    // Zero keeps the default number of glyphs. The default for bitmaps, 128 MB, is for typesetting by hand; a
    // sweep makes new bitmaps in every frame and would fill any cache.
    ass_set_cache_limits(renderer, 0, bitmapCacheMegabytes)
    ass_set_fonts(
      renderer, nil, "DejaVu Sans", Int32(ASS_FONTPROVIDER_FONTCONFIG.rawValue), nil, 1)
    var bytes = Array(script.utf8CString)
    // "ass_read_memory: buf … is copied"; the count leaves out the terminating zero.
    let track = bytes.withUnsafeMutableBufferPointer { buffer in
      ass_read_memory(library, buffer.baseAddress, buffer.count - 1, nil)
    }
    guard let track else {
      defer {
        ass_renderer_done(renderer)
        release(library, log)
      }
      throw ASSError(function: "ass_read_memory", message: message(log))
    }
    return ASSRenderer(library: library, renderer: renderer, track: track, log: log)
  }

  /// How a picture differs from the one rendered before it.
  public enum Change: Sendable {
    case none, moved, different
  }

  /// Renders the picture at a time; gives `body` each of its bitmaps, bottom to top, unless nothing changed.
  ///
  /// The bitmaps are valid inside `body` only.
  public func render(
    atMilliseconds time: Int, _ body: (borrowing ASSBitmap) -> Void
  ) -> Change {
    var changed: Int32 = 0
    var image = ass_render_frame(renderer, track, Int64(time), &changed)
    guard changed != 0 else { return .none }
    while let current = image {
      if current.pointee.w > 0, current.pointee.h > 0 { body(ASSBitmap(current.pointee)) }
      image = current.pointee.next
    }
    return changed == 1 ? .moved : .different
  }

  /// Around `time`, the milliseconds in which the picture is one and the same; nil where something moves.
  public func steadyRange(around time: Int) -> Range<Int>? {
    guard isSteady else { return nil }
    var low = 0
    var high = turns.count
    while low < high {
      let middle = (low + high) / 2
      if turns[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return (low > 0 ? turns[low - 1] : .min)..<(low < turns.count ? turns[low] : .max)
  }

  /// Nothing in its text depends on the time since it began. May be wrong only by saying no.
  private static func standsStill(_ event: ASS_Event) -> Bool {
    if let effect = event.Effect, effect.pointee != 0 { return false }
    guard let characters = event.Text else { return true }
    let text = String(cString: characters)
    // `\k` and the like, `\t`, `\move`, `\fad` and `\fade`.
    return !["\\k", "\\K", "\\t", "\\move", "\\fad"].contains { text.contains($0) }
  }

  private static let bitmapCacheMegabytes: Int32 = 16

  private static func release(_ library: OpaquePointer, _ log: UnsafeMutablePointer<vc_ass_log>) {
    ass_library_done(library)
    log.deallocate()
  }

  private static func message(_ log: UnsafeMutablePointer<vc_ass_log>) -> String {
    withUnsafeBytes(of: &log.pointee.text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// One glyph run, outline or shadow: a colour and how much of it each pixel gets.
public struct ASSBitmap: ~Copyable {
  private let image: ASS_Image

  fileprivate init(_ image: ASS_Image) { self.image = image }

  public var x: Int { Int(image.dst_x) }
  public var y: Int { Int(image.dst_y) }
  public var width: Int { Int(image.w) }
  public var height: Int { Int(image.h) }
  public var red: UInt8 { UInt8(truncatingIfNeeded: image.color >> 24) }
  public var green: UInt8 { UInt8(truncatingIfNeeded: image.color >> 16) }
  public var blue: UInt8 { UInt8(truncatingIfNeeded: image.color >> 8) }
  /// 255 is opaque (libass counts the other way).
  public var opacity: UInt8 { 255 - UInt8(truncatingIfNeeded: image.color) }

  /// The coverage of one row's pixels, 0 to 255.
  public func withRow<Result>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result
  {
    precondition((0..<height).contains(row), "the row is outside the bitmap")
    // The last row may be shorter than the stride, never shorter than the width.
    let start = image.bitmap.advanced(by: row * Int(image.stride))
    return body(UnsafeBufferPointer(start: start, count: width))
  }
}
