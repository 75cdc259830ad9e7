import Foundation
import HTTPServer
import HTTPTypes
import Pipeline
import PluginHost
import Threads

/// Everything of a host that serves, put together from a configuration.
struct ServingHost: Sendable {
  let configuration: Configuration
  let host: Wiring.Host
  let service: RunService
  let api: NativeAPI
  let application: Application
  let log: ServerLog
  /// Where the key is that was made because there was none; nil when there was one.
  let firstKey: URL?

  /// How long answers that are under way may take when everything else is done.
  private static let answerGrace = Duration.seconds(5)
  private static let tidyPause = Duration.seconds(3600)

  /// Locks the data folder and reads what is in it. Throws when another process has it.
  static func make(
    _ configuration: Configuration, pluginFolders: [String] = [],
    sink: @escaping @Sendable (String) -> Void
  ) async throws -> ServingHost {
    let log = ServerLog(
      level: configuration.logLevel, isJSON: configuration.logsJSON, sink: sink)
    var settings = Wiring.HostSettings(
      dataFolder: configuration.dataFolder, cores: configuration.cores,
      secretsFile: configuration.secretsFile,
      // The service has the bound: what was accepted once is never refused by the queue.
      queue: RunQueue(active: configuration.activeRuns, waiting: .max / 2))
    settings.readableFolders = [configuration.pipelineFolder] + configuration.inputFolders
    settings.pluginFolders = pluginFolders
    let host = try await Wiring.host(settings)
    let keyFile = KeyFile(dataFolder: host.dataFolder)
    let needsKey = configuration.requiresKey && configuration.apiKey == nil
    let firstKey = needsKey ? try keyFile.makeFirstKey(now: .now) : nil
    let keys =
      configuration.requiresKey
      ? try KeyRing(file: keyFile, configuredKey: configuration.apiKey) : nil
    return ServingHost(configuration, host, keys, firstKey, log)
  }

  private init(
    _ configuration: Configuration, _ host: Wiring.Host, _ keys: KeyRing?, _ firstKey: URL?,
    _ log: ServerLog
  ) {
    self.configuration = configuration
    self.host = host
    self.log = log
    self.firstKey = firstKey
    let metrics = HostMetrics()
    let pool = FilePool()
    service = RunService(
      engine: host.engine, registry: host.registry,
      limit: configuration.queueSize + configuration.activeRuns, log: log
    ) { metrics.happened($0) }
    let pipelines = PipelineFolder(
      folder: configuration.pipelineFolder, registry: host.registry, log: log)
    let uploads = UploadShelf(
      dataFolder: host.dataFolder, scratch: host.scratch, artifacts: host.artifacts, pool: pool)
    api = NativeAPI(
      service: service, artifacts: host.artifacts, registry: host.registry, pipelines: pipelines,
      maker: RequestMaker(
        pipelines: pipelines, registry: host.registry,
        files: ClientFiles(uploads: uploads, folders: configuration.inputFolders),
        clientFolder: Self.clientFolder(host)),
      uploads: uploads, ledger: IdempotencyLedger(dataFolder: host.dataFolder),
      health: HostHealth(journal: host.journal, dataFolder: host.dataFolder, pool: pool),
      metrics: metrics, log: log, pool: pool, uploadLimit: configuration.uploadLimit)
    application = api.application(
      keys: keys,
      limiter: configuration.rateLimit > 0
        ? RateLimiter(
          requestsPerMinute: configuration.rateLimit, burst: configuration.rateBurst) : nil,
      allowedOrigins: configuration.allowedOrigins)
  }

  /// What marks a run as one that came over HTTP: its inputs are relative to here, where nothing is.
  private static func clientFolder(_ host: Wiring.Host) -> URL {
    host.dataFolder.appendingPathComponent("clients", isDirectory: true)
  }

  /// Takes connections from now on; `serve` answers them.
  func listen() throws -> Server {
    var settings = ServerSettings(.tcp(host: configuration.host, port: configuration.port))
    settings.refusal = NativeAPI.refusal
    settings.accessLog = { [metrics = api.metrics] in metrics.ended($0) }
    return try Server(settings, application: application)
  }

  func greeting(_ server: Server) -> String {
    let host =
      IPAddress(configuration.host)?.isV4 == false ? "[\(configuration.host)]" : configuration.host
    var text = "VideoCraft \(Videocraft.version) listens on http://\(host):\(server.port ?? 0)"
    text += "; its API is described at /api/v1/docs\n"
    let pipelines = configuration.pipelineFolder.path
    if !FileManager.default.fileExists(atPath: pipelines) {
      text += "There is no folder `\(pipelines)`; `--pipelines` or `pipelines.dir` names another.\n"
    }
    if let firstKey {
      text += "There was no key, so one was made. It is in `\(firstKey.path)`.\n"
    }
    if !configuration.requiresKey {
      text += "It asks for no key: every program on this machine may use it.\n"
    }
    return text
  }

  /// Serves until it is told to stop and everything was finished or released.
  func serve(with server: Server, untilTold asked: AsyncStream<Void>) async {
    await continueRuns()
    await withTaskGroup { group in
      group.addTask { await server.run() }
      group.addTask { await service.run() }
      group.addTask { await host.hooks.sendAll() }
      group.addTask { await answerOtherProcesses() }
      group.addTask { await tidy() }
      group.addTask { await watchPlugins() }
      group.addTask {
        for await _ in asked { break }
        await stop(server)
      }
      // The server and the service end by themselves, the stopping too; the rest goes on until it is cancelled.
      for _ in 0..<3 { await group.next() }
      group.cancelAll()
    }
  }

  private func stop(_ server: Server) async {
    log.write(.info, "draining", ["runs": .int(service.count)])
    await service.drain(grace: configuration.drainTimeout)
    server.drain(grace: Self.answerGrace)
  }

  /// Goes on with what an earlier host accepted. What was begun on the command line is its owner's business.
  private func continueRuns() async {
    let folder = Self.clientFolder(host).path
    do {
      let runs = try await host.unfinished().filter { $0.record.inputFolder == folder }
      if !runs.isEmpty { log.write(.info, "continuing runs", ["runs": .int(runs.count)]) }
      service.continue(runs.map(\.record.id))
    } catch {
      log.write(
        .error, "runs could not be continued", ["error": .string(String(describing: error))])
    }
  }

  private func answerOtherProcesses() async {
    while !Task.isCancelled {
      await host.watch.answerAll()
      try? await Task.sleep(for: ControlDesk.pause)
    }
  }

  /// Plugins that come, change or go while the host runs.
  private func watchPlugins() async {
    while !Task.isCancelled {
      let changes = await BlockingThread.run("plugins") { [host] in host.plugins.refresh() }
      for change in changes { log.write(.info, "plugins", ["change": .string(change)]) }
      try? await Task.sleep(for: .seconds(2))
    }
    host.plugins.close()
  }

  private func tidy() async {
    while !Task.isCancelled {
      api.ledger.sweep()
      if let days = configuration.retentionDays { await collect(days: days) }
      try? await Task.sleep(for: Self.tidyPause)
    }
  }

  private func collect(days: Int) async {
    do {
      let report = try await host.collect(
        CollectionPolicy(sizeBudget: nil, maximumAge: days * 86_400_000), dryRun: false)
      log.write(
        .info, "old runs removed",
        ["runs": .int(report.removedRuns.count), "bytes": .int(report.freedBytes)])
    } catch {
      log.write(
        .error, "old runs could not be removed", ["error": .string(String(describing: error))])
    }
  }
}
