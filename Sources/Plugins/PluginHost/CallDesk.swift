import Foundation
import Pipeline
import StageProtocol
import Threads

/// Does what a plugin asks for during a call, with the means of the call's context.
struct CallDesk: Sendable {
  let call: PluginCall
  let process: PluginProcess
  let reader: OutputReader
  private let parts = OpenParts()
  private let checkpoints: Checkpoints

  init(call: PluginCall, process: PluginProcess, reader: OutputReader) {
    self.call = call
    self.process = process
    self.reader = reader
    checkpoints = Checkpoints(call.context)
  }

  /// Until the call is over.
  func serve() async {
    await withDiscardingTaskGroup { group in
      for await asked in call.requests {
        group.addTask { await answer(asked) }
      }
      parts.abandon()
      group.cancelAll()
    }
  }

  private func answer(_ asked: PluginCall.Asked) async {
    do {
      try await perform(asked)
    } catch {
      let failure = StageError(wrapping: error)
      process.answer(asked.id, failing: AnsweredError(failure))
    }
    call.answered()
  }

  private func perform(_ asked: PluginCall.Asked) async throws {
    let context = call.context
    switch asked.request {
    case .store(let params):
      let file = try await call.files.store(params.path, as: params.name, context)
      process.answer(asked.id, FileResult(file))
    case .open(let params):
      let file = try call.files.file(params.file, in: "`stage/open`")
      process.answer(asked.id, OpenResult(path: try await context.open(file).path))
    case .render(let params):
      let film = try await reader.film(params.video)
      let file = try await context.materialise(.timeline(film))
      call.files.add([file])
      process.answer(asked.id, FileResult(file))
    case .part(let params): try await part(params, asked.id)
    case .partMade(let params):
      // Answered by the part that waits for it, once its files are kept.
      try parts.made(params, asked.id)
    case .checkpoint(let params):
      try await checkpoints.write(params.state, scratch: call.scratch)
      process.answer(asked.id, Nothing?.none)
    }
  }

  /// Looks a part up; when it is not known, the plugin makes it under a number while others wait for it here.
  private func part(_ params: PartParams, _ id: MessageID) async throws {
    let number = parts.next()
    let wasAsked = Locked(false)
    do {
      let files = try await call.context.part(params.key, named: String(params.name.prefix(200))) {
        wasAsked.withLock { $0 = true }
        let made = await parts.wait(number) { process.answer(id, PartResult(part: number)) }
        return try made.map { try call.files.file($0, in: "the part `\(params.name.prefix(80))`") }
      }
      call.files.add(files)
      let answer = PartResult(files: files)
      if wasAsked.withLock({ $0 }) {
        if let id = parts.answerable(number) { process.answer(id, answer) }
      } else {
        process.answer(id, answer)
      }
    } catch {
      guard wasAsked.withLock({ $0 }) else { throw error }
      if let id = parts.answerable(number) {
        process.answer(id, failing: AnsweredError(StageError(wrapping: error)))
      }
    }
  }
}

/// The parts of one call that the plugin is making.
final class OpenParts: Sendable {
  private struct State: Sendable {
    var count = 0
    var isOver = false
    var waiting: [Int: CheckedContinuation<Result<[FileReference], StageError>, Never>] = [:]
    var answers: [Int: MessageID] = [:]
  }

  private let state = Locked(State())

  func next() -> Int {
    state.withLock { state in
      state.count += 1
      return state.count
    }
  }

  /// - Parameter announce: tells the plugin to make it.
  func wait(_ number: Int, _ announce: @Sendable () -> Void) async -> MadePart {
    MadePart(
      result: await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if !state.isOver { state.waiting[number] = continuation }
          return state.isOver
        }
        if isOver {
          continuation.resume(returning: .failure(StageError(.cancelled, "the call is over")))
        } else {
          announce()
        }
      })
  }

  func made(_ params: PartMadeParams, _ id: MessageID) throws {
    let continuation = state.withLock { state in
      state.answers[params.part] = id
      return state.waiting.removeValue(forKey: params.part)
    }
    guard let continuation else {
      state.withLock { $0.answers[params.part] = nil }
      throw StageError(.internal, "there is no part \(params.part) that is being made")
    }
    if let files = params.files {
      continuation.resume(returning: .success(files))
    } else {
      let error = params.error?.stageError ?? StageError(.internal, "a part came to nothing")
      continuation.resume(returning: .failure(error))
    }
  }

  /// The request that waits for the part to be kept; nil when nobody does.
  func answerable(_ number: Int) -> MessageID? {
    state.withLock { $0.answers.removeValue(forKey: number) }
  }

  func abandon() {
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting {
      continuation.resume(returning: .failure(StageError(.cancelled, "the call is over")))
    }
  }
}

/// What became of a part that a plugin was to make.
struct MadePart: Sendable {
  let result: Result<[FileReference], StageError>

  func map(_ transform: (FileReference) throws -> FileReference) throws -> [FileReference] {
    try result.get().map(transform)
  }
}

/// What a plugin writes down to go on from, kept as parts of the task: number 0, 1, 2 and so on.
final class Checkpoints: Sendable {
  private let context: StageContext
  /// How many there are; nil before that was looked up.
  private let count = Locked<Int?>(nil)
  private static let most = 10_000

  /// There is none with that number.
  private struct Missing: Error {}

  init(_ context: StageContext) { self.context = context }

  /// What was written down last; nil for nothing.
  func last() async throws -> Value? {
    guard let file = try await newest() else { return nil }
    let url = try await context.open(file)
    return try WireCoder.decode(Value.self, from: Array(try Data(contentsOf: url)))
  }

  /// Durable when it returns.
  func write(_ state: Value, scratch: URL) async throws {
    if count.withLock({ $0 }) == nil { _ = try await newest() }
    let number = count.withLock { count in
      defer { count = (count ?? 0) + 1 }
      return count ?? 0
    }
    guard number < Self.most else {
      throw StageError(.internal, "a call has more than \(Self.most) checkpoints")
    }
    let bytes = try WireCoder.encode(state)
    let url = scratch.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("checkpoint-\(UUID().uuidString).json")
    try Data(bytes).write(to: url)
    _ = try await context.part(key(number), named: "checkpoint \(number + 1)") {
      [try await context.store(url, as: "checkpoint.json")]
    }
  }

  private func newest() async throws -> FileReference? {
    var file: FileReference?
    for number in 0..<Self.most {
      do {
        file = try await context.part(key(number), named: "checkpoint \(number + 1)") {
          throw Missing()
        }.first
      } catch is Missing {
        count.withLock { $0 = number }
        break
      }
    }
    return file
  }

  private func key(_ number: Int) -> Digest {
    Digest(of: Array("checkpoint 1\n\(context.idempotencyKey)\n\(number)".utf8))
  }
}
