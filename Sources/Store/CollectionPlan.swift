import Pipeline

/// What is in the journal and on the disk, as far as a collection asks for it.
struct CollectionState: Sendable {
  struct Run: Sendable {
    var id: String
    var pipeline: String
    var state: RunState
    var createdAt: Int
    var changedAt: Int
  }

  struct File: Sendable {
    var byteCount: Int
    /// Milliseconds since 1970 when it was last put in.
    var putAt: Int
    /// Whether the journal knows of it.
    var isListed: Bool
  }

  /// By number, thus oldest first.
  var runs: [Run] = []
  /// When each result was last used.
  var results: [String: Int] = [:]
  /// Keys of results that runs that are not over made, or that their tasks have.
  var keysInUse: Set<String> = []
  var references: [(holder: Holder, digest: String)] = []
  /// On disk or in the journal's list; without bytes if they are only there.
  var files: [String: File] = [:]
}

/// What goes and what stays: a function of what there is, the policy and the time.
struct CollectionPlan: Sendable {
  /// An attempt's clock may have been set a little between the beginning of its run and its first file.
  private static let clockMargin = 60_000

  private(set) var runs: [String] = []
  /// Keys.
  private(set) var results: [String] = []
  /// Ids of runs that are over and whose inputs need not be kept.
  private(set) var inputs: [String] = []
  private(set) var files: [String] = []
  private(set) var kept = CollectionReport.Kept()
  private(set) var bytesOverBudget: Int?

  private let state: CollectionState
  private let policy: CollectionPolicy
  private let now: Int
  private var holders: [Holder: Set<String>] = [:]
  /// By how many holders each file is kept.
  private var counts: [String: Int] = [:]
  /// Of holders that cannot go.
  private var needed: Set<String> = []
  private var neededByUnfinished: Set<String> = []

  /// - Parameter now: milliseconds since 1970.
  init(_ state: CollectionState, _ policy: CollectionPolicy, now: Int) {
    self.state = state
    self.policy = policy
    self.now = now
    for (holder, digest) in state.references {
      if holders[holder, default: []].insert(digest).inserted { counts[digest, default: 0] += 1 }
    }
    removeOldRuns()
    var candidates = sortedCandidates()
    candidates = removeUnused(candidates)
    removeToBudget(candidates)
    decideFiles()
  }

  /// When the oldest run began that somebody may be working on; nil without one. What was put in or used since then
  /// may be in use although nothing says so yet.
  private var oldestLiveRun: Int? {
    state.runs.lazy.filter { $0.state == .running || $0.state == .queued }.map(\.createdAt).min()
      .map { $0 - Self.clockMargin }
  }

  private var oldest: Int? { policy.maximumAge.map { now - $0 } }

  private mutating func removeOldRuns() {
    guard let oldest else { return }
    var newest: [String: String] = [:]
    for run in state.runs { newest[run.pipeline] = run.id }
    for run in state.runs
    where run.state.isOver && run.changedAt < oldest && newest[run.pipeline] != run.id {
      runs.append(run.id)
      drop(Holder(.runInput, run.id))
      drop(Holder(.runOutput, run.id))
    }
  }

  private mutating func drop(_ holder: Holder) {
    for digest in holders.removeValue(forKey: holder) ?? [] { counts[digest, default: 0] -= 1 }
  }

  /// What may go, the longest unused first; what must stay is noted as needed.
  private mutating func sortedCandidates() -> [(lastUse: Int, holder: Holder)] {
    let unfinished = Set(state.runs.lazy.filter { !$0.state.isOver }.map(\.id))
    let changes = Dictionary(uniqueKeysWithValues: state.runs.map { ($0.id, $0.changedAt) })
    let inUseSince = oldestLiveRun ?? .max
    var candidates: [(lastUse: Int, holder: Holder)] = []
    for (key, lastUse) in state.results {
      let holder = Holder(.result, key)
      if state.keysInUse.contains(key) || lastUse >= inUseSince {
        need(holder, byUnfinished: true)
      } else {
        candidates.append((lastUse, holder))
      }
    }
    for holder in holders.keys where holder.kind != .result {
      if holder.kind == .runOutput || unfinished.contains(holder.name) {
        need(holder, byUnfinished: unfinished.contains(holder.name))
      } else {
        candidates.append((changes[holder.name] ?? 0, holder))
      }
    }
    return candidates.sorted { ($0.lastUse, $0.holder.name) < ($1.lastUse, $1.holder.name) }
  }

  private mutating func need(_ holder: Holder, byUnfinished: Bool) {
    needed.formUnion(holders[holder] ?? [])
    if byUnfinished { neededByUnfinished.formUnion(holders[holder] ?? []) }
  }

  private mutating func remove(_ holder: Holder) {
    drop(holder)
    if holder.kind == .result { results.append(holder.name) } else { inputs.append(holder.name) }
  }

  private mutating func removeUnused(
    _ candidates: [(lastUse: Int, holder: Holder)]
  ) -> [(lastUse: Int, holder: Holder)] {
    guard let oldest else { return candidates }
    for (lastUse, holder) in candidates where lastUse < oldest { remove(holder) }
    return candidates.filter { $0.lastUse >= oldest }
  }

  private mutating func removeToBudget(_ candidates: [(lastUse: Int, holder: Holder)]) {
    guard let budget = policy.sizeBudget else { return }
    var size = state.files.keys.reduce(0) { $0 + keptBytes($1) }
    for (_, holder) in candidates {
      if size <= budget { return }
      // Nothing is gained by forgetting what holds only files that something else needs, or none.
      let own = (holders[holder] ?? []).subtracting(needed)
      if own.allSatisfy({ isRecent($0) }) { continue }
      remove(holder)
      for digest in own where !isKept(digest) { size -= state.files[digest]?.byteCount ?? 0 }
    }
    if size > budget { bytesOverBudget = size - budget }
  }

  private func isKept(_ digest: String) -> Bool {
    counts[digest, default: 0] > 0 || isRecent(digest)
  }

  private func keptBytes(_ digest: String) -> Int {
    isKept(digest) ? state.files[digest]?.byteCount ?? 0 : 0
  }

  /// Whether somebody may count on it although nothing in the journal does.
  private func isRecent(_ digest: String) -> Bool {
    guard let file = state.files[digest] else { return false }
    let limits = [oldestLiveRun, file.isListed ? nil : now - policy.grace]
    return limits.contains { limit in limit.map { file.putAt >= $0 } ?? false }
  }

  private mutating func decideFiles() {
    for (digest, file) in state.files {
      if !isKept(digest) {
        files.append(digest)
      } else if neededByUnfinished.contains(digest) {
        kept.unfinishedRuns += file.byteCount
      } else if needed.contains(digest) {
        kept.outputs += file.byteCount
      } else if counts[digest, default: 0] > 0 {
        kept.results += file.byteCount
      } else {
        kept.recent += file.byteCount
      }
    }
    files.sort()
  }
}
