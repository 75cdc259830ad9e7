extension ResourceLedger {
  func snapshot(at now: Duration) -> ResourceSnapshot {
    ResourceSnapshot(
      cores: .init(used: used.cores, total: totals.cores),
      memory: .init(used: used.memory, total: totals.memory),
      disk: .init(used: used.disk, total: totals.disk),
      limits: limits.keys.sorted().compactMap { name in
        limits[name].map { .init(name: name, used: $0.used, count: $0.count) }
      },
      holders: holding.keys.sorted().compactMap { holding[$0] }.map(Self.holder),
      waiters: waiting.values.sorted { $0.place < $1.place }.map { waiter($0, at: now) })
  }

  private static func holder(_ entry: Entry) -> ResourceSnapshot.Holder {
    .init(
      label: entry.request.label, cores: entry.demand.cores, memory: entry.demand.memory,
      disk: entry.demand.disk, limits: entry.demand.limits)
  }

  private func waiter(_ entry: Entry, at now: Duration) -> ResourceSnapshot.Waiter {
    .init(
      label: entry.request.label, priority: entry.request.priority,
      waited: (now - entry.since).milliseconds, waitsFor: reasons(entry.demand))
  }

  private func reasons(_ demand: Demand) -> [String] {
    if used.isAlone { return ["the end of a task that needs the whole memory"] }
    if demand.isAlone { return ["the end of all other tasks: it needs the whole memory"] }
    var reasons: [String] = []
    for name in demand.limits {
      guard let limit = limits[name], limit.used >= limit.count else { continue }
      reasons.append("limit `\(name)`: \(limit.used) of \(limit.count) in use")
    }
    let free = totals.cores - used.cores
    if demand.cores > free {
      reasons.append(
        "\(demand.cores) core\(demand.cores == 1 ? "" : "s"), \(free) \(free == 1 ? "is" : "are") free"
      )
    }
    reasons += shortage("memory", demand.memory, totals.memory, used.memory)
    reasons += shortage("scratch disk", demand.disk, totals.disk, used.disk)
    return reasons.isEmpty ? ["those who are before it"] : reasons
  }

  private func shortage(_ name: String, _ wanted: Int, _ total: Int?, _ taken: Int) -> [String] {
    guard let total, wanted > total - taken, wanted > 0 else { return [] }
    return ["\(wanted.writtenBytes) of \(name), \((total - taken).writtenBytes) are free"]
  }
}
