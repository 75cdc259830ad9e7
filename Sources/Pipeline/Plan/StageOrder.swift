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
    let places = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
    var waitsFor = Array(repeating: 0, count: ids.count)
    var followers = Array(repeating: [Int](), count: ids.count)
    for (place, id) in ids.enumerated() {
      for stage in Set((edges[id] ?? []).compactMap(\.stage)) {
        guard let before = places[stage] else { continue }
        waitsFor[place] += 1
        followers[before].append(place)
      }
    }
    // Of those that can go, the first one in the file.
    var ready = PlaceQueue(ids.indices.filter { waitsFor[$0] == 0 })
    var sorted: [String] = []
    while let place = ready.popFirst() {
      sorted.append(ids[place])
      for follower in followers[place] {
        waitsFor[follower] -= 1
        if waitsFor[follower] == 0 { ready.insert(follower) }
      }
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

/// Gives back the lowest number first: a binary heap.
private struct PlaceQueue {
  private var heap: [Int]

  /// - Parameter places: in rising order, which a heap may be.
  init(_ places: [Int]) { heap = places }

  mutating func insert(_ place: Int) {
    heap.append(place)
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Int? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return first }
    heap[0] = last
    var parent = 0
    while true {
      let children = [parent * 2 + 1, parent * 2 + 2].filter { $0 < heap.count }
      guard let least = children.min(by: { heap[$0] < heap[$1] }), heap[least] < heap[parent]
      else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
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
