import ChildProcess
import Confinement
import Foundation
import Pipeline
import StageProtocol
import Threads

/// What the process does, on the thread that watches it.
extension PluginProcess {
  func happened(_ event: ConfinedProcess.Event) {
    switch event {
    case .line(let bytes): heard(bytes)
    case .tooLong(let count):
      condemn(
        StageError(
          .internal,
          "\(program.title) sent a line of \(count) bytes; at most \(Wire.lineLimit) are allowed, and "
            + "large values go into files (`$spill`)"))
    case .unfinished(let count):
      guard count > Self.floodLimit else { return }
      condemn(
        StageError(
          .internal,
          "\(program.title) flooded its standard output: \(Amount.text(Self.floodLimit)) without a line break; "
            + "logs belong to standard error"))
    case .errorLine(let text): soleCall?.logged(text)
    case .silent: closed("output")
    case .deaf: closed("input")
    case .tick: look()
    case .ended(let exit): ended(exit)
    }
  }

  /// A process that ends closes its pipes first: only one that goes on without them is at fault.
  private func closed(_ pipe: String) {
    state.withLock { state in
      state.closed = state.closed ?? (pipe, .now + Self.endLimit)
      // Nobody is let in any more.
      state.isRetired = true
    }
    child.withLock { $0 }?.tick(every: 50)
  }

  /// The only call under way; nil when there are several.
  private var soleCall: PluginCall? {
    state.withLock { state in
      state.pending.count == 1 ? state.pending.values.first?.call : nil
    }
  }

  private func call(_ id: MessageID) -> PluginCall? { state.withLock { $0.pending[id]?.call } }

  // MARK: Lines

  private func heard(_ line: [UInt8]) {
    guard isCounted() else { return }
    do throws(ProtocolError) {
      guard let header = try WireCoder.header(of: line) else {
        stray(line)
        return
      }
      if let name = header.method {
        try heard(name, header.id, line)
      } else if let id = header.id {
        settle(id, header.error.map { .failure($0.stageError) } ?? .success(line))
      }
    } catch {
      misunderstood(error, line)
    }
  }

  /// False when too many come.
  private func isCounted() -> Bool {
    let isFlood = state.withLock { state in
      let now = ContinuousClock.now
      if now - state.secondBegan >= .seconds(1) {
        state.secondBegan = now
        state.messageCount = 0
      }
      state.messageCount += 1
      return state.messageCount == Self.messagesPerSecond
    }
    if isFlood {
      condemn(
        StageError(
          .internal,
          "\(program.title) flooded its standard output: \(Self.messagesPerSecond) lines within a second"
        ))
    }
    return state.withLock { $0.messageCount < Self.messagesPerSecond }
  }

  private func heard(
    _ name: String, _ id: MessageID?, _ line: [UInt8]
  ) throws(ProtocolError) {
    guard let method = Wire.Method(rawValue: name) else {
      if let id {
        answer(
          id,
          failing: AnsweredError(
            AnsweredError.Code.unknownMethod, "there is no method `\(name.prefix(80))`"))
      } else {
        soleCall?.logged("an unknown message `\(name.prefix(80))` was ignored")
      }
      return
    }
    do throws(ProtocolError) {
      try perform(method, id, line)
    } catch {
      guard let id else { throw error }
      answer(
        id, failing: AnsweredError(AnsweredError.Code.wrongParameters, "`\(name)`: \(error)"))
    }
  }

  private func perform(
    _ method: Wire.Method, _ id: MessageID?, _ line: [UInt8]
  ) throws(ProtocolError) {
    switch method {
    case .progress:
      let params = try params(ProgressParams.self, line)
      call(params.run)?.progressed(params)
    case .log:
      let params = try params(LogParams.self, line)
      call(params.run)?.logged(params.message)
    case .diagnostic:
      let params = try params(DiagnosticParams.self, line)
      call(params.run)?.warned(params.message, field: params.field)
    case .segment:
      let params = try params(SegmentParams.self, line)
      call(params.run)?.announced(params.segment)
    case .ping: if let id { answer(id, Nothing()) }
    default: try take(method, id, line)
    }
  }

