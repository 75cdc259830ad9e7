import Foundation
import Pipeline
import Threads

/// Sets room on the disk aside for runs before they are accepted, so that those that were can be finished.
///
/// The estimate is the plan's: what its tasks usually leave behind, twice, because they are in scratch and in the store
/// for a moment. Planning costs time, and is left out where the usual size of everything that the pipeline uses fits ten
/// times over. Of work that was never done before nothing is known; it counts as nothing.
final class DiskRoom: Sendable {
  private struct State: Sendable {
    var reserved: [String: Int] = [:]
    var usual: [String: (at: ContinuousClock.Instant, byteCount: Int)] = [:]
    var total: Int { reserved.values.reduce(0) { Int(clamping: UInt($0) + UInt($1)) } }
  }

  private static let factor = 2
  /// How long what a module usually makes is taken to be the same.
  private static let lifetime = Duration.seconds(30)

  private let engine: PipelineEngine
  private let reserve: Int
  private let free: @Sendable () -> Int?
  private let state = Locked(State())

  /// - Parameters:
  ///   - reserve: bytes that are nobody's.
  ///   - free: bytes that are left on the disk; nil when that cannot be told.
  init(engine: PipelineEngine, reserve: Int, free: @escaping @Sendable () -> Int?) {
    self.engine = engine
    self.reserve = reserve
    self.free = free
  }

  convenience init(engine: PipelineEngine, reserve: Int, folder: URL) {
    self.init(engine: engine, reserve: reserve) {
      var status = statvfs()
      guard statvfs(folder.path, &status) == 0 else { return nil }
      return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
  }

  var reservedByteCount: Int { state.withLock { $0.total } }

  /// Throws `RunService.Refusal` when the run does not fit beside the others.
  func reserve(_ request: RunRequest, as run: String) async throws {
    var needed = Self.factor * (try await usual(request))
    guard let free = free() else { return }
    let room = max(0, free - reserve)
    if needed > (room - min(room, reservedByteCount)) / 10 {
      needed = Self.factor * (try await planned(request))
    }
    try state.withLock { state throws(RunService.Refusal) in
      if needed > room { throw .tooLarge(needed: needed, left: room) }
      let left = max(0, room - state.total)
      if needed > left { throw .noRoom(needed: needed, left: left) }
      state.reserved[run] = needed
    }
  }

  func release(_ run: String) { state.withLock { $0.reserved[run] = nil } }

  /// A plan that cannot be made says nothing about room; the run itself will say what is wrong.
  private func planned(_ request: RunRequest) async throws -> Int {
    do {
      return try await engine.plan(request).cost.byteCount
    } catch is StageError {
      return 0
    }
  }

  private func usual(_ request: RunRequest) async throws -> Int {
    var total = 0
    for module in request.graph.stages.map(\.spec.info.name) {
      total += try await usual(module)
    }
    return total
  }

  private func usual(_ module: String) async throws -> Int {
    let known = state.withLock { $0.usual[module] }
    if let known, ContinuousClock.now - known.at < Self.lifetime { return known.byteCount }
    let cost = try await engine.environment.journal.usualCost(ofStage: module)
    let byteCount = cost?.byteCount ?? 0
    state.withLock { $0.usual[module] = (ContinuousClock.now, byteCount) }
    return byteCount
  }
}
