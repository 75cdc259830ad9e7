import Pipeline
import Threads

/// Remembers how far runs are, so that asking again reads only the events that came since.
///
/// Of bounded size: what was not asked for longest is put together again when it is.
final class RunFolds: Sendable {
  /// What there is of a stage before anything happens.
  struct Planned: Sendable, Hashable {
    var name: String
    var summary: String?
  }

  private struct Entry: Sendable {
    var fold = RunFold()
    /// Nil until somebody asked.
    var planned: [Planned]?
    var usedAt = 0
  }

  private struct State: Sendable {
    var entries: [String: Entry] = [:]
    var time = 0
  }

  private let journal: any RunJournal
  private let registry: StageRegistry
  private let capacity: Int
  private let state = Locked(State())

  init(journal: any RunJournal, registry: StageRegistry, capacity: Int = 1000) {
    self.journal = journal
    self.registry = registry
    self.capacity = max(2, capacity)
  }

  var count: Int { state.withLock { $0.entries.count } }

  func fold(of status: RunStatus) async throws -> RunFold {
    let id = status.record.id
    var fold = state.withLock { $0.entries[id]?.fold } ?? RunFold()
    if fold.seq < status.lastSeq {
      for event in try await journal.events(of: id, after: fold.seq) { fold.add(event) }
    }
    remember(id) { if $0.fold.seq < fold.seq { $0.fold = fold } }
    return fold
  }

  /// The stages of a run's pipeline in their order; empty when the pipeline is not understood any more.
  func planned(of record: RunRecord) -> [Planned] {
    if let planned = state.withLock({ $0.entries[record.id]?.planned }) { return planned }
    let (graph, _) = PipelineGraph.load(record.source, registry: registry)
    let planned = (graph?.stages ?? []).map { Planned(name: $0.id, summary: $0.summary) }
    remember(record.id) { $0.planned = planned }
    return planned
  }

  private func remember(_ id: String, _ change: (inout Entry) -> Void) {
    state.withLock { state in
      if state.entries[id] == nil, state.entries.count >= capacity { Self.makeRoom(&state) }
      state.time += 1
      var entry = state.entries[id] ?? Entry()
      change(&entry)
      entry.usedAt = state.time
      state.entries[id] = entry
    }
  }

  private static func makeRoom(_ state: inout State) {
    let newest = state.entries.sorted { $0.value.usedAt > $1.value.usedAt }
    state.entries = Dictionary(
      uniqueKeysWithValues: newest.prefix(state.entries.count / 2).map { ($0.key, $0.value) })
  }
}
