/// The order in which stages can run, and the cycles that forbid it.
struct StageOrder {
  /// Every stage behind those it depends on; otherwise as in the file. Incomplete when there are
  /// cycles.
  let sorted: [String]
  let cycles: [Diagnostic]

  /// - Parameters:
  ///   - ids: in the order of the file.
  ///   - links: by stage; those to unknown stages are ignored.
  init(_ ids: [String], links: [String: [StageLink]]) {
    let known = Set(ids)
    let edges = links.mapValues { $0.filter { link in link.stage.map(known.contains) == true } }
    sorted = Self.sort(ids, edges)
    cycles = sorted.count == ids.count ? [] : Self.cycles(ids, edges)
  }

  private static func sort(_ ids: [String], _ edges: [String: [StageLink]]) -> [String] {
    var sorted: [String] = []
    var done: Set<String> = []
    var waiting = ids
    while !waiting.isEmpty {
      let ready = waiting.firstIndex { id in
        (edges[id] ?? []).allSatisfy { link in link.stage.map(done.contains) ?? true }
      }
      guard let ready else { break }
      let id = waiting.remove(at: ready)
      done.insert(id)
      sorted.append(id)
    }
    return sorted
  }

  /// One for each way back that a walk in file order finds, at most 20.
  private static func cycles(_ ids: [String], _ edges: [String: [StageLink]]) -> [Diagnostic] {
    var search = CycleSearch(edges: edges)
    for id in ids { search.visit(id) }
    return search.found
  }
}

private struct CycleSearch {
  let edges: [String: [StageLink]]
  var found: [Diagnostic] = []
  private var finished: Set<String> = []
  private var path: [(id: String, link: StageLink?)] = []

  init(edges: [String: [StageLink]]) { self.edges = edges }

  mutating func visit(_ id: String, through link: StageLink? = nil) {
    if finished.contains(id) { return }
    path.append((id, link))
    var seen: Set<String> = []
    for link in edges[id] ?? [] {
      guard let next = link.stage, seen.insert(next).inserted else { continue }
      if let begin = path.firstIndex(where: { $0.id == next }) {
        report(from: begin, closing: link)
      } else {
        visit(next, through: link)
      }
    }
    path.removeLast()
    finished.insert(id)
  }

  private mutating func report(from begin: Int, closing: StageLink) {
    guard found.count < 20 else { return }
    let members = path[begin...]
    let links = members.dropFirst().compactMap(\.link) + [closing]
    let ids = members.map(\.id)
    let way = (ids + [ids[0]]).map { "`\($0)`" }.joined(separator: " → ")
    var diagnostic = Diagnostic(
      "cycle", "these stages wait for each other: \(way)", at: links[0].range)
    for (id, link) in zip(ids, links) {
      diagnostic = diagnostic.noting("`\(id)` \(link.phrase)", at: link.range)
    }
    found.append(diagnostic)
  }
}

extension StageLink {
  fileprivate var phrase: String {
    switch source {
    case .input(let name): "takes `inputs.\(name)`"
    case .output(let stage, let name): "takes `\(stage).\(name)`"
    case .order(let stage): "needs `\(stage)`"
    }
  }
}
