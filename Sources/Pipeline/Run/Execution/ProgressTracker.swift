/// Turns what stages report into fractions that never fall. A plain value: time comes in from outside.
struct ProgressTracker {
  /// What to publish about a report; nil members are not known.
  struct Published: Equatable {
    var fraction: Double
    var runFraction: Double
    var speed: Double?
    var eta: Double?
  }

  fileprivate struct StageState {
    let weight: Double
    var items: [Double] = [0]
    /// Of `items`, kept so that a report costs the same however many items there are.
    var sum = 0.0
    var fraction = 0.0
    var samples: [(at: Double, fraction: Double)] = []
    /// Per item: the moment and the count of its first report in the current phase.
    var rates: [Int: Rate] = [:]
    var lastPublished = -Double.infinity
  }

  fileprivate struct Rate {
    var phase: String?
    var samples: [(at: Double, done: Double)]
  }

  /// Reports of a stage closer together than this are held back, apart from its last.
  static let interval = 0.2
  /// How many seconds of reports count for speed and time left.
  static let window = 10.0
  /// Samples closer together than this say nothing more about speed.
  static let sampling = 0.1
  /// Up to so many items of a stage each has its end told; of more, no faster than other reports.
  static let alwaysToldItems = 200

  private var stages: [String: StageState]
  private let totalWeight: Double
  /// Weights times fractions.
  private var done = 0.0
  private var runFraction = 0.0

  init(weights: [(stage: String, weight: Double)]) {
    stages = Dictionary(
      weights.map { ($0.stage, StageState(weight: $0.weight)) },
      uniquingKeysWith: { first, _ in first })
    totalWeight = max(weights.reduce(0) { $0 + $1.weight }, .leastNonzeroMagnitude)
  }

  /// Fractions go on from what was published before the run was interrupted.
  mutating func resume(after events: [RunEvent]) {
    for event in events {
      runFraction = max(runFraction, event.runFraction ?? 0)
      guard let stage = event.stage, let fraction = event.fraction else { continue }
      advance(stage, to: fraction)
    }
  }

  mutating func expand(_ stage: String, into items: Int) {
    stages[stage]?.items = Array(repeating: 0, count: max(items, 1))
    stages[stage]?.sum = 0
  }

  /// Takes a report in. Nil when it should not be published because one was just now.
  ///
  /// - Parameter now: seconds on any clock that does not go back.
  mutating func report(_ progress: StageProgress, stage: String, item: Int, at now: Double)
    -> Published?
  {
    guard stages[stage]?.items.indices.contains(item) == true else { return nil }
    if let total = progress.total, total > 0, progress.done.isFinite {
      advance(stage, item: item, to: min(max(progress.done / total, 0), 1))
    }
    let speed = stages[stage]?.rate(of: progress, item: item, at: now)
    let isLast = progress.total.map { progress.done >= $0 } ?? false
    return publish(stage, at: now, isForced: isLast && isFew(stage), speed: speed)
  }

  /// An item has its outputs, whatever was reported. Nil as for `report`.
  mutating func complete(_ stage: String, item: Int, at now: Double) -> Published? {
    guard let isKnown = stages[stage]?.items.indices.contains(item) else { return nil }
    if isKnown { advance(stage, item: item, to: 1) }
    stages[stage]?.rates[item] = nil
    return publish(stage, at: now, isForced: isFew(stage), speed: nil)
  }

  /// The stage is over: completed, skipped or failed for good.
  mutating func settle(_ stage: String) -> Published {
    advance(stage, to: 1)
    stages[stage]?.rates = [:]
    return Published(fraction: 1, runFraction: updateRun())
  }

  private func isFew(_ stage: String) -> Bool {
    (stages[stage]?.items.count ?? 0) <= Self.alwaysToldItems
  }

  // Scalars are read one by one: a copy of the state would make each change copy all items.
  private mutating func advance(_ stage: String, item: Int, to part: Double) {
    guard let before = stages[stage]?.items[item], part > before else { return }
    stages[stage]?.items[item] = part
    stages[stage]?.sum += part - before
    guard let sum = stages[stage]?.sum, let count = stages[stage]?.items.count else { return }
    advance(stage, to: min(sum / Double(count), 1))
  }

  private mutating func advance(_ stage: String, to fraction: Double) {
    guard let before = stages[stage]?.fraction, let weight = stages[stage]?.weight,
      fraction > before
    else { return }
    stages[stage]?.fraction = fraction
    done += weight * (fraction - before)
  }

  private mutating func publish(
    _ stage: String, at now: Double, isForced: Bool, speed: Double?
  ) -> Published? {
    guard let last = stages[stage]?.lastPublished, isForced || now - last >= Self.interval else {
      return nil
    }
    stages[stage]?.lastPublished = now
    let eta = stages[stage]?.timeLeft(at: now)
    return Published(
      fraction: stages[stage]?.fraction ?? 0, runFraction: updateRun(), speed: speed, eta: eta)
  }

  private mutating func updateRun() -> Double {
    runFraction = max(runFraction, min(done / totalWeight, 1))
    return runFraction
  }
}

extension ProgressTracker.StageState {
  /// Units per second over the window; nil until two reports of one phase are apart.
  fileprivate mutating func rate(of progress: StageProgress, item: Int, at now: Double) -> Double? {
    var rate = rates[item] ?? .init(phase: progress.phase, samples: [])
    if rate.phase != progress.phase { rate = .init(phase: progress.phase, samples: []) }
    if now - (rate.samples.last?.at ?? -.infinity) >= ProgressTracker.sampling {
      rate.samples.append((now, progress.done))
      let start = now - ProgressTracker.window
      rate.samples.removeFirst(rate.samples.prefix { $0.at < start }.count)
      rates[item] = rate
    }
    guard let first = rate.samples.first, now - first.at > 0.5, progress.done > first.done else {
      return nil
    }
    return (progress.done - first.done) / (now - first.at)
  }

  fileprivate mutating func timeLeft(at now: Double) -> Double? {
    if now - (samples.last?.at ?? -.infinity) >= ProgressTracker.sampling {
      samples.append((now, fraction))
      let start = now - ProgressTracker.window
      samples.removeFirst(samples.prefix { $0.at < start }.count)
    }
    guard let first = samples.first, now - first.at > 0.5, fraction > first.fraction else {
      return nil
    }
    return (1 - fraction) * (now - first.at) / (fraction - first.fraction)
  }
}
