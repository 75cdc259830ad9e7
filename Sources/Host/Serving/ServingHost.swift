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
  let tus: TusContract
  let application: Application
  /// For the commands of whoever owns the data folder.
  let ownersApplication: Application
  let log: ServerLog
  private let retention: Retention
  /// Nil for plain HTTP.
  private let certificate: CertificateWatch?
  private let tls: TLSContext?
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
    settings.speechProviders = configuration.speechProviders
    settings.readableFolders = [configuration.pipelineFolder] + configuration.inputFolders
    settings.sources = configuration.sources
    let owners = OwnersRuns()
    settings.owners = owners
    settings.pluginFolders = pluginFolders
    let host = try await Wiring.host(settings)
    let tls = try configuration.operation.tls.map { try CertificateWatch.begin($0, log: log) }
    let keyFile = KeyFile(dataFolder: host.dataFolder)
    let needsKey = configuration.requiresKey && configuration.apiKey == nil
    let firstKey = needsKey ? try keyFile.makeFirstKey(now: .now) : nil
    let keys =
      configuration.requiresKey
      ? try KeyRing(file: keyFile, configuredKey: configuration.apiKey) : nil
    let tokens = CSRFTokens(
      secret: try configuration.csrfSecret ?? CSRFSecret.kept(in: host.dataFolder),
      lifetime: Int(configuration.csrfLifetime / .seconds(1)))
    return ServingHost(configuration, host, owners, keys, firstKey, tokens, log, tls)
  }

  private init(
    _ configuration: Configuration, _ host: Wiring.Host, _ owners: OwnersRuns, _ keys: KeyRing?,
    _ firstKey: URL?, _ tokens: CSRFTokens, _ log: ServerLog,
    _ tls: (watch: CertificateWatch, context: TLSContext)?
  ) {
    self.configuration = configuration
    self.host = host
    self.log = log
    self.firstKey = firstKey
    certificate = tls?.watch
    self.tls = tls?.context
    let operation = configuration.operation
    let metrics = HostMetrics()
    let pool = FilePool()
    let exporter = operation.traces.map { SpanExporter.overHTTP($0, log: log) }
    let tracer = Tracer(
      dataFolder: host.dataFolder, journal: host.journal, exporter: exporter,
      share: operation.traceShare, log: log, pool: pool)
    let room = DiskRoom(
      engine: host.engine, reserve: operation.diskReserve, folder: host.dataFolder)
    service = RunService(
      engine: host.engine, registry: host.registry,
      limit: configuration.queueSize + configuration.activeRuns, log: log, owners: owners,
      room: room, tracer: tracer, onBegin: { metrics.begins($0, $1) },
      onRefuse: { metrics.refused($0.reason) }
    ) { metrics.happened($0) }
    let pipelines = PipelineFolder(
      folder: configuration.pipelineFolder, registry: host.registry, log: log)
    let uploads = UploadShelf(
      dataFolder: host.dataFolder, scratch: host.scratch, artifacts: host.artifacts, pool: pool)
    retention = Retention(
      days: configuration.retentionDays, sizeLimit: operation.artifactLimit, uploads: uploads,
      log: log, metrics: metrics
    ) { try await host.collect($0, dryRun: false) }
    var api = NativeAPI(
      service: service, artifacts: host.artifacts, registry: host.registry, pipelines: pipelines,
      maker: RequestMaker(
        pipelines: pipelines, registry: host.registry,
        files: ClientFiles(
          uploads: uploads, folders: configuration.inputFolders, sources: host.sources),
        clientFolder: Self.clientFolder(host)),
      uploads: uploads, ledger: IdempotencyLedger(dataFolder: host.dataFolder),
      health: HostHealth(
        journal: host.journal, dataFolder: host.dataFolder, pool: pool,
        probes: [.encoder, .transcriber]),
      metrics: metrics, log: log, pool: pool, uploadLimit: configuration.uploadLimit)
    api.tracer = tracer
    api.transport = TransportMiddleware(
      proxies: operation.proxies, strictTransportSeconds: operation.strictTransportSeconds)
    api.gauges = { [watch = tls?.watch] in
      HostGauges.families(room: room, exporter: exporter, certificate: watch)
    }
    self.api = api
    tus = TusContract(api, shelf: TusShelf(dataFolder: host.dataFolder, pool: pool))
    let contracts: [any Contract] = [
      VideocraftContract.films(
        api: api, tokens: tokens, subtitles: configuration.subtitles
      ) { [retention] in await retention.freeDiscarded() },
      StreamingContract(api), tus,
    ]
    application = api.application(
      beside: contracts, keys: keys,
      limiter: configuration.rateLimit > 0
        ? RateLimiter(
          requestsPerMinute: configuration.rateLimit, burst: configuration.rateBurst) : nil,
      allowedOrigins: configuration.allowedOrigins,
      allowsCredentials: configuration.allowsCredentials,
      csrf: configuration.csrfRule.map { CSRFMiddleware(tokens: tokens, rule: $0, log: log) })
    ownersApplication = api.application(
      beside: [
        LocalControl(service: service, registry: host.registry) {
          try await host.collect($0, dryRun: $1)
        }
      ], keys: nil, limiter: nil, allowedOrigins: [])
  }

  /// What marks a run as one that came over HTTP: its inputs are relative to here, where nothing is.
  private static func clientFolder(_ host: Wiring.Host) -> URL {
    host.dataFolder.appendingPathComponent("clients", isDirectory: true)
  }

  /// Takes connections from now on; `serve` answers them.
  func listen() throws -> Server {
    var settings = ServerSettings(.tcp(host: configuration.host, port: configuration.port))
    if let socket { settings.endpoints.append(.ownUnix(path: socket)) }
    settings.tls = tls
    settings.refusal = NativeAPI.refusal
    settings.timeouts.head = configuration.readTimeout
    settings.timeouts.handler = configuration.writeTimeout
    settings.timeouts.keepAlive = configuration.idleTimeout
    settings.limits.headByteCount = configuration.headByteCount
    settings.accessLog = { [metrics = api.metrics] in metrics.ended($0) }
    return try Server(settings) { [application, ownersApplication] request in
      // Nobody but the owner comes over the socket, and everybody else over the network.
      request.peer == .local
        ? await ownersApplication.respond(to: request) : await application.respond(to: request)
    }
  }

  /// Where commands find the host; nil when the data folder's path is too long for a socket's.
  private var socket: String? {
    let path = LocalMessages.socket(in: host.dataFolder).path
    guard path.utf8.count > 107 else { return path }
    log.write(
      .warn, "commands cannot talk to this host: the path of its socket would be too long",
      ["path": .string(path)])
    return nil
  }

  func greeting(_ server: Server) -> String {
    let host =
      IPAddress(configuration.host)?.isV4 == false ? "[\(configuration.host)]" : configuration.host
    var text =
      "VideoCraft \(Videocraft.version) listens on \(tls == nil ? "http" : "https")://\(host):\(server.port ?? 0)"
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
  func serve(with server: Server, _ signals: Signals) async {
    await continueRuns()
    await withDiscardingTaskGroup { helpers in
      helpers.addTask { await host.hooks.sendAll() }
      helpers.addTask { await answerOtherProcesses() }
      helpers.addTask { await tidy() }
      helpers.addTask { await watchCertificate(server) }
      helpers.addTask { await watchPlugins() }
      helpers.addTask {
        for await _ in signals.reload { reload(server) }
      }
      if let exporter = api.tracer?.exporter { helpers.addTask { await exporter.run() } }
      await withDiscardingTaskGroup { group in
        group.addTask { await server.run() }
        group.addTask { await service.run() }
        group.addTask {
          for await _ in signals.stop { break }
          await stop(server)
        }
      }
      // These go on until they are cancelled.
      helpers.cancelAll()
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
      await tus.tidy()
      await retention.sweep()
      try? await Task.sleep(for: Self.tidyPause)
    }
  }

  // MARK: The certificate

  private func watchCertificate(_ server: Server) async {
    guard let certificate else { return }
    while !Task.isCancelled {
      certificate.look { server.replaceCertificate($0) }
      try? await Task.sleep(for: CertificateWatch.pause)
    }
  }

  /// Keys and pipelines are looked at on every request anyway.
  private func reload(_ server: Server) {
    log.write(.info, "told to look at the files again")
    certificate?.look(isAsked: true) { server.replaceCertificate($0) }
  }
}
