import Media
import Pipeline

/// What a run's events come to, so far. Grows with the run's stages, warnings and segments, not with its events.
struct FoldedEvents: Sendable {
  /// Of one stage, over all its items.
  struct Stage: Sendable {
    private var firstAt: Int?
    private var lastEnd: (at: Int, elapsed: Int?)?
    /// 0 to 1; nil when nothing was said of it.
    private(set) var fraction: Double?
    /// Nil unless its last end was a failure.
    private(set) var error: RunStory.Failure?

    init() {}

    /// Milliseconds; nil before its end.
    var elapsed: Int? {
      guard let lastEnd else { return nil }
      return lastEnd.elapsed ?? firstAt.map { max(0, lastEnd.at - $0) }
    }

    fileprivate mutating func take(_ event: RunEvent) {
      if let told = event.fraction { fraction = told }
      if event.type == .stageStarted, firstAt == nil { firstAt = event.at }
      guard event.type.endsStage else { return }
      lastEnd = (event.at, event.elapsed)
      error = event.type == .stageFailed ? RunStory.Failure(event) : nil
    }
  }

  /// Of the newest event; 0 for none.
  private(set) var seq = 0
  /// 0 to 1, of the run.
  private(set) var progress = 0.0
  private(set) var stages: [String: Stage] = [:]
  private(set) var warnings: [RunStory.Warning] = []
  /// What ended the run, where that was not a stage.
  private(set) var failure: RunStory.Failure?
  private var packages = FoldedPackages()

  init(_ events: some Sequence<RunEvent> = []) { for event in events { take(event) } }

  var streams: [RunStory.Stream] { packages.streams }

  /// The next one.
  mutating func take(_ event: RunEvent) {
    seq = event.seq
    if let fraction = event.runFraction { progress = fraction }
    if event.fraction != nil || event.type.endsStage || event.type == .stageStarted {
      stages[event.stage ?? "", default: Stage()].take(event)
    }
    if event.type == .stageWarning {
      warnings.append(
        RunStory.Warning(
          stage: event.stage, item: event.item, message: event.message ?? "", at: event.at))
    }
    if event.type == .runFailed { failure = RunStory.Failure(event) }
    packages.take(event)
  }
}

/// What of streams could be played so far. What a later attempt told of again counts once.
private struct FoldedPackages: Sendable {
  private struct Key: Hashable {
    var stage: String
    var item: Int?
    var output: String
  }

  private var began: Int?
  /// In the order of their first segments.
  private var order: [Key] = []
  private var packages: [Key: GrowingPackage] = [:]
  /// When the first segment of each rendition was there.
  private var firsts: [Key: [String: Int]] = [:]

  mutating func take(_ event: RunEvent) {
    if began == nil { began = event.at }
    guard let stage = event.stage, let segment = event.segment else { return }
    let key = Key(stage: stage, item: event.item, output: segment.output)
    if packages[key] == nil { order.append(key) }
    packages[key, default: GrowingPackage()].add(segment)
    let name = segment.rendition.name
    firsts[key, default: [:]][name] = firsts[key]?[name] ?? event.at
  }

  var streams: [RunStory.Stream] {
    guard let began else { return [] }
    return order.flatMap { key in
      (packages[key]?.tracks ?? []).map { track in
        RunStory.Stream(
          stage: key.stage, item: key.item, output: key.output, rendition: track.rendition.name,
          segments: track.segments.count,
          duration: track.segments.reduce(MediaTime.zero) { $0 + $1.duration }.seconds,
          firstAt: max(0, (firsts[key]?[track.rendition.name] ?? began) - began))
      }
    }
  }
}

extension RunEvent.Kind {
  var endsStage: Bool {
    switch self {
    case .stageCompleted, .stageFailed, .stageSkipped, .stageCancelled: true
    default: false
    }
  }
}
