/// Who holds what, who waits, and who is next: the rules of `ResourcePool` without its tasks and its clock.
///
/// # Rules
/// - A waiter gets everything that it asked for at once, or nothing.
/// - They are looked at in the order of `WaitingPlace`. One that fits may pass others that do not, until these have
///   waited for `patience`: from then on what they need is kept for them as it becomes free.
/// - A waiter whose named limit is used up keeps nothing else from the others: it could not use it.
/// - A waiter that needs more memory than there is runs when nobody else does.
/// - Of different counts for one named limit, the lowest among those who wait for it or hold it is in force.
struct ResourceLedger: Sendable {
  /// What there is; nil for what is not counted.
  struct Totals: Sendable, Hashable {
    var cores: Int
    var memory: Int?
    var disk: Int?
  }

  /// What a request takes. Waiters with the same demand stand in one line, of which only the first is looked at.
  struct Demand: Sendable, Hashable {
    var cores: Int
    var memory: Int
    var disk: Int
    /// Sorted, each once.
    var limits: [String]
    /// Runs only when nothing else does.
    var isAlone: Bool
  }

  struct Entry: Sendable {
    var request: ResourceRequest
    var demand: Demand
    var place: WaitingPlace
    var since: Duration
  }

  private struct Line: Sendable {
    var demand: Demand
    var places = OrderedQueue<WaitingPlace>()
  }

  /// The first of a line, among the firsts of the others.
  private struct Head: Comparable, Sendable {
    var place: WaitingPlace
    var line: Int

    static func < (left: Head, right: Head) -> Bool { left.place < right.place }
  }

  /// How many lines that cannot be served are looked at before the rest has to wait for the next time.
  private static let examinedLineCount = 256

  let totals: Totals
  let patience: Duration
  private(set) var used: Demand
  private(set) var waiting: [Int: Entry] = [:]
  private(set) var holding: [Int: Entry] = [:]
  private(set) var limits: [String: LimitUse] = [:]
  private var lines: [Int: Line] = [:]
  private var lineIDs: [Demand: Int] = [:]
  private var heads = OrderedQueue<Head>()
  private var nextTicket = 0

  init(totals: Totals, patience: Duration) {
    self.totals = totals
    self.patience = patience
    used = Demand(cores: 0, memory: 0, disk: 0, limits: [], isAlone: false)
  }

  // MARK: What happens

  /// Lets somebody wait. Throws when the disk could not hold it even if it were alone. Call `serve` afterwards.
  mutating func ask(_ request: ResourceRequest, at now: Duration) throws(StageError) -> Int {
    if let disk = totals.disk, request.disk > disk {
      throw StageError(
        .configuration,
        "needs \(request.disk.writtenBytes) of scratch, the disk has \(disk.writtenBytes) free; "
          + "make room or use another data folder")
    }
    nextTicket += 1
    let place = WaitingPlace(priority: request.priority, since: now, ticket: nextTicket)
    let entry = Entry(request: request, demand: demand(of: request), place: place, since: now)
    waiting[nextTicket] = entry
    for limit in request.limits { limits[limit.name, default: LimitUse()].declare(limit.count) }
    enqueue(place, entry.demand)
    return nextTicket
  }

  /// Grants what can be granted; returns the tickets in order.
  mutating func serve(at now: Duration) -> [Int] {
    var served: [Int] = []
    var kept = Reservation()
    var index = 0
    while index < min(heads.count, Self.examinedLineCount), hasRoom(besides: kept) {
      let head = heads[index]
      guard let entry = waiting[head.place.ticket] else { break }
      if fits(entry.demand, besides: kept) {
        leaveLine(entry)
        waiting[head.place.ticket] = nil
        hold(entry, as: head.place.ticket)
        served.append(head.place.ticket)
      } else {
        if now - entry.since >= patience { keep(entry.demand, in: &kept) }
        index += 1
      }
    }
    return served
  }

  /// Gives up waiting. False when it does not wait (any more). Call `serve` afterwards.
  mutating func withdraw(_ ticket: Int) -> Bool {
    guard let entry = waiting.removeValue(forKey: ticket) else { return false }
    leaveLine(entry)
    retract(entry.request)
    return true
  }

  /// Gives back what was granted. Call `serve` afterwards.
  mutating func release(_ ticket: Int) {
    guard let entry = holding.removeValue(forKey: ticket) else { return }
    used.cores -= entry.demand.cores
    used.memory -= entry.demand.memory
    used.disk -= entry.demand.disk
    if entry.demand.isAlone { used.isAlone = false }
    for name in entry.demand.limits { limits[name]?.used -= 1 }
    retract(entry.request)
  }

  // MARK: Lines

