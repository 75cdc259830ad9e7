/// Finds the films that a run's outputs were rendered from, and what made each part of them.
public struct FilmTracer {
  /// A film that was rendered, or could be.
  public struct Film: Sendable {
    /// The pipeline's output.
    public var output: String
    /// Which element of an output that is a list, from 0.
    public var index: Int?
    /// The stage that gave the film.
    public var stage: String
    /// Which item of its `foreach`, from 0.
    public var item: Int?
    public var timeline: Timeline
    let port: String
  }

  typealias Task = SourceLocator.Task

  private let locator: SourceLocator
  /// Texts in the settings of tasks, made comparable.
  private var texts: [Task: [(path: [PathStep], words: String)]] = [:]

  private struct WordsPlace: Hashable {
    var task: Task
    var range: SourceRange
  }

  /// Texts that words were found in.
  private var spoken: [WordsPlace: (text: SpokenText, places: ScalarPlaces)] = [:]

  /// How far the words of a text have been found, in the order of time.
  private var cursors: [WordsPlace: Int] = [:]

  private var graph: PipelineGraph { locator.graph }

  /// - Parameters:
  ///   - inputTexts: what the inputs were written in; without it places of inputs are where they are declared.
  ///   - scope: with what the stages gave.
  public init(
    _ graph: PipelineGraph, _ source: PipelineSource, inputTexts: InputTexts?, scope: Scope
  ) {
    locator = SourceLocator(graph, source, inputTexts, scope)
  }

  // MARK: - Films

  /// In the order of the outputs. An output that is no film, and none that was made from one, is not among them.
  public func films() -> [Film] {
    graph.outputs.flatMap { output -> [Film] in
      guard let value = try? output.value(in: locator.scope) else { return [] }
      guard case .list(let values) = value else {
        return [film(of: output, nil, value)].compactMap { $0 }
      }
      return values.enumerated().compactMap { film(of: output, $0.offset, $0.element) }
    }
  }

  private func film(of output: OutputDeclaration, _ index: Int?, _ value: Value) -> Film? {
    guard value.isRenderedFilm,
      case .made(let task, let port, _)? = locator.origin(of: output, index: index),
      let found = film(of: task, port, reach: Self.reach)
    else { return nil }
    return Film(
      output: output.name, index: index, stage: found.task.stage, item: found.task.item,
      timeline: found.timeline, port: found.port)
  }

  private typealias Found = (task: Task, port: String, timeline: Timeline)

  /// How many stages may follow each other.
  private static let reach = 100

  /// The film that a stage gave, or that it made a file of.
  private func film(of task: Task, _ port: String, reach: Int) -> Found? {
    guard reach > 0 else { return nil }
    if case .video(.timeline(let timeline))? = value(of: task, port) {
      return (task, port, timeline)
    }
    return filmBefore(task, reach: reach)
  }

  /// The first film that flows into a task.
  private func filmBefore(_ task: Task, reach: Int) -> Found? {
    guard let node = graph[stage: task.stage] else { return nil }
    for input in node.spec.inputs where input.type.unwrapped == .video {
      let path: [PathStep] = [.member("in"), .member(input.name)]
      guard case .made(let before, let port, _)? = locator.origin(of: path, in: task),
        let found = film(of: before, port, reach: reach - 1)
      else { continue }
      return found
    }
    return nil
  }

  private func value(of task: Task, _ port: String) -> Value? {
    guard case .completed(let outputs)? = locator.scope.stages[task.stage] else { return nil }
    guard let item = task.item, case .list(let values)? = outputs[port] else {
      return outputs[port]
    }
    return values.indices.contains(item) ? values[item] : nil
  }

  // MARK: - Marks

  /// The film's marks in order of time, a longer one before those within it.
  public mutating func trace(_ film: Film) -> [TracedMark] {
    let task = Task(stage: film.stage, item: film.item)
    let traced = owned((task, film.port, film.timeline), reach: Self.reach)
      .map { trace($0.mark, by: $0.task) }
    return traced.enumerated().sorted { left, right in
      let (first, second) = (left.element.mark, right.element.mark)
      if first.at != second.at { return first.at < second.at }
      if first.duration != second.duration { return first.duration > second.duration }
      return left.offset < right.offset
    }.map(\.element)
  }

