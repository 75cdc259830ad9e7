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

  private var stages: [String: StageState]
  private let totalWeight: Double
  private var runFraction = 0.0

  init(weights: [(stage: String, weight: Double)]) {
    stages = Dictionary(
      weights.map { ($0.stage, StageState(weight: $0.weight)) },
      uniquingKeysWith: { first, _ in first })
    totalWeight = max(weights.reduce(0) { $0 + $1.weight }, .leastNonzeroMagnitude)
  }

  mutating func expand(_ stage: String, into items: Int) {
    stages[stage]?.items = Array(repeating: 0, count: max(items, 1))
  }

  /// Takes a report in. Nil when it should not be published because one was just now.
  ///
  /// - Parameter now: seconds on any clock that does not go back.
  mutating func report(_ progress: StageProgress, stage: String, item: Int, at now: Double)
    -> Published?
  {
    guard var state = stages[stage], state.items.indices.contains(item) else { return nil }
    if let total = progress.total, total > 0, progress.done.isFinite {
      let part = min(max(progress.done / total, 0), 1)
      state.items[item] = max(state.items[item], part)
    }
    state.fraction = max(state.fraction, state.items.reduce(0, +) / Double(state.items.count))
    let speed = state.rate(of: progress, item: item, at: now)
    defer { stages[stage] = state }
    let isLast = progress.total.map { progress.done >= $0 } ?? false
    guard isLast || now - state.lastPublished >= Self.interval else { return nil }
    state.lastPublished = now
    let eta = state.timeLeft(at: now)
    stages[stage] = state
    return Published(fraction: state.fraction, runFraction: updateRun(), speed: speed, eta: eta)
  }

  /// An item has its outputs, whatever was reported.
  mutating func complete(_ stage: String, item: Int, at now: Double) -> Published {
    guard var state = stages[stage] else {
      return Published(fraction: 1, runFraction: runFraction)
    }
    if state.items.indices.contains(item) { state.items[item] = 1 }
    state.fraction = max(state.fraction, state.items.reduce(0, +) / Double(state.items.count))
    state.lastPublished = now
    let eta = state.timeLeft(at: now)
    stages[stage] = state
    return Published(fraction: state.fraction, runFraction: updateRun(), eta: eta)
  }

  /// The stage is over: completed, skipped or failed for good.
  mutating func settle(_ stage: String) -> Published {
    stages[stage]?.fraction = 1
    return Published(fraction: 1, runFraction: updateRun())
  }

  private mutating func updateRun() -> Double {
    let sum = stages.values.reduce(0) { $0 + $1.weight * $1.fraction }
    runFraction = max(runFraction, min(sum / totalWeight, 1))
    return runFraction
  }
}

extension ProgressTracker.StageState {
  /// Units per second over the window; nil until two reports of one phase are apart.
  fileprivate mutating func rate(of progress: StageProgress, item: Int, at now: Double) -> Double? {
    var rate = rates[item] ?? .init(phase: progress.phase, samples: [])
    if rate.phase != progress.phase { rate = .init(phase: progress.phase, samples: []) }
    rate.samples.append((now, progress.done))
    rate.samples.removeAll { $0.at < now - ProgressTracker.window }
    rates[item] = rate
    guard let first = rate.samples.first, now - first.at > 0.5, progress.done > first.done else {
      return nil
    }
    return (progress.done - first.done) / (now - first.at)
  }

  fileprivate mutating func timeLeft(at now: Double) -> Double? {
    samples.append((now, fraction))
    samples.removeAll { $0.at < now - ProgressTracker.window }
    guard let first = samples.first, now - first.at > 0.5, fraction > first.fraction else {
      return nil
    }
    return (1 - fraction) * (now - first.at) / (fraction - first.fraction)
  }
}