  private func demand(of request: ResourceRequest) -> Demand {
    let memory = max(0, request.memory)
    let isAlone = totals.memory.map { memory > $0 } ?? false
    return Demand(
      cores: max(1, min(request.cores, totals.cores)),
      memory: isAlone ? totals.memory ?? 0 : memory,
      disk: max(0, request.disk), limits: Set(request.limits.map(\.name)).sorted(),
      isAlone: isAlone)
  }

  private mutating func enqueue(_ place: WaitingPlace, _ demand: Demand) {
    let id = lineIDs[demand] ?? place.ticket
    lineIDs[demand] = id
    let before = lines[id]?.places.first
    lines[id, default: Line(demand: demand)].places.insert(place)
    if let before, before < place { return }
    if let before { heads.remove(Head(place: before, line: id)) }
    heads.insert(Head(place: place, line: id))
  }

  private mutating func leaveLine(_ entry: Entry) {
    guard let id = lineIDs[entry.demand] else { return }
    let wasFirst = lines[id]?.places.first == entry.place
    lines[id]?.places.remove(entry.place)
    guard wasFirst else { return }
    heads.remove(Head(place: entry.place, line: id))
    if let next = lines[id]?.places.first {
      heads.insert(Head(place: next, line: id))
    } else {
      lines[id] = nil
      lineIDs[entry.demand] = nil
    }
  }

  private mutating func hold(_ entry: Entry, as ticket: Int) {
    holding[ticket] = entry
    used.cores += entry.demand.cores
    used.memory += entry.demand.memory
    used.disk += entry.demand.disk
    if entry.demand.isAlone { used.isAlone = true }
    for name in entry.demand.limits { limits[name]?.used += 1 }
  }

  private mutating func retract(_ request: ResourceRequest) {
    for limit in request.limits {
      limits[limit.name]?.retract(limit.count)
      if limits[limit.name]?.isUnknown == true { limits[limit.name] = nil }
    }
  }
}

// MARK: - What fits

extension ResourceLedger {
  /// What is kept for waiters that have lost their patience.
  private struct Reservation {
    var cores = 0
    var memory = 0
    var disk = 0
    var limits: [String: Int] = [:]
    var isEverything = false
  }

  /// Whether anything at all could be served.
  private func hasRoom(besides kept: Reservation) -> Bool {
    !kept.isEverything && !used.isAlone && used.cores + kept.cores < totals.cores
  }

  private func fits(_ demand: Demand, besides kept: Reservation) -> Bool {
    if demand.isAlone { return holding.isEmpty && limitsFit(demand, besides: kept) }
    return demand.cores <= totals.cores - used.cores - kept.cores
      && Self.fits(demand.memory, totals.memory, used.memory + kept.memory)
      && Self.fits(demand.disk, totals.disk, used.disk + kept.disk)
      && limitsFit(demand, besides: kept)
  }

  private static func fits(_ wanted: Int, _ total: Int?, _ taken: Int) -> Bool {
    guard wanted > 0, let total else { return true }
    return wanted <= total - taken
  }

  private func limitsFit(_ demand: Demand, besides kept: Reservation) -> Bool {
    demand.limits.allSatisfy { name in
      guard let limit = limits[name] else { return true }
      return limit.used + (kept.limits[name] ?? 0) < limit.count
    }
  }

  private func keep(_ demand: Demand, in kept: inout Reservation) {
    let isHeldByLimit = !limitsFit(demand, besides: kept)
    for name in demand.limits { kept.limits[name, default: 0] += 1 }
    if isHeldByLimit { return }
    kept.isEverything = demand.isAlone
    kept.cores += demand.cores
    kept.memory += demand.memory
    kept.disk += demand.disk
  }
}

/// How much of a named limit is used, and what those who wait for it or hold it say that it is.
struct LimitUse: Sendable, Hashable {
  var used = 0
  /// How many say so, by count.
  private var declared: [Int: Int] = [:]

  /// The lowest count that anybody says, at least 1.
  var count: Int { declared.keys.min() ?? 1 }
  var isUnknown: Bool { declared.isEmpty }

  mutating func declare(_ count: Int) { declared[max(1, count), default: 0] += 1 }

  mutating func retract(_ count: Int) {
    let count = max(1, count)
    guard let others = declared[count], others > 1 else {
      declared[count] = nil
      return
    }
    declared[count] = others - 1
  }
}

extension Int {
  /// `12.5 GB`, for people; powers of 1000.
  var writtenBytes: String {
    var value = Double(self)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return "\(Self.short(value)) \(unit)" }
      value /= 1000
    }
    return "\(Self.short(value)) TB"
  }

  private static func short(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
