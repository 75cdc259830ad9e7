/// Which runs are under way and which wait for their turn: the rules of `RunQueue` without its tasks and its clock.
///
/// Runs are admitted in the order of `WaitingPlace`; one whose group is busy is passed by others. Of different sizes
/// for one group, the lowest among its runs is in force.
struct RunAdmissions: Sendable {
  /// What becomes of a run that asks.
  enum Answer: Sendable, Hashable {
    case admitted
    case waits
    case refused(RunRefused)
  }

  struct Entry: Sendable {
    var run: String
    var priority: Int
    var group: RunGroup?
    var place: WaitingPlace
    /// When it asked or, once it is under way, when it was admitted.
    var since: Duration
    /// It was asked to make room for another of its group.
    var isGivingWay = false
  }

  private struct Group: Sendable {
    var use = LimitUse()
    /// Waiting or under way, by order of asking.
    var runs: [String] = []
  }

  let activeLimit: Int
  let waitingLimit: Int
  private(set) var active: [String: Entry] = [:]
  private(set) var waiting: [String: Entry] = [:]
  private var order = OrderedQueue<WaitingPlace>()
  private var runs: [Int: String] = [:]
  private var groups: [String: Group] = [:]
  private var nextTicket = 0
  /// How long a run is under way of late; nil until one has ended.
  private var usualDuration: Duration?

  init(activeLimit: Int, waitingLimit: Int) {
    self.activeLimit = max(1, activeLimit)
    self.waitingLimit = max(0, waitingLimit)
  }

  /// - Returns: what becomes of the run, and which others of its group are to be cancelled for it.
  mutating func ask(
    _ run: String, priority: Int, group: RunGroup?, at now: Duration
  ) -> (answer: Answer, cancelled: [String]) {
    if let refusal = refusal(of: run, group: group) { return (.refused(refusal), []) }
    nextTicket += 1
    let place = WaitingPlace(priority: priority, since: now, ticket: nextTicket)
    waiting[run] = Entry(run: run, priority: priority, group: group, place: place, since: now)
    runs[place.ticket] = run
    order.insert(place)
    if let group {
      groups[group.name, default: Group()].use.declare(group.max)
      groups[group.name]?.runs.append(run)
    }
    if serve(at: now).contains(run) { return (.admitted, []) }
    guard waiting.count <= waitingLimit else {
      _ = withdraw(run)
      return (.refused(.queueIsFull(waiting: waiting.count, retryAfter: usualWait)), [])
    }
    return (.waits, group?.policy == .cancel ? makeRoom(for: run) : [])
  }

  /// Admits whom there is room for; returns them in order.
  mutating func serve(at now: Duration) -> [String] {
    var served: [String] = []
    var index = 0
    while index < order.count, active.count < activeLimit {
      guard let run = runs[order[index].ticket], var entry = waiting[run] else { break }
      guard hasRoom(in: entry.group) else {
        index += 1
        continue
      }
      order.remove(at: index)
      runs[entry.place.ticket] = nil
      waiting[run] = nil
      entry.since = now
      active[run] = entry
      if let group = entry.group { groups[group.name]?.use.used += 1 }
      served.append(run)
    }
    return served
  }

  /// Gives up waiting. False when it does not wait (any more). Call `serve` afterwards.
  mutating func withdraw(_ run: String) -> Bool {
    guard let entry = waiting.removeValue(forKey: run) else { return false }
    order.remove(entry.place)
    runs[entry.place.ticket] = nil
    leaveGroup(entry)
    return true
  }

  /// The run is over. Call `serve` afterwards.
  mutating func leave(_ run: String, at now: Duration) {
    guard let entry = active.removeValue(forKey: run) else { return }
    if let group = entry.group { groups[group.name]?.use.used -= 1 }
    leaveGroup(entry)
    let duration = now - entry.since
    usualDuration = usualDuration.map { ($0 * 7 + duration) / 8 } ?? duration
  }

  // MARK: Groups

  private func refusal(of run: String, group: RunGroup?) -> RunRefused? {
    if active[run] != nil || waiting[run] != nil { return .isUnderWay(run) }
    guard let group, group.policy == .refuse, let known = groups[group.name] else { return nil }
    guard known.runs.count >= min(known.use.count, max(1, group.max)) else { return nil }
    return .groupIsBusy(group.name, runs: known.runs)
  }

  private func hasRoom(in group: RunGroup?) -> Bool {
    guard let group, let use = groups[group.name]?.use else { return true }
    return use.used < use.count
  }

  /// The oldest runs of the group that are too many beside `run`, each told once.
  private mutating func makeRoom(for run: String) -> [String] {
    guard let name = waiting[run]?.group?.name, let group = groups[name] else { return [] }
    let others = group.runs.filter { $0 != run && !isGivingWay($0) }
    let cancelled = others.prefix(max(0, others.count - (group.use.count - 1)))
    for other in cancelled {
      active[other]?.isGivingWay = true
      waiting[other]?.isGivingWay = true
    }
    return Array(cancelled)
  }

  private func isGivingWay(_ run: String) -> Bool {
    (active[run] ?? waiting[run])?.isGivingWay ?? false
  }

  private mutating func leaveGroup(_ entry: Entry) {
    guard let group = entry.group else { return }
    groups[group.name]?.use.retract(group.max)
    groups[group.name]?.runs.removeAll { $0 == entry.run }
    if groups[group.name]?.runs.isEmpty == true { groups[group.name] = nil }
  }

  /// How long it takes until a place becomes free, going by how long runs took.
  private var usualWait: Duration {
    guard let usualDuration else { return .seconds(30) }
    let seconds = (usualDuration / activeLimit).components.seconds
    return .seconds(max(1, min(seconds + 1, 3600)))
  }
}

extension RunAdmissions {
  func snapshot(at now: Duration) -> RunQueueSnapshot {
    RunQueueSnapshot(
      active: active.values.sorted { $0.place < $1.place }.map { entry in
        .init(
          run: entry.run, priority: entry.priority, group: entry.group?.name,
          since: (now - entry.since).milliseconds, waitsFor: nil)
      },
      waiting: waiting.values.sorted { $0.place < $1.place }.map { entry in
        .init(
          run: entry.run, priority: entry.priority, group: entry.group?.name,
          since: (now - entry.since).milliseconds, waitsFor: reason(entry))
      })
  }

  private func reason(_ entry: Entry) -> String {
    if let group = entry.group, let known = groups[group.name], !hasRoom(in: group) {
      let others = known.runs.filter { active[$0] != nil }.map { "`\($0)`" }
      return "group `\(group.name)`: \(others.joined(separator: ", "))"
    }
    return "\(active.count) of \(activeLimit) runs are under way"
  }
}
