import Foundation
import Pipeline
import StageProtocol
import Threads

/// A stage whose tasks are done by the processes of a plugin.
struct ProcessStage: Sendable {
  let info: StageInfo
  let options: [FieldDescription]
  let inputs: [FieldDescription]
  let outputs: [FieldDescription]
  let pool: PluginPool
  let asksForFiles: Bool
  let validates: Bool

  private static let validateLimit = Duration.seconds(5)

  /// What a pipeline works with.
  var spec: StageSpec {
    StageSpec(
      info: info, options: options, inputs: inputs, outputs: outputs, isForeign: true,
      validate: { validate($0) }, run: { try await run($0, $1, $2) })
  }

  /// Blocks for as long as the plugin takes, which is a moment or an error: a lint has no other way to know.
  private func validate(_ values: [String: Value]) -> [(field: String, message: String)] {
    guard validates else { return [] }
    do {
      let params = ValidateParams(type: info.name, options: values)
      let line = try pool.ask(.validate, params, within: Self.validateLimit)
      let result = try WireCoder.decode(AnswerMessage<ValidateResult>.self, from: line).result
      return result.diagnostics.map { ($0.field, $0.message) }
    } catch {
      let reason = (error as? StageError)?.message ?? "\(error)"
      return [("", "its settings cannot be checked: \(reason)")]
    }
  }

  func run(
    _ options: [String: Value], _ inputs: [String: Value], _ context: StageContext
  ) async throws -> [String: Value] {
    try await pool.with { process in
      try await run(options, inputs, context, in: process)
    }
  }

  private func run(
    _ options: [String: Value], _ inputs: [String: Value], _ context: StageContext,
    in process: PluginProcess
  ) async throws -> [String: Value] {
    let number = process.callCount.withLock { count in
      count += 1
      return count
    }
    let scratch = process.work.appendingPathComponent("call-\(number)", isDirectory: true)
    guard mkdir(scratch.path, 0o700) == 0 else {
      if process.isSpent { throw StageError(.lost, "\(pool.program.title) has ended") }
      throw StageError(
        .configuration, "the scratch folder of a call cannot be made; is the disk full?")
    }
    let call = PluginCall(context, scratch: scratch, program: pool.program)
    do {
      let values = try await perform(call, options, inputs, in: process)
      Self.remove(scratch)
      return values
    } catch {
      // What is being ended may still write.
      if process.isSpent { await process.ended() }
      Self.remove(scratch)
      throw error
    }
  }

  private static func remove(_ folder: URL) {
    if rmdir(folder.path) != 0, errno != ENOENT { try? FileManager.default.removeItem(at: folder) }
  }

  private func perform(
    _ call: PluginCall, _ options: [String: Value], _ inputs: [String: Value],
    in process: PluginProcess
  ) async throws -> [String: Value] {
    let params = try await params(call, options, inputs)
    let reader = OutputReader(ports: outputs, call: call, title: pool.program.title)
    let desk = CallDesk(call: call, process: process, reader: reader)
    let line = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask {
        await desk.serve()
        return nil
      }
      group.addTask {
        defer { call.finish() }
        return try await Self.answer(to: params, of: call, in: process)
      }
      defer { group.cancelAll() }
      var line: [UInt8]?
      while let next = try await group.next() { line = next ?? line }
      return line
    }
    guard let line else { throw StageError(.internal, "\(pool.program.title) gave no answer") }
    let result: CallResult
    do {
      result = try WireCoder.decode(AnswerMessage<CallResult>.self, from: line).result
    } catch {
      throw StageError(
        .internal, "\(pool.program.title) gave an answer to `stage/run` that is wrong: \(error)")
    }
    return try await reader.read(result.outputs)
  }

  private func params(
    _ call: PluginCall, _ options: [String: Value], _ inputs: [String: Value]
  ) async throws -> RunParams {
    let context = call.context
    var params = RunParams(type: info.name, context: context, scratch: call.scratch.path)
    params.options = try options.mapValues { try PassedValue($0, spillingInto: call.scratch) }
    params.inputs = try inputs.mapValues { try PassedValue($0, spillingInto: call.scratch) }
    let files = (Array(options.values) + Array(inputs.values)).flatMap(\.files)
    call.files.add(files)
    if !asksForFiles {
      for file in files where params.files[file.digest.hex] == nil {
        params.files[file.digest.hex] = try await context.open(file).path
      }
    }
    for case .secret(let name) in options.values {
      // Without a text it is the plugin's to say what it needs it for.
      if let text = try? await context.reveal(Secret(name: name)) { params.secrets[name] = text }
    }
    params.deadlineMs = pool.program.limits.time.map { MediaTime($0).milliseconds }
    if context.attempt > 1 { params.resume = try? await Checkpoints(context).last() }
    return params
  }

  /// Sends the call and waits for its end, however it comes.
  private static func answer(
    to params: RunParams, of call: PluginCall, in process: PluginProcess
  ) async throws -> [UInt8] {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        process.begin(.run, params, call: call) { continuation.resume(returning: $0) }
        // Cancelled before it was there to be cancelled.
        if Task.isCancelled, let id = call.id { process.cancel(id) }
      }
    } onCancel: {
      if let id = call.id { process.cancel(id) }
    }
    return try result.get()
  }
}