  /// Requests that take their time.
  private func take(
    _ method: Wire.Method, _ id: MessageID?, _ line: [UInt8]
  ) throws(ProtocolError) {
    guard let id else { throw ProtocolError("`\(method.rawValue)` is a request and needs an `id`") }
    let request: PluginCall.Request
    let run: MessageID
    switch method {
    case .store: (request, run) = try wrapped(line, \StoreParams.run) { .store($0) }
    case .open: (request, run) = try wrapped(line, \OpenParams.run) { .open($0) }
    case .render: (request, run) = try wrapped(line, \RenderParams.run) { .render($0) }
    case .part: (request, run) = try wrapped(line, \PartParams.run) { .part($0) }
    case .partMade: (request, run) = try wrapped(line, \PartMadeParams.run) { .partMade($0) }
    case .checkpoint: (request, run) = try wrapped(line, \CheckpointParams.run) { .checkpoint($0) }
    default:
      answer(
        id,
        failing: AnsweredError(
          AnsweredError.Code.unknownMethod, "`\(method.rawValue)` is for plugins"))
      return
    }
    guard let call = call(run) else {
      throw ProtocolError("`params.run`: there is no call \(run) under way")
    }
    if !call.take(request, id: id) {
      throw ProtocolError("more than \(Wire.requestLimit) requests of a call are under way")
    }
  }

  private func wrapped<Params: Codable & Sendable>(
    _ line: [UInt8], _ run: KeyPath<Params, MessageID>, _ wrap: (Params) -> PluginCall.Request
  ) throws(ProtocolError) -> (PluginCall.Request, MessageID) {
    let params = try params(Params.self, line)
    return (wrap(params), params[keyPath: run])
  }

  private func params<Params: Codable & Sendable>(
    _ type: Params.Type, _ line: [UInt8]
  ) throws(ProtocolError) -> Params {
    try WireCoder.decode(RequestMessage<Params>.self, from: line).params
  }

  /// A line that is no message: ignored, up to a point.
  private func stray(_ line: [UInt8]) {
    let text = String(decoding: line.prefix(200), as: UTF8.self)
    if text.allSatisfy(\.isWhitespace) { return }
    soleCall?.logged("on standard output, where only messages belong: \(text)")
    let count = state.withLock { state in
      state.stray = state.stray ?? text
      state.strayCount += 1
      return state.strayCount
    }
    guard count == Self.strayLimit else { return }
    condemn(
      StageError(
        .internal,
        "\(program.title) wrote \(count) lines that are no messages to its standard output, such as "
          + "`\(text)`; logs belong to standard error"))
  }

  /// A message that cannot be taken. Which request it was about is not known: those under way fail.
  private func misunderstood(_ error: ProtocolError, _ line: [UInt8]) {
    let text = String(decoding: line.prefix(120), as: UTF8.self)
    condemn(
      StageError(
        .internal,
        "\(program.title) sent a message that is not of stage protocol \(Wire.version): \(error): `\(text)`"
      ))
  }
}

// MARK: - Limits

extension PluginProcess {
  /// Ends the process because of what it did.
  ///
  /// - Parameters:
  ///   - guilty: the requests that fail with `error`; nil for all. The others are lost.
  func condemn(_ error: StageError, guilty: Set<MessageID>? = nil) {
    let isNew = state.withLock { state in
      guard state.verdict == nil, !state.isOver else { return false }
      state.verdict = (error, guilty)
      state.killAt = .now + program.limits.killGrace
      return true
    }
    guard isNew, let child = child.withLock({ $0 }) else { return }
    child.signal(SIGTERM)
    child.tick(every: 50)
  }

  /// Whether a limit was broken, and what to do then.
  private func look() {
    let now = ContinuousClock.now
    var broken: (StageError, MessageID)?
    var signal: Int32?
    var mayRest = false
    var closed: String?
    state.withLock { state in
      if let at = state.killAt, now >= at {
        signal = SIGKILL
      } else if let at = state.terminateAt, now >= at {
        signal = SIGTERM
        state.terminateAt = nil
      }
      mayRest = state.pending.isEmpty && state.killAt == nil && state.closed == nil
      if let pipe = state.closed, now >= pipe.limit { closed = pipe.pipe }
      for (id, pending) in state.pending where state.verdict == nil && broken == nil {
        broken = breach(of: pending, at: now).map { ($0, id) }
      }
    }
    if let signal { child.withLock { $0 }?.signal(signal) }
    if let closed {
      condemn(StageError(.lost, "\(program.title) closed its standard \(closed)"))
    }
    if let (error, id) = broken { condemn(error, guilty: [id]) }
    if mayRest { rest(now) }
  }

