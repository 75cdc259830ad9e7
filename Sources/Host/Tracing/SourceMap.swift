import Foundation
import Pipeline

/// What made each part of a film, as it is written beside the film. See `Documentation/source-maps.md`.
struct SourceMap: Codable, Sendable, Hashable {
  static let format = "videocraft-map"
  static let version = 1
  static let suffix = ".map.json"

  struct Entry: Codable, Sendable, Hashable {
    var kind: TimelineMark.Kind
    /// Seconds on the film's clock, to the microsecond.
    var start: Double
    var end: Double
    /// The first frame that shows it, from 0, and the one behind its last.
    var firstFrame: Int
    var endFrame: Int
    var text: String?
    /// The stage that put it there, by its id in the pipeline.
    var stage: String?
    /// Which item of the stage's `foreach`, from 0.
    var item: Int?
    /// What stands after the stage's `uses`.
    var module: String
    /// Where in the stage's settings or inputs.
    var path: String
    /// Stages between the source and `stage`, nearest to the film first.
    var via: [String]?
    var source: Source?
    /// What is part of a scene, in order of time.
    var entries: [Entry]?
  }

  struct Source: Codable, Sendable, Hashable {
    /// As the user named it; `--input` and `--set` for the command line, missing for a text without a name.
    var file: String?
    /// From 1, as are the others; columns in Unicode scalars, the end just behind the last character.
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int
    /// The line, or the part of a very long one around the place.
    var snippet: String
    /// In which column the snippet begins; missing for 1.
    var snippetColumn: Int?
    /// The input that was given there.
    var input: String?
  }

  var format = SourceMap.format
  var version = SourceMap.version
  var pipeline: String
  var pipelineFile: String?
  var pipelineDigest: Digest
  /// The pipeline's output.
  var output: String
  /// Of the timeline that was rendered.
  var filmDigest: Digest
  /// Seconds.
  var duration: Double
  /// Frames per second as a fraction.
  var frameRate: String
  var frameCount: Int
  /// In order of time, a longer one before those within it.
  var entries: [Entry]
}

extension SourceMap {
  /// - Parameters:
  ///   - marks: of the whole film, in order of time.
  ///   - preview: what of the film was made; nil for all of it.
  init(
    _ film: FilmTracer.Film, _ marks: [TracedMark], pipeline: String, source: PipelineSource,
    preview: FilmPreview? = nil
  ) throws {
    let timeline = try preview?.cut(film.timeline) ?? film.timeline
    var marks = marks
    if let stretch = preview?.stretch {
      let rate = film.timeline.canvas.frameRate
      let start = rate.time(ofFrame: rate.frame(at: stretch.start))
      marks = marks.compactMap { traced in
        var traced = traced
        guard let part = traced.mark.within(start, start + timeline.duration) else { return nil }
        traced.mark = part
        return traced
      }
    }
    let rate = timeline.canvas.frameRate
    self.pipeline = pipeline
    pipelineFile = source.file.name
    pipelineDigest = source.digest
    output = film.name
    filmDigest = try timeline.filmDigest
    duration = timeline.duration.inMicroseconds
    frameRate = "\(rate.numerator)/\(rate.denominator)"
    frameCount = timeline.frameCount
    entries = Self.nested(marks, rate: rate, frameCount: timeline.frameCount)
  }

