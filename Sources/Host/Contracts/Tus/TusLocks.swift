import Threads

/// Sees to it that one request at a time changes an upload.
///
/// A request whose client vanished without a word would keep its client, which comes back over another connection, from
/// going on: one that has been silent for a while gives way.
final class TusLocks: Sendable {
  private let patience: Duration
  private let leases = Locked<[String: TusLease]>([:])

  init(patience: Duration = .seconds(5)) { self.patience = patience }

  /// Nil while another request has the upload. `release` must follow.
  func take(_ id: String) -> TusLease? {
    leases.withLock { leases in
      if let other = leases[id], !other.giveWay(after: patience) { return nil }
      let lease = TusLease(id)
      leases[id] = lease
      return lease
    }
  }

  func release(_ lease: TusLease) {
    leases.withLock { leases in
      if leases[lease.id] === lease { leases[lease.id] = nil }
    }
  }
}

/// The right to change an upload, until it is released or has to give way.
final class TusLease: Sendable {
  private struct State: Sendable {
    var isLost = false
    /// Waits for its client and for nothing else.
    var isWaiting = false
    var since = ContinuousClock.now
  }

  let id: String
  private let state = Locked(State())

  init(_ id: String) { self.id = id }

  /// Its client is waited for. Meanwhile another request may get the upload.
  func beginWaiting() {
    state.withLock { state in
      state.isWaiting = true
      state.since = .now
    }
  }

  /// False when another request has got the upload.
  func endWaiting() -> Bool {
    state.withLock { state in
      state.isWaiting = false
      return !state.isLost
    }
  }

  fileprivate func giveWay(after patience: Duration) -> Bool {
    state.withLock { state in
      guard state.isWaiting, ContinuousClock.now - state.since >= patience else { return false }
      state.isLost = true
      return true
    }
  }
}
