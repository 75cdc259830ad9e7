import ChildProcess
import Confinement
import Foundation
import Pipeline
import StageProtocol
import Threads

/// One process of a plugin: greeted, asked, watched, and ended when it misbehaves.
///
/// Whatever it does, every request that was sent is answered once: by it, by a limit, or by its end.
final class PluginProcess: Sendable {
  typealias Completion = @Sendable (Result<[UInt8], StageError>) -> Void

  struct Pending: Sendable {
    var finish: Completion
    /// Nil for what is no call of a stage.
    var call: PluginCall?
    /// What happens at which moment when there is no answer.
    var limit: (at: ContinuousClock.Instant, error: StageError)?
    /// When it should have stopped after it was cancelled.
    var cancelLimit: ContinuousClock.Instant?
  }

  struct State: Sendable {
    var nextID = 1
    var pending: [MessageID: Pending] = [:]
    /// Why it is being ended, and which requests are to blame; nil for all.
    var verdict: (error: StageError, guilty: Set<MessageID>?)?
    var terminateAt: ContinuousClock.Instant?
    var killAt: ContinuousClock.Instant?
    var isOver = false
    /// Lets nobody in any more.
    var isRetired = false
    var reserved = 0
    var concurrency = 1
    var idleSince = ContinuousClock.now
    var strayCount = 0
    var stray: String?
    /// The pipe that it closed, and until when it may end.
    var closed: (pipe: String, limit: ContinuousClock.Instant)?
    var messageCount = 0
    var secondBegan = ContinuousClock.now
    var enders: [CheckedContinuation<Void, Never>] = []
    var endLinks: [BoundedLink<Void>] = []
  }

  let program: PluginProgram
  /// The folder that it may write to.
  let work: URL
  let child = Locked<ConfinedProcess?>(nil)
  let state = Locked(State())
  let callCount = Locked(0)

  static let endLimit = Duration.milliseconds(500)
  static let strayLimit = 1000
  static let floodLimit = 64 << 20
  static let messagesPerSecond = 10_000

  private init(_ program: PluginProgram, work: URL) {
    self.program = program
    self.work = work
  }

  /// Starts a process and greets it: waits for its answer. Throws `StageError`.
  ///
  /// - Parameter folder: where its folder is made.
  static func launch(
    _ program: PluginProgram, in folder: URL, granted: PluginPermissions, readable: [URL]
  ) throws(StageError) -> (process: PluginProcess, introduction: Introduction) {
    let name = "plugin-\(program.id)-\(UUID().uuidString.prefix(8))"
    let place = folder.appendingPathComponent(name, isDirectory: true)
    let work = place.appendingPathComponent("work", isDirectory: true)
    do {
      try FileManager.default.createDirectory(
        at: work, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StageError(
        .configuration, "the folder of \(program.title) cannot be made; is the disk full?",
        cause: error.localizedDescription)
    }
    let process = PluginProcess(program, work: work)
    let protection = Protection(
      of: program, granted: granted, work: work, readable: readable)
    do throws(ProcessError) {
      let child = try ConfinedProcess(process.command, protection.confinement) {
        process.happened($0)
      }
      process.child.withLock { $0 = child }
    } catch {
      try? FileManager.default.removeItem(at: place)
      throw StageError(.configuration, "\(program.title) \(error.message)")
    }
    return (process, try process.greet())
  }

  private var command: Command {
    var environment = Command.inheritedEnvironment().filter {
      ["LANG", "LC_ALL", "LC_CTYPE", "TZ"].contains($0.key)
    }
    environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"
    environment["HOME"] = work.path
    environment["TMPDIR"] = work.path
    // The report would need to trace the process, which is not allowed here.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    if program.isOwn {
      let own = Command.inheritedEnvironment(and: [
        "LD_LIBRARY_PATH", "VIDEOCRAFT_SPEECH", "VIDEOCRAFT_SPEECH_MODEL", "SSL_CERT_FILE",
        "https_proxy", "http_proxy", "no_proxy",
      ])
      environment.merge(own.filter { $0.key != "TMPDIR" }) { $1 }
    }
    environment.merge(program.environment) { $1 }
    return Command(
      program.executable, arguments: program.arguments, environment: environment,
      directory: (program.folder ?? work).path, lineLimit: Wire.lineLimit)
  }

  private func greet() throws(StageError) -> Introduction {
    let greeting = Greeting(
      host: .init(name: "videocraft", version: Provenance.productVersion),
      features: [.open, .store, .render, .part, .segment, .checkpoint])
    do throws(StageError) {
      let line = try ask(.initialize, greeting, within: program.limits.handshake)
      let introduction: Introduction
      do throws(ProtocolError) {
        introduction = try WireCoder.decode(AnswerMessage<Introduction>.self, from: line).result
      } catch {
        throw StageError(
          .configuration, "\(program.title) gave an answer to `initialize` that is wrong: \(error)")
      }
      try check(introduction)
      state.withLock { $0.concurrency = introduction.concurrency ?? 1 }
      return introduction
    } catch {
      shutdown(at: .now)
      waitForEnd()
      throw error
    }
  }

  private func check(_ introduction: Introduction) throws(StageError) {
    guard introduction.protocol == Wire.version else {
      throw StageError(
        .configuration,
        "\(program.title) speaks stage protocol \(introduction.protocol); this host speaks "
          + "\(Wire.version)")
    }
    let concurrency = introduction.concurrency ?? 1
    guard (1...Wire.concurrencyLimit).contains(concurrency) else {
      throw StageError(
        .configuration,
        "\(program.title) says that it takes \(concurrency) calls at once; 1 to "
          + "\(Wire.concurrencyLimit) are possible")
    }
    let plugin = introduction.plugin
    guard program.isOwn || plugin.id == program.id && plugin.version == program.version else {
      throw StageError(
        .configuration,
        "\(program.title) \(program.version) calls itself `\(plugin.id.prefix(60))` "
          + "\(plugin.version.prefix(40)) when it is asked; its `plugin.json` must say the same")
    }
  }
}