  /// Scenes with what is in them; everything else by itself.
  private static func nested(
    _ marks: [TracedMark], rate: FrameRate, frameCount: Int
  ) -> [Entry] {
    struct Place: Hashable {
      var stage: String?
      var item: Int?
      var path: String
    }
    var top: [Entry] = []
    var scenes: [Place: Int] = [:]
    var sounds: [Place: Int] = [:]
    var inner: [TracedMark] = []
    for traced in marks {
      let mark = traced.mark
      guard mark.kind.isPartOfScene else {
        if mark.kind == .scene {
          scenes[Place(stage: traced.stage, item: traced.item, path: mark.path)] = top.count
          let number = Place(
            stage: traced.stage, item: traced.item, path: mark.path.lastIndexText)
          sounds[number] = top.count
        }
        top.append(Entry(traced, rate, frameCount))
        continue
      }
      inner.append(traced)
    }
    var loose: [Entry] = []
    for traced in inner {
      func place(_ path: String) -> Place {
        Place(stage: traced.stage, item: traced.item, path: path)
      }
      let path = traced.mark.path
      let scene =
        path.ancestors.lazy.compactMap { scenes[place($0)] }.first
        ?? (traced.mark.kind == .narration ? sounds[place(path.lastIndexText)] : nil)
      let entry = Entry(traced, rate, frameCount)
      if let scene {
        top[scene].entries = (top[scene].entries ?? []) + [entry]
      } else {
        loose.append(entry)
      }
    }
    return (top + loose).enumerated().sorted { left, right in
      let (first, second) = (left.element, right.element)
      if first.start != second.start { return first.start < second.start }
      if first.end != second.end { return first.end > second.end }
      return left.offset < right.offset
    }.map(\.element)
  }

  /// What is there at a moment, scenes before what is in them.
  ///
  /// - Parameter time: in seconds.
  func entries(at time: Double) -> [Entry] {
    Self.flat(entries).filter { $0.start <= time && time < $0.end }
  }

  private static func flat(_ entries: [Entry]) -> [Entry] {
    entries.flatMap { entry in
      var alone = entry
      alone.entries = nil
      return [alone] + flat(entry.entries ?? [])
    }
  }
}

extension SourceMap.Entry {
  fileprivate init(_ traced: TracedMark, _ rate: FrameRate, _ frameCount: Int) {
    let mark = traced.mark
    kind = mark.kind
    start = mark.at.inMicroseconds
    end = mark.end.inMicroseconds
    firstFrame = min(frameCount, rate.frameCount(in: max(.zero, mark.at)))
    endFrame = min(frameCount, rate.frameCount(in: max(.zero, mark.end)))
    text = mark.text
    stage = traced.stage
    item = traced.item
    module = mark.module
    path = mark.path
    via = traced.via.isEmpty ? nil : traced.via
    source = traced.place.map { SourceMap.Source($0) }
  }
}

extension SourceMap.Source {
  /// Columns of a line that are kept.
  private static let longestSnippet = 400

  fileprivate init(_ place: SourcePlace) {
    let scalars = Array(place.line.unicodeScalars)
    let start = place.range.start
    file = place.range.file
    line = start.line
    column = start.column
    endLine = place.range.end.line
    endColumn = place.range.end.column
    input = place.input
    let first = scalars.count > Self.longestSnippet ? max(0, start.column - 1 - 100) : 0
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.dropFirst(first).prefix(Self.longestSnippet))
    snippet = String(text)
    snippetColumn = first > 0 ? first + 1 : nil
  }

  /// The place, with columns counted in the snippet.
  var place: SourcePlace {
    let shift = (snippetColumn ?? 1) - 1
    return SourcePlace(
      range: SourceRange(
        file: file, start: SourcePosition(line: line, column: max(1, column - shift), offset: 0),
        end: SourcePosition(
          line: endLine, column: max(1, endLine == line ? endColumn - shift : endColumn), offset: 0)
      ), line: snippet, input: input)
  }
}

extension TimelineMark.Kind {
  fileprivate var isPartOfScene: Bool {
    switch self {
    case .element, .text, .narration: true
    case .scene, .music, .background, .video, .cue: false
    }
  }
}

extension MediaTime {
  var inMicroseconds: Double { (seconds * 1e6).rounded() / 1e6 }
}

extension String {
  /// `[2]` of `in.narration[2]`; empty without one.
  fileprivate var lastIndexText: String {
    guard last == "]", let bracket = lastIndex(of: "[") else { return "" }
    return String(self[bracket...])
  }

  /// `with.scenes[2]` and `with` of `with.scenes[2].audio`, the nearest first.
  fileprivate var ancestors: [String] {
    indices.filter { self[$0] == "." }.reversed().map { String(self[..<$0]) }
  }
}
