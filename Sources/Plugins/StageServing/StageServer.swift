import Foundation
import Pipeline
import StageProtocol
import Threads

/// Answers the host until it lets go.
final class StageServer: Sendable {
  private let stages: [String: StageSpec]
  private let introduction: Introduction
  private let pipes: HostPipes
  private let requests: HostRequests
  private let running = Locked<[MessageID: Task<Void, Never>]>([:])

  /// How long calls may go on after the host has let go.
  private static let farewell = Duration.milliseconds(1500)

  init(stages: [StageSpec], introduction: Introduction, pipes: HostPipes) {
    self.stages = Dictionary(stages.map { ($0.info.name, $0) }) { first, _ in first }
    self.introduction = introduction
    self.pipes = pipes
    requests = HostRequests(pipes: pipes)
  }

  func serve() async {
    for await line in pipes.lines() {
      do {
        try take(line)
      } catch {
        fail(nil, AnsweredError(AnsweredError.Code.wrongRequest, "\(error)"))
      }
    }
    requests.end()
    let rest = running.withLock { Array($0.values) }
    for task in rest { task.cancel() }
    await withTaskGroup { group in
      group.addTask { for task in rest { await task.value } }
      group.addTask { try? await Task.sleep(for: Self.farewell) }
      await group.next()
      // Stages that do not stop are left behind: the process ends anyway.
      group.cancelAll()
      if !rest.isEmpty { self.leaveIfStuck() }
    }
  }

  /// Waiting for a task that does not end would keep the process.
  private func leaveIfStuck() {
    guard running.withLock({ !$0.isEmpty }) else { return }
    fflush(nil)
    exit(0)
  }

  private func take(_ line: [UInt8]) throws {
    guard let header = try WireCoder.header(of: line) else {
      if line.isEmpty { return }
      throw ProtocolError("a line is a JSON object")
    }
    guard let name = header.method else {
      if let id = header.id { requests.answered(id, line, header.error) }
      return
    }
    guard let method = Wire.Method(rawValue: name) else {
      if let id = header.id {
        fail(id, AnsweredError(AnsweredError.Code.unknownMethod, "there is no method `\(name)`"))
      }
      return
    }
    do {
      try perform(method, header.id, line)
    } catch let error as ProtocolError {
      fail(header.id, AnsweredError(AnsweredError.Code.wrongParameters, error.message))
    }
  }

  private func perform(_ method: Wire.Method, _ id: MessageID?, _ line: [UInt8]) throws {
    switch method {
    case .cancel:
      let params = try params(CancelParams.self, of: line)
      running.withLock { $0[params.id] }?.cancel()
    case .initialize:
      let greeting = try params(Greeting.self, of: line)
      guard greeting.protocols.contains(Wire.version) else {
        fail(
          id,
          AnsweredError(
            AnsweredError.Code.wrongParameters,
            "this plugin speaks stage protocol \(Wire.version) only"))
        return
      }
      answer(id, introduction)
    case .ping, .shutdown: answer(id, Nothing())
    case .validate:
      let params = try params(ValidateParams.self, of: line)
      guard let spec = try stage(params.type) else { return }
      let found = spec.validate(Self.converted(params.options, spec.options))
      answer(id, ValidateResult(found.map { .init(field: $0.field, message: $0.message) }))
    case .run:
      guard let id else { throw ProtocolError("`stage/run` is a request and needs an `id`") }
      let params = try params(RunParams.self, of: line)
      guard let spec = try stage(params.type) else { return }
      start(id, spec, params)
    default:
      fail(id, AnsweredError(AnsweredError.Code.unknownMethod, "`\(method.rawValue)` is for hosts"))
    }
  }

  private func params<Params: Codable & Sendable>(
    _ type: Params.Type, of line: [UInt8]
  ) throws(ProtocolError) -> Params {
    try WireCoder.decode(RequestMessage<Params>.self, from: line).params
  }

  private func stage(_ name: String) throws(ProtocolError) -> StageSpec? {
    guard let spec = stages[name] else {
      throw ProtocolError("this plugin has no stage `\(name)`")
    }
    return spec
  }

  private func answer(_ id: MessageID?, _ result: some Codable & Sendable) {
    guard let id else { return }
    do {
      try pipes.send(AnswerMessage(id, result))
    } catch {
      fail(id, AnsweredError(AnsweredError.Code.failed, "the answer cannot be sent: \(error)"))
    }
  }

  private func fail(_ id: MessageID?, _ error: AnsweredError) {
    try? pipes.send(ErrorMessage(id, error))
  }
}

// MARK: - Calls

extension StageServer {
  private func start(_ id: MessageID, _ spec: StageSpec, _ params: RunParams) {
    running.withLock { running in
      running[id] = Task {
        do {
          let outputs = try await self.run(id, spec, params)
          self.answer(id, CallResult(outputs: outputs))
        } catch {
          var failure = StageError(wrapping: error)
          if Task.isCancelled, error is CancellationError {
            failure = StageError(.cancelled, "cancelled")
          }
          self.fail(id, AnsweredError(failure))
        }
        self.running.withLock { $0[id] = nil }
      }
    }
  }

  private func run(
    _ id: MessageID, _ spec: StageSpec, _ params: RunParams
  ) async throws -> [String: PassedValue] {
    let scratch = URL(fileURLWithPath: params.scratch, isDirectory: true)
    let services = RemoteServices(
      run: id, scratch: scratch, secrets: params.secrets, provenance: params.provenance,
      pipes: pipes, requests: requests)
    let context = StageContext(
      run: params.run, stage: params.stage, item: params.item, attempt: params.attempt,
      cores: params.cores, scratch: scratch, preview: params.preview, services: services)
    let outputs = try await spec.run(
      Self.converted(try Self.values(params.options), spec.options),
      Self.converted(try Self.values(params.inputs), spec.inputs), context)
    return try outputs.mapValues { try PassedValue($0, spillingInto: scratch) }
  }

  private static func values(_ passed: [String: PassedValue]) throws -> [String: Value] {
    try passed.mapValues { value in
      switch value {
      case .value(let value): value
      case .spilled(let path): try PassedValue.spilled(at: path)
      case .made, .list, .map: throw ProtocolError("the host makes no files for a call")
      }
    }
  }

  /// JSON has one kind of number: the declared types tell integers from the others.
  private static func converted(
    _ values: [String: Value], _ fields: [FieldDescription]
  ) -> [String: Value] {
    var converted = values
    for field in fields {
      guard let value = values[field.name] else { continue }
      converted[field.name] = (try? field.type.convert(value)) ?? value
    }
    return converted
  }
}
