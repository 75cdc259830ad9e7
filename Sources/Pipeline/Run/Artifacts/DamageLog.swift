import Threads

/// Files of the artifact store that a run found damaged or gone.
final class DamageLog: Sendable {
  private struct State: Sendable {
    var found: [(damage: ArtifactDamaged, stage: String)] = []
    var repairs = 0
  }

  private let state = Locked(State())

  /// How often a run starts its stages again because of damage.
  private static let mostRepairs = 3

  func note(_ damage: ArtifactDamaged, by stage: String) {
    state.withLock { state in
      guard !state.found.contains(where: { $0.damage.digest == damage.digest }) else { return }
      state.found.append((damage, stage))
    }
  }

  var isEmpty: Bool { state.withLock { $0.found.isEmpty } }

  /// Something is damaged, and the run may make it again.
  var isToRepair: Bool {
    state.withLock { !$0.found.isEmpty && $0.repairs < Self.mostRepairs }
  }

  /// What was found since the last time, each file once.
  func beginRepair() -> [(damage: ArtifactDamaged, stage: String)] {
    state.withLock { state in
      defer {
        state.found = []
        state.repairs += 1
      }
      return state.found
    }
  }
}
