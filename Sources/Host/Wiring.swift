import BuiltInStages
import Foundation
import Media
import Pipeline
import Store

/// Where everything is put together, and the only such place.
enum Wiring {
  /// An engine over a data folder.
  struct Host: Sendable {
    let engine: PipelineEngine
    let journal: any RunJournal
    let artifacts: any ArtifactStore
    let registry: StageRegistry
    /// The runs that earlier processes left unfinished, oldest first.
    private let recovered: [String]
    /// Hears what other processes ask for.
    let watch: ControlWatch
    private let collector: Collector
    let hooks: HookPost
    /// Keeps the folder locked.
    private let folder: DataFolder
    /// Where everything is kept.
    var dataFolder: URL { folder.url }
    var scratch: URL { folder.scratch }

    fileprivate init(
      _ engine: PipelineEngine, recovered: [RunStatus], watch: ControlWatch,
      collector: Collector, hooks: HookPost, folder: DataFolder
    ) {
      self.engine = engine
      journal = engine.environment.journal
      artifacts = engine.environment.artifacts
      registry = Wiring.registry()
      self.recovered = recovered.map(\.record.id)
      self.watch = watch
      self.collector = collector
      self.hooks = hooks
      self.folder = folder
    }

    /// What earlier processes left unfinished and still is, oldest first.
    func unfinished() async throws -> [RunStatus] {
      var runs: [RunStatus] = []
      for id in recovered {
        guard let run = try await journal.run(id) else { continue }
        if run.state == .interrupted || run.state == .queued { runs.append(run) }
      }
      return runs
    }

    /// Makes room in the artifact store.
    func collect(_ policy: CollectionPolicy, dryRun: Bool) async throws -> CollectionReport {
      try await collector.collect(policy, dryRun: dryRun)
    }
  }

  /// What a host is to be like.
  struct HostSettings: Sendable {
    /// Nil for the usual place.
    var dataFolder: String?
    /// How many cores runs may keep busy; nil for all.
    var cores: Int?
    var secretsFile: String?
    var queue = RunQueue()
    /// See `EngineEnvironment`.
    var readableFolders: [URL]?
    /// May read elsewhere, too.
    var owners = OwnersRuns()
  }

  static func registry() -> StageRegistry { StageRegistry(BuiltInStages.all) }

  /// Owns the data folder that the command line names, as long as the host is there. What an earlier process left
  /// is tidied up first: its attempts are lost, and what was asked of it meanwhile is done.
  static func host(_ arguments: Arguments) async throws -> Host {
    try await host(
      HostSettings(
        dataFolder: arguments.value(DataOptions.dataFolder.name),
        cores: try DataOptions.cores(in: arguments),
        secretsFile: arguments.value(DataOptions.secretsFile.name)))
  }

  /// Where the runs of a command are worked on: here, or in the host that has the data folder.
  ///
  /// Throws when another process has it that is no host, or one of another version.
  static func workplace(_ arguments: Arguments) async throws -> Workplace {
    do {
      return .here(try await host(arguments))
    } catch let error as DataFolderError {
      let archive = try await archive(dataFolder: arguments.value(DataOptions.dataFolder.name))
      guard archive.isOwned, let host = try await LocalHost.find(archive) else { throw error }
      for option in [DataOptions.cores, DataOptions.secretsFile] where arguments.has(option.name) {
        throw UsageError(
          "`--\(option.name)` is for the host that works in `\(archive.folder.path)` to be given; "
            + "leave it out, or use another folder with --data-dir")
      }
      return .host(host)
    }
  }

  static func host(_ settings: HostSettings) async throws -> Host {
    let folder = try DataFolder(dataFolder(settings.dataFolder))
    let artifacts = try FileArtifactStore(folder: folder.artifacts)
    let journal = try SQLJournal(path: folder.database.path, artifacts: artifacts)
    var environment = EngineEnvironment(
      journal: journal, artifacts: artifacts, renderer: TimelineFileRenderer(),
      scratch: folder.scratch,
      resources: ResourcePool(ofThisMachineWith: settings.cores, scratch: folder.scratch),
      queue: settings.queue)
    environment.readableFolders = settings.readableFolders
    environment.mayReadAnywhere = { [owners = settings.owners] in owners.contains($0) }
    let secrets = try HostSecrets(file: settings.secretsFile)
    environment.secrets = secrets
    let hooks = HookPost(journal: journal) {
      HookSender(
        journal: journal,
        transport: try HTTPWebhookTransport(environment: ProcessInfo.processInfo.environment),
        secrets: secrets)
    }
    let engine = PipelineEngine(environment)
    let recovered = try await engine.recover()
    let watch = ControlWatch(desk: ControlDesk(dataFolder: folder.url)) { run, mode in
      try await engine.cancel(run, mode)
    }
    await watch.answerAll()
    return Host(
      engine, recovered: recovered, watch: watch,
      collector: Collector(journal: journal, artifacts: artifacts),
      hooks: hooks, folder: folder)
  }

  /// An engine that can plan, over a data folder that another process may own. It can run nothing.
  static func planner(over archive: Archive) -> PipelineEngine {
    PipelineEngine(
      EngineEnvironment(
        journal: archive.journal, artifacts: archive.artifacts, renderer: TimelineFileRenderer(),
        scratch: archive.folder.appendingPathComponent("scratch"), resources: ResourcePool(cores: 1)
      ))
  }

  /// Looks at a data folder without owning it, also while another process works in it.
  ///
  /// - Parameter path: nil for the usual place.
  static func archive(dataFolder path: String?) async throws -> Archive {
    let folder = dataFolder(path)
    let artifacts = FileArtifactStore(reading: DataFolder.artifacts(in: folder))
    return Archive(
      journal: try await journal(in: folder, artifacts), artifacts: artifacts, folder: folder
    ) { DataFolder.isOwned(folder) }
  }

  private static func journal(
    in folder: URL, _ artifacts: FileArtifactStore
  ) async throws -> any RunJournal {
    let path = DataFolder.database(in: folder).path
    guard FileManager.default.fileExists(atPath: path) else { return MemoryRunJournal() }
    do {
      return try SQLJournal(reading: path, artifacts: artifacts)
    } catch {
      // A journal in an older form, or one that was never closed, is brought up to date by whoever owns the folder.
      if DataFolder.isOwned(folder) { throw error }
      let owned = try DataFolder(folder)
      _ = try SQLJournal(path: path, artifacts: artifacts)
      withExtendedLifetime(owned) {}
      return try SQLJournal(reading: path, artifacts: artifacts)
    }
  }

  /// - Parameter path: nil for `$VIDEOCRAFT_DATA_DIR`, else the place that the XDG base directory specification gives.
  static func dataFolder(_ path: String?) -> URL {
    let environment = ProcessInfo.processInfo.environment
    if let path { return URL(fileURLWithPath: path) }
    if let folder = environment["VIDEOCRAFT_DATA_DIR"], !folder.isEmpty {
      return URL(fileURLWithPath: folder)
    }
    let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return URL(fileURLWithPath: (data ?? "\(NSHomeDirectory())/.local/share") + "/videocraft")
  }
}