  private func breach(of pending: Pending, at now: ContinuousClock.Instant) -> StageError? {
    if let limit = pending.limit, now >= limit.at { return limit.error }
    if let limit = pending.cancelLimit, now >= limit {
      return StageError(
        .cancelled,
        "cancelled; \(program.title) did not stop within \(program.limits.cancelGrace.written) and was ended"
      )
    }
    return pending.call?.breach(at: now)
  }

  /// Nothing is under way.
  private func rest(_ now: ContinuousClock.Instant) {
    child.withLock { $0 }?.tick(every: 1000)
    let isUnused = state.withLock { state in
      guard state.reserved == 0, !state.isRetired, now - state.idleSince > program.limits.idle
      else { return false }
      state.isRetired = true
      return true
    }
    if isUnused { shutdown() }
  }

  private func ended(_ exit: ProcessExit) {
    let tail = child.withLock { $0 }?.errorTail ?? ""
    child.withLock { $0 = nil }
    try? FileManager.default.removeItem(at: work.deletingLastPathComponent())
    let (pending, verdict, enders, stray) = state.withLock { state in
      state.isOver = true
      defer {
        state.pending = [:]
        state.enders = []
      }
      return (state.pending, state.verdict, state.enders, state.stray)
    }
    for (id, request) in pending {
      var error = verdict?.error ?? end(exit, tail, stray)
      if let guilty = verdict?.guilty, !guilty.contains(id) {
        error = StageError(
          .lost, "\(program.title) was ended because of another call: \(error.message)")
      }
      if let stray, error.errorClass == .timeout, request.call == nil {
        error.message += "; it wrote `\(stray)` to its standard output instead"
      }
      if error.cause == nil, !tail.isEmpty { error.cause = tail }
      request.finish(.failure(error))
    }
    for ender in enders { ender.resume() }
    for link in state.withLock({ $0.endLinks }) { link.send(()) }
  }

  /// What an end that nobody wanted looks like to an author.
  private func end(_ exit: ProcessExit, _ tail: String, _ stray: String?) -> StageError {
    let hint = stray.map { "; it had written `\($0)` to its standard output" } ?? ""
    switch exit {
    case .signal(Int(SIGXFSZ)):
      return StageError(
        .configuration,
        "\(program.title) wrote a file of more than \(Amount.text(program.limits.file)) and was ended; "
          + "`limits.file` in its `plugin.json` is how much it may write")
    case .signal(let number):
      return StageError(
        .lost, "\(program.title) crashed: signal \(number) (\(Self.name(of: number)))\(hint)")
    case .code(let code):
      let memory = Self.ranOutOfMemory(tail)
      if memory {
        return StageError(
          .lost,
          "\(program.title) ended with code \(code) before it had answered: it ran out of memory; it may "
            + "use \(Amount.text(program.limits.memory)) (`limits.memory` in its `plugin.json`)")
      }
      return StageError(
        .lost, "\(program.title) ended with code \(code) before it had answered\(hint)")
    }
  }

  private static func ranOutOfMemory(_ tail: String) -> Bool {
    let words = ["MemoryError", "out of memory", "bad_alloc", "Cannot allocate memory"]
    return words.contains { tail.localizedCaseInsensitiveContains($0) }
  }

  private static func name(of signal: Int) -> String {
    let names = [
      4: "illegal instruction, as from a trap in Swift", 5: "trap", 6: "abort", 7: "bus error",
      8: "arithmetic", 9: "killed; the machine may be out of memory", 11: "segmentation fault",
      13: "broken pipe", 15: "terminated", 24: "too much processor time",
    ]
    return names[signal] ?? "see signal(7)"
  }
}
