/// What is known about a run's stages before anything of it runs.
struct KnownStages: Sendable {
  /// A stage that is answered as a whole.
  struct Hit: Sendable {
    var results: [ResultRecord]
    var isList: Bool
    var outputs: [String: Value]
  }

  static let unneededReason = "what follows from it is known already"

  /// By stage; see `DefinitionKeys`.
  var keys: [String: Digest] = [:]
  /// What the journal says the keys stand for, also where a result of it is gone.
  var aliases: [Digest: ResultAlias] = [:]
  var hits: [String: Hit] = [:]
  /// The stages whose outputs somebody needs: what only feeds stages that are known is not among them.
  var demanded: Set<String> = []

  /// - Parameters:
  ///   - stages: what would run, each after those that it depends on.
  ///   - refreshed: stages whose earlier results do not count.
  ///   - last: the only stage that is asked for; nil for all.
  static func find(
    _ stages: [StageNode], in graph: PipelineGraph, scope: Scope, ingest: FileIngest,
    refreshed: Set<String>, until last: String?, previews: PreviewRules,
    _ environment: EngineEnvironment
  ) async throws -> KnownStages {
    var known = KnownStages()
    known.keys = await DefinitionKeys.make(
      of: stages, in: graph, scope: scope, ingest: ingest,
      rendererVersion: environment.renderer.cacheVersion, previews: previews)
    let eligible = eligible(stages, refreshed: refreshed)
    known.aliases = try await environment.journal.aliases(for: Array(Set(known.keys.values)))
    let wanted = eligible.compactMap { id in known.keys[id].flatMap { known.aliases[$0] } }
    let results = try await environment.journal.results(for: Array(Set(wanted.flatMap(\.results))))
    for node in stages where eligible.contains(node.id) {
      guard let key = known.keys[node.id], let alias = known.aliases[key] else { continue }
      known.hits[node.id] = Hit(alias, of: node, results: results)
    }
    known.demanded = known.demand(
      stages, outputs: graph.outputs, refreshed: refreshed, until: last)
    return known
  }

  /// Stages that may be answered by their definition: neither they nor what they are made from is made again.
  private static func eligible(_ stages: [StageNode], refreshed: Set<String>) -> Set<String> {
    stages.reduce(into: []) { eligible, node in
      guard !node.isMadeAgain(refreshed), node.sources.isSubset(of: eligible) else { return }
      eligible.insert(node.id)
    }
  }

  private func demand(
    _ stages: [StageNode], outputs: [OutputDeclaration], refreshed: Set<String>, until last: String?
  ) -> Set<String> {
    var demanded: Set<String> = []
    if let last {
      demanded = [last]
    } else {
      let needed = Set(stages.flatMap(\.dependencies))
      demanded = Set(stages.map(\.id).filter { !needed.contains($0) })
      demanded.formUnion(outputs.flatMap(\.dependencies))
    }
    demanded.formUnion(stages.filter { $0.isMadeAgain(refreshed) }.map(\.id))
    for node in stages.reversed() where demanded.contains(node.id) && hits[node.id] == nil {
      demanded.formUnion(node.dependencies)
    }
    return demanded
  }
}

extension KnownStages.Hit {
  /// Nil when a result is gone.
  fileprivate init?(_ alias: ResultAlias, of node: StageNode, results: [Digest: ResultRecord]) {
    let known = alias.results.compactMap { results[$0] }
    guard known.count == alias.results.count, alias.isList == node.isForeach else { return nil }
    self.results = known
    isList = alias.isList
    outputs = node.gather(known.map(\.outputs))
  }
}

extension StageNode {
  /// Whether it runs whatever is known.
  func isMadeAgain(_ refreshed: Set<String>) -> Bool {
    cache != .auto || refreshed.contains(id)
  }

  /// The stages that it takes values from.
  var sources: Set<String> {
    links.reduce(into: []) { sources, link in
      if case .output(let stage, _) = link.source { sources.insert(stage) }
    }
  }

  /// One task's outputs, or for a `foreach` a list per port with one element per item.
  func gather(_ outputs: [[String: Value]]) -> [String: Value] {
    guard isForeach else { return outputs.first ?? [:] }
    return spec.outputs.reduce(into: [:]) { gathered, port in
      gathered[port.name] = .list(outputs.map { $0[port.name] ?? .null })
    }
  }
}