  /// Each mark with the task that set it: a stage adds its own behind those of the film that it was given.
  private func owned(_ film: Found, reach: Int) -> [(mark: TimelineMark, task: Task?)] {
    let marks = film.timeline.marks
    let before = reach > 0 ? filmBefore(film.task, reach: reach) : nil
    guard let before, !before.timeline.marks.isEmpty else {
      return marks.map { ($0, owner(of: $0, film.task)) }
    }
    if marks.starts(with: before.timeline.marks) {
      let own = marks.dropFirst(before.timeline.marks.count)
      return owned(before, reach: reach - 1) + own.map { ($0, owner(of: $0, film.task)) }
    }
    // A stage that moves marks keeps their module, by which their stage is found.
    return marks.map { mark in
      var place: Found? = film
      for _ in 0..<reach {
        guard let here = place else { break }
        if let owner = owner(of: mark, here.task) { return (mark, owner) }
        place = filmBefore(here.task, reach: reach)
      }
      return (mark, nil)
    }
  }

  private func owner(of mark: TimelineMark, _ task: Task) -> Task? {
    graph[stage: task.stage]?.spec.info.name == mark.module ? task : nil
  }

  private mutating func trace(_ mark: TimelineMark, by task: Task?) -> TracedMark {
    var traced = TracedMark(mark: mark, stage: task?.stage, item: task?.item)
    guard let task else { return traced }
    var origin = locator.origin(of: [PathStep](path: mark.path), in: task)
    let words = mark.text.map(\.comparable) ?? ""
    for _ in 0..<Self.reach {
      switch origin {
      case .written(let written):
        traced.place = locator.place(written)
      case .made(let maker, let port, let rest):
        if !words.isEmpty, let found = writer(of: words, maker, rest, reach: 16) {
          traced.place = found.place
          traced.via += found.via
        } else if let passed = passed(by: maker, port, rest) {
          traced.via.append(maker.stage)
          origin = passed
          continue
        } else {
          traced.place = place(of: maker)
          traced.via.append(maker.stage)
        }
      case nil: break
      }
      break
    }
    return traced
  }

  /// Where an output comes from that is one of the task's inputs as it was.
  private func passed(
    by task: Task, _ port: String, _ rest: [PathStep]
  ) -> SourceLocator.Origin? {
    guard let node = graph[stage: task.stage], let made = value(of: task, port),
      case .ready(let inputs)? = try? node.inputs(in: locator.scope(of: task)),
      let same = node.spec.inputs.first(where: { inputs[$0.name] == made })
    else { return nil }
    return locator.origin(of: [.member("in"), .member(same.name)] + rest, in: task)
  }

  /// Where the item of a `foreach` stands, or else the stage itself.
  private func place(of task: Task) -> SourcePlace? {
    if case .written(let written)? = locator.origin(ofItem: task) {
      return locator.place(written)
    }
    return graph[stage: task.stage].map { locator.place($0.location) }
  }

  // MARK: - Words

  /// Who wrote some words that a task passed on: a setting of it that has them, or of what it was made from.
  private mutating func writer(
    of words: String, _ task: Task, _ rest: [PathStep], reach: Int
  ) -> (place: SourcePlace?, via: [String])? {
    guard reach > 0, let node = graph[stage: task.stage] else { return nil }
    let having = texts(of: task, node).filter { $0.words.contains(words) }
    let wanted = rest.leadingIndex
    let best = having.first { wanted != nil && $0.path.lastIndex == wanted } ?? having.first
    if let best, let origin = locator.origin(of: best.path, in: task) {
      switch origin {
      case .written(let written):
        return (place(of: words, in: written, by: task), [task.stage])
      case .made(let before, _, let rest):
        let found = writer(of: words, before, rest, reach: reach - 1)
        return (found?.place ?? place(of: before), [task.stage] + (found?.via ?? [before.stage]))
      }
    }
    for port in node.spec.inputs {
      let path: [PathStep] = [.member("in"), .member(port.name)] + rest.prefix(1)
      guard node.connections[port.name] != nil,
        case .made(let before, _, let inner)? = locator.origin(of: path, in: task),
        let found = writer(of: words, before, inner, reach: reach - 1)
      else { continue }
      return (found.place, [task.stage] + found.via)
    }
    return nil
  }

