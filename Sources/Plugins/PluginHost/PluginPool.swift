public import Foundation
import Pipeline
import StageProtocol
import Threads

/// The processes of one plugin: as many as its calls need, started again with patience, and none once its breaker is
/// open.
final class PluginPool: Sendable {
  private struct State: Sendable {
    var processes: [PluginProcess] = []
    var starting = 0
    var waiting: [(id: Int, continuation: CheckedContinuation<Void, Never>)] = []
    var nextWaiter = 0
    /// In a row.
    var crashes = 0
    var startNotBefore = ContinuousClock.now
  }

  let program: PluginProgram
  private let places: PluginPlaces
  private let breakers: BreakerBook
  private let state = Locked(State())

  private static let longestPause = Duration.seconds(10)

  init(_ program: PluginProgram, places: PluginPlaces, breakers: BreakerBook) {
    self.program = program
    self.places = places
    self.breakers = breakers
  }

  deinit {
    for process in state.withLock({ $0.processes }) { process.shutdown() }
  }

  /// Runs `body` with a process that has a place for a call. Throws `StageError`.
  ///
  /// - Parameter body: throws `lost` when the process ended under it.
  func with<Result: Sendable>(
    _ body: (PluginProcess) async throws -> Result
  ) async throws -> Result {
    let process = try await acquire()
    defer { release(process) }
    do {
      let result = try await body(process)
      survived()
      return result
    } catch {
      let failure = StageError(wrapping: error)
      if process.isSpent {
        // Whoever is cancelled and does not stop is no worse than slow.
        if failure.errorClass != .cancelled { throw crashed(failure) }
      } else if failure.errorClass != .cancelled {
        survived()
      }
      throw failure
    }
  }

  /// Blocks: asks about settings. Throws `StageError`.
  func ask(
    _ method: Wire.Method, _ params: some Codable & Sendable, within limit: Duration
  ) throws(StageError) -> [UInt8] {
    try breakers.check(program)
    if let process = state.withLock({ $0.processes.first { !$0.isSpent } }) {
      return try process.ask(method, params, within: limit)
    }
    let process = try start()
    state.withLock { $0.processes.append(process) }
    return try process.ask(method, params, within: limit)
  }

  /// Lets every process go that has nothing to do, and the others when they are done.
  func retire() {
    for process in state.withLock({ $0.processes }) { process.shutdown() }
  }
}

// MARK: - Places for calls

extension PluginPool {
  private enum Place {
    case taken(PluginProcess)
    case toStart(after: ContinuousClock.Instant)
    case busy
  }

  private func acquire() async throws -> PluginProcess {
    while true {
      try Task.checkCancellation()
      try breakers.check(program)
      switch place() {
      case .taken(let process): return process
      case .toStart(let instant):
        do {
          try await Task.sleep(until: instant, clock: .continuous)
          // Starting blocks for some milliseconds, and greeting until the plugin answers.
          let process = try await BlockingThread.run("plugin-start") { () throws(StageError) in
            try self.start()
          }
          _ = process.reserve()
          state.withLock { state in
            state.starting -= 1
            state.processes.append(process)
          }
          wakeAll()
          return process
        } catch {
          state.withLock { $0.starting -= 1 }
          wakeAll()
          if error is CancellationError { throw error }
          throw crashed(StageError(wrapping: error))
        }
      case .busy: await wait()
      }
    }
  }

  private func place() -> Place {
    state.withLock { state in
      state.processes.removeAll { $0.isSpent }
      for process in state.processes where process.reserve() { return .taken(process) }
      guard state.processes.count + state.starting < program.limits.processes else { return .busy }
      // A process that is being started may take many calls: it is awaited, unless there are processes to spare.
      if state.starting > 0, state.processes.isEmpty { return .busy }
      state.starting += 1
      return .toStart(after: state.startNotBefore)
    }
  }

  private func wait() async {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayWait = state.withLock { state in
          // What it waits for may have happened meanwhile.
          let isFull =
            state.processes.allSatisfy { $0.isSpent || $0.isFull } || state.processes.isEmpty
          guard !Task.isCancelled, isFull, state.starting > 0 || !state.processes.isEmpty else {
            return false
          }
          state.waiting.append((id, continuation))
          return true
        }
        if !mayWait { continuation.resume() }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
      }
      continuation?.resume()
    }
  }

  private func release(_ process: PluginProcess) {
    process.release()
    let next = state.withLock { state in
      state.waiting.isEmpty ? nil : state.waiting.removeFirst().continuation
    }
    next?.resume()
    if process.isSpent { wakeAll() }
  }

  private func wakeAll() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in waiting { waiter.continuation.resume() }
  }
}

// MARK: - Starts and crashes

extension PluginPool {
  private func start() throws(StageError) -> PluginProcess {
    let (process, _) = try PluginProcess.launch(
      program, in: places.folder, granted: breakers.granted(to: program),
      readable: places.readable)
    return process
  }

  private func survived() {
    let hadCrashed = state.withLock { state in
      defer { state.crashes = 0 }
      return state.crashes > 0
    }
    if hadCrashed { state.withLock { $0.startNotBefore = .now } }
  }

  /// Counts it; the third one in a row opens the breaker. Returns what to throw.
  private func crashed(_ failure: StageError) -> StageError {
    let count = state.withLock { state in
      state.crashes += 1
      let pause = Duration.milliseconds(100) * (1 << min(state.crashes, 8))
      state.startNotBefore = .now + min(pause, Self.longestPause)
      return state.crashes
    }
    guard count >= BreakerBook.crashLimit, !program.isOwn else { return failure }
    breakers.open(program, because: failure.message)
    state.withLock { $0.crashes = 0 }
    return failure
  }
}

extension PluginProcess {
  var isFull: Bool { state.withLock { $0.reserved >= $0.concurrency } }
}

/// Where the processes of plugins work. Known once a host has its data folder.
public final class PluginPlaces: Sendable {
  private struct State: Sendable {
    var folder: URL
    var readable: [URL] = []
  }

  private let state: Locked<State>

  /// A place for temporary files, until `use` names a better one.
  public init() { state = Locked(State(folder: Self.temporaryFolder())) }

  /// Nobody else can know its name before it is there.
  static func temporaryFolder() -> URL {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("videocraft-plugins-\(UUID().uuidString)", isDirectory: true)
  }

  /// - Parameters:
  ///   - scratch: gets a folder for each process.
  ///   - readable: what every plugin may read: the artifact store.
  public func use(scratch: URL, readable: [URL]) {
    state.withLock { $0 = State(folder: scratch, readable: readable) }
  }

  var folder: URL { state.withLock { $0.folder } }
  var readable: [URL] { state.withLock { $0.readable } }
}
