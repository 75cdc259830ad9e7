import Threads

/// The runs that this process works on.
final class LiveRuns: Sendable {
  private let controls = Locked<[String: RunControl]>([:])

  /// Throws when the run is live already.
  func add(_ run: String, _ control: RunControl) throws {
    let isNew = controls.withLock { controls in
      if controls[run] != nil { return false }
      controls[run] = control
      return true
    }
    if !isNew { throw StageError(.invalidInput, "run `\(run)` is running already") }
  }

  func remove(_ run: String) { controls.withLock { $0[run] = nil } }

  subscript(run: String) -> RunControl? { controls.withLock { $0[run] } }
}