  /// The very words within a text. What is said again is looked for behind where it was found before.
  private mutating func place(
    of words: String, in written: SourceLocator.Written, by task: Task
  ) -> SourcePlace {
    guard let scalar = written.scalar else { return locator.place(written) }
    let key = WordsPlace(task: task, range: written.range)
    let (text, places) = spoken[key] ?? (SpokenText(scalar.text), ScalarPlaces(scalar))
    spoken[key] = (text, places)
    guard
      let found = text.find(words, from: cursors[key] ?? 0) ?? text.find(words, from: 0)
    else { return locator.place(written) }
    if found.count < text.count { cursors[key] = found.upperBound }
    return locator.place(
      places.range(text.bytes(of: found)), input: written.input)
  }

  private mutating func texts(
    of task: Task, _ node: StageNode
  ) -> [(path: [PathStep], words: String)] {
    if let known = texts[task] { return known }
    let options = (try? node.options(in: locator.scope(of: task))) ?? [:]
    let found = options.keys.sorted().flatMap { name in
      options[name].map { $0.texts(at: [.member("with"), .member(name)]) } ?? []
    }.map { (path: $0.path, words: $0.text.comparable) }
    texts[task] = found
    return found
  }
}

extension Value {
  /// Moving pictures, or a package of them.
  fileprivate var isRenderedFilm: Bool {
    switch self {
    case .video, .bundle: true
    case .file(let file): ["video/", "audio/"].contains { file.mediaType.hasPrefix($0) }
    default: false
    }
  }

  /// Every text in it, with where it is.
  fileprivate func texts(at path: [PathStep]) -> [(path: [PathStep], text: String)] {
    switch self {
    case .text(let text): [(path, text)]
    case .list(let values):
      values.enumerated().flatMap { $0.element.texts(at: path + [.index($0.offset)]) }
    case .map(let members):
      members.keys.sorted().flatMap { members[$0]?.texts(at: path + [.member($0)]) ?? [] }
    default: []
    }
  }
}

extension [PathStep] {
  fileprivate var lastIndex: Int? {
    lazy.reversed().compactMap { step -> Int? in
      if case .index(let index) = step { index } else { nil }
    }.first
  }
}

extension String {
  /// Letters and digits alone: captions leave spaces and signs out, and set their own.
  fileprivate var comparable: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: unicodeScalars.flatMap(SpokenText.comparable))
    return String(view)
  }
}

/// A text as its letters and digits alone, each with its place in the text.
private struct SpokenText {
  private var scalars: [Unicode.Scalar] = []
  private var offsets: [Range<Int>] = []

  init(_ text: String) {
    var offset = 0
    for scalar in text.unicodeScalars {
      let end = offset + Unicode.UTF8.width(scalar)
      for part in Self.comparable(scalar) {
        scalars.append(part)
        offsets.append(offset..<end)
      }
      offset = end
    }
  }

  static func comparable(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let properties = scalar.properties
    guard properties.isAlphabetic || properties.numericType != nil else { return [] }
    return Array(properties.lowercaseMapping.unicodeScalars)
  }

  var count: Int { scalars.count }

  /// Where comparable words stand, at or behind a place.
  func find(_ words: String, from start: Int) -> Range<Int>? {
    let wanted = Array(words.unicodeScalars)
    guard !wanted.isEmpty, start + wanted.count <= scalars.count else { return nil }
    for place in start...(scalars.count - wanted.count)
    where scalars[place..<place + wanted.count].elementsEqual(wanted) {
      return place..<place + wanted.count
    }
    return nil
  }

  /// In the text's UTF-8.
  func bytes(of found: Range<Int>) -> Range<Int> {
    offsets[found.lowerBound].lowerBound..<offsets[found.upperBound - 1].upperBound
  }
}
