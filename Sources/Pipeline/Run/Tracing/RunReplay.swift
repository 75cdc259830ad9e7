/// Works out what the stages of a run gave from the results that are kept, without running anything.
///
/// A run that found its last results knows nothing of the stages before them; they are looked up as the run itself
/// would have done.
public struct RunReplay: Sendable {
  private let graph: PipelineGraph
  private let journal: any RunJournal
  private let ingest: FileIngest
  private let rendererVersion: Int
  private let previews: PreviewRules

  /// - Parameters:
  ///   - ingest: takes in the files that settings name.
  ///   - rendererVersion: `TimelineRendering.cacheVersion` of what makes files of films.
  ///   - preview: what the run made of its films; nil for all of them.
  public init(
    _ graph: PipelineGraph, journal: any RunJournal, ingest: FileIngest, rendererVersion: Int,
    preview: FilmPreview? = nil
  ) {
    self.graph = graph
    self.journal = journal
    self.ingest = ingest
    self.rendererVersion = rendererVersion
    previews = PreviewRules(preview, graph)
  }

  /// What expressions can see at the end of the run. Stages whose results are not kept are missing, with all that
  /// come after them.
  ///
  /// - Parameters:
  ///   - inputs: with files in the store.
  ///   - made: what is known already, by stage.
  public func scope(
    inputs: [String: Value], run: String = "", made: [String: StageResult] = [:]
  ) async throws -> Scope {
    var scope = Scope(
      inputs: inputs, stages: made, vars: graph.vars, runID: run, runName: graph.name)
    for node in graph.stages where scope.stages[node.id] == nil {
      try Task.checkCancellation()
      guard node.dependencies.allSatisfy({ scope.stages[$0] != nil }) else { continue }
      scope.stages[node.id] = try await result(of: node, in: scope)
    }
    return scope
  }

  /// Nil when it is not kept. Throws `JournalError` alone: a stage that cannot be worked out is one that failed.
  private func result(of node: StageNode, in scope: Scope) async throws -> StageResult? {
    do {
      if case .skip = try node.decision(in: scope) { return .skipped }
      if !node.isForeach, case .skipped = try node.inputs(in: scope) { return .skipped }
      let scopes = try TaskPreparation.scopes(of: node, in: scope)
      var preparation = TaskPreparation(
        node, ingest: ingest, rendererVersion: rendererVersion, preview: previews[stage: node.id])
      var keys: [Digest] = []
      for index in 0..<scopes.count {
        keys.append(try await preparation.prepare(scopes[index]).key.digest)
      }
      let known = try await journal.results(for: Array(Set(keys)))
      let outputs = keys.compactMap { known[$0]?.outputs }
      return outputs.count == keys.count ? .completed(node.gather(outputs)) : nil
    } catch let error as JournalError {
      throw error
    } catch let error as CancellationError {
      throw error
    } catch {
      return nil
    }
  }
}
