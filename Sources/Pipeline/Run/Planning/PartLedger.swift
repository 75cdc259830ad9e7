/// Which parts a run would make: each once, and none that is there already.
struct PartLedger: Sendable {
  private let journal: any RunJournal
  /// Parts and films that something in the plan makes already.
  private var made: Set<Digest> = []
  private var costs: [String: UsualCost?] = [:]

  init(_ journal: any RunJournal) { self.journal = journal }

  /// What is there and what is missing, by kind.
  ///
  /// - Parameter isMadeAgain: earlier results do not count, only those of the same run.
  mutating func count(
    _ films: [PlannedFilm], isMadeAgain: Bool
  ) async throws -> [RunPlan.Parts] {
    let keys = Set(films.flatMap { film in film.parts.map(\.key) + [film.key].compactMap(\.self) })
    let known =
      isMadeAgain ? [] : Set(try await journal.results(for: Array(keys.subtracting(made))).keys)
    var counts: [RunPlan.Parts] = []
    for film in films {
      // The parts of a film whose file is there are not asked for.
      let isFinished = film.key.map { known.contains($0) || made.contains($0) } ?? false
      if let key = film.key { made.insert(key) }
      for part in film.parts {
        let isMissing =
          !isFinished && !known.contains(part.key) && made.insert(part.key).inserted
        if !counts.contains(where: { $0.kind == part.kind }) {
          counts.append(RunPlan.Parts(part.kind, total: 0, missing: []))
        }
        for index in counts.indices where counts[index].kind == part.kind {
          counts[index].total += 1
          if isMissing { counts[index].missing.append(part) }
        }
      }
    }
    return counts
  }

  /// Which of the films are files already.
  func areFinished(_ films: [PlannedFilm]) async throws -> [Bool] {
    let known = try await journal.results(for: films.compactMap(\.key))
    return films.map { film in film.key.map { known[$0] != nil } ?? false }
  }

  /// What a stage's module usually takes for a task; nil when nothing is known.
  mutating func usualCost(of module: String) async throws -> UsualCost? {
    if let cost = costs[module] { return cost }
    let cost = try await journal.usualCost(ofStage: module)
    costs[module] = cost
    return cost
  }

  /// What it takes to make the missing parts and to put all together: by what parts of the module took, else by what
  /// its tasks took. Nil when nothing is known.
  mutating func cost(of parts: [RunPlan.Parts], by module: String) async throws -> UsualCost? {
    let whole = try await usualCost(of: module)
    let total = parts.reduce(0) { $0 + $1.total }
    guard total > 0 else { return whole }
    let missing = parts.reduce(0) { $0 + $1.missing.count }
    let share = Double(missing) / Double(total)
    let bytes = Int(Double(whole?.byteCount ?? 0) * share)
    guard let part = try await usualCost(of: "\(module)/part") else {
      return whole.map { UsualCost(elapsed: Int(Double($0.elapsed) * share), byteCount: bytes) }
    }
    return UsualCost(
      elapsed: part.elapsed * missing, byteCount: part.byteCount * missing + bytes)
  }
}