// MARK: - Asking

extension PluginProcess {
  /// Sends a request and blocks until it is answered.
  func ask(
    _ method: Wire.Method, _ params: some Codable & Sendable, within limit: Duration
  ) throws(StageError) -> [UInt8] {
    let answers = BoundedLink<Result<[UInt8], StageError>>(capacity: 1)
    begin(method, params, within: limit) { answers.send($0) }
    guard let answer = answers.receive() else { throw StageError(.internal, "no answer") }
    return try answer.get()
  }

  /// Sends a request; `finish` is called once.
  ///
  /// - Parameter limit: nil when the call itself has limits.
  /// - Returns: the request's id; nil when it was refused at once.
  @discardableResult
  func begin(
    _ method: Wire.Method, _ params: some Codable & Sendable, within limit: Duration? = nil,
    call: PluginCall? = nil, finish: @escaping Completion
  ) -> MessageID? {
    let id = state.withLock { state -> MessageID? in
      guard !state.isOver, state.verdict == nil else { return nil }
      let id = state.nextID
      state.nextID += 1
      let late = limit.map { limit in
        (at: ContinuousClock.now + limit, error: lateness(of: method, limit))
      }
      state.pending[id] = Pending(finish: finish, call: call, limit: late)
      call?.begin(id)
      return id
    }
    guard let id else {
      finish(.failure(StageError(.lost, "\(program.title) has ended")))
      return nil
    }
    do {
      let line = try WireCoder.encode(RequestMessage(method, id: id, params))
      guard line.count <= Wire.lineLimit else {
        throw StageError(
          .internal, "a request of \(line.count) bytes is more than the \(Wire.lineLimit) allowed")
      }
      if !send(line) { throw StageError(.lost, "\(program.title) has left too much unread") }
    } catch {
      settle(id, .failure(StageError(wrapping: error)))
    }
    child.withLock { $0 }?.tick(every: 50)
    return id
  }

  private func lateness(of method: Wire.Method, _ limit: Duration) -> StageError {
    StageError(
      .timeout, "\(program.title) did not answer `\(method.rawValue)` within \(limit.written)")
  }

  @discardableResult
  func send(_ line: [UInt8]) -> Bool { child.withLock { $0 }?.send(line) ?? false }

  func tell(_ method: Wire.Method, _ params: some Codable & Sendable) {
    if let line = try? WireCoder.encode(RequestMessage(method, params)) { send(line) }
  }

  func answer(_ id: MessageID, _ result: some Codable & Sendable) {
    if let line = try? WireCoder.encode(AnswerMessage(id, result)) { send(line) }
  }

  func answer(_ id: MessageID?, failing error: AnsweredError) {
    if let line = try? WireCoder.encode(ErrorMessage(id, error)) { send(line) }
  }

  func settle(_ id: MessageID, _ result: Result<[UInt8], StageError>) {
    let pending = state.withLock { state in
      let pending = state.pending.removeValue(forKey: id)
      if state.pending.isEmpty { state.idleSince = .now }
      return pending
    }
    pending?.finish(result)
  }

  /// Asks for a call to stop; it is made to when it does not.
  func cancel(_ id: MessageID) {
    let isThere = state.withLock { state in
      guard state.pending[id]?.cancelLimit == nil, state.pending[id] != nil else { return false }
      state.pending[id]?.cancelLimit = .now + program.limits.cancelGrace
      return true
    }
    if isThere { tell(.cancel, CancelParams(id: id)) }
  }
}

// MARK: - Places and the end

extension PluginProcess {
  /// Takes a place for a call. False when there is none.
  func reserve() -> Bool {
    state.withLock { state in
      guard !state.isOver, !state.isRetired, state.verdict == nil,
        state.reserved < state.concurrency
      else { return false }
      state.reserved += 1
      return true
    }
  }

  func release() {
    state.withLock { state in
      state.reserved -= 1
      state.idleSince = .now
    }
  }

  /// No call will ever be let in again.
  var isSpent: Bool {
    state.withLock { $0.isOver || $0.isRetired || $0.verdict != nil }
  }

  /// Lets it go: asks it to, then closes its input, then ends it.
  ///
  /// - Parameter deadline: when it is told to with SIGTERM.
  func shutdown(at deadline: ContinuousClock.Instant = .now + .seconds(2)) {
    state.withLock { state in
      guard !state.isOver else { return }
      state.isRetired = true
      state.terminateAt = state.terminateAt ?? deadline
      state.killAt = state.killAt ?? deadline + program.limits.killGrace
    }
    guard let child = child.withLock({ $0 }) else { return }
    begin(.shutdown, Nothing(), within: .seconds(2)) { _ in }
    child.closeInput()
    child.tick(every: 50)
  }

  /// Waits until the process and its group are gone.
  func ended() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isOver { state.enders.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  /// The same for who may block: it takes a moment, and at most as long as the signals do.
  func waitForEnd() {
    let over = BoundedLink<Void>(capacity: 1)
    let isOver = state.withLock { state in
      if !state.isOver { state.endLinks.append(over) }
      return state.isOver
    }
    if !isOver { _ = over.receive() }
  }

  var isOver: Bool { state.withLock { $0.isOver } }
}
