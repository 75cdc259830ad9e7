import Foundation
import Media
import Pipeline

/// Where the runs of a command are worked on.
enum Workplace: Sendable {
  /// In this process, which owns the data folder.
  case here(Wiring.Host)
  /// In the host that has the data folder, while this process looks on.
  case host(LocalHost)

  typealias OnEvent = @Sendable (RunEvent) -> Void

  var journal: any RunJournal {
    switch self {
    case .here(let host): host.journal
    case .host(let host): host.archive.journal
    }
  }

  /// To read from.
  var artifacts: any ArtifactStore {
    switch self {
    case .here(let host): host.artifacts
    case .host(let host): host.archive.artifacts
    }
  }

  var registry: StageRegistry {
    if case .here(let host) = self { host.registry } else { Wiring.registry() }
  }

  var rendererVersion: Int {
    if case .here(let host) = self {
      host.engine.environment.renderer.cacheVersion
    } else {
      TimelineFileRenderer().cacheVersion
    }
  }

  // MARK: What waits

  /// What was left unfinished and still is, oldest first.
  func unfinished() async throws -> [RunStatus] {
    switch self {
    case .here(let host): return try await host.unfinished()
    case .host(let host):
      // What is only queued waits for its turn in the host.
      let search = RunSearch(states: [.interrupted], limit: Self.searchedRuns)
      return try await host.archive.journal.runs(matching: search).reversed()
    }
  }

  private static let searchedRuns = 500

  /// The newest run of the same that was interrupted; nil without one.
  func unfinished(like request: RunRequest) async throws -> RunStatus? {
    switch self {
    case .here(let host): return try await host.engine.unfinished(like: request)
    case .host(let host):
      let found = try await Wiring.planner(over: host.archive).unfinished(like: request)
      return found?.state == .interrupted ? found : nil
    }
  }

  // MARK: Work

  func run(_ request: RunRequest, onEvent: @escaping OnEvent) async throws -> RunResult {
    switch self {
    case .here(let host): try await host.engine.run(request, onEvent: onEvent)
    case .host(let host): try await host.perform(.begin(request.record()), onEvent: onEvent)
    }
  }

  func resume(_ run: String, onEvent: @escaping OnEvent) async throws -> RunResult {
    switch self {
    case .here(let host):
      try await host.engine.resume(run, registry: host.registry, onEvent: onEvent)
    case .host(let host): try await host.perform(.resume(run: run), onEvent: onEvent)
    }
  }

  /// - Parameter folder: where the outputs go.
  func retry(
    _ run: String, from stage: String?, outputs folder: URL, onEvent: @escaping OnEvent
  ) async throws -> RunResult {
    switch self {
    case .here(let host):
      try await host.engine.retry(run, from: stage, registry: host.registry, onEvent: onEvent)
    case .host(let host):
      try await host.perform(
        .retry(run: run, from: stage, outputFolder: folder.path), onEvent: onEvent)
    }
  }

  /// Does what other processes ask for and sends the messages of a pipeline's webhooks while `body` works. A host does
  /// both by itself.
  ///
  /// - Returns: besides the result, how many messages did not arrive.
  func during<Success: Sendable>(
    _ graph: PipelineGraph, _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> (Success, Int) {
    switch self {
    case .here(let host):
      try await host.watch.during { try await host.hooks.during(graph, body) }
    case .host: (try await body(), 0)
    }
  }

  func collect(_ policy: CollectionPolicy, dryRun: Bool) async throws -> CollectionReport {
    switch self {
    case .here(let host): try await host.collect(policy, dryRun: dryRun)
    case .host(let host): try await host.collect(policy, dryRun: dryRun)
    }
  }
}
