/// How long an attempt is its owner's without a word, and how often the owner gives one.
public struct LeaseTiming: Sendable, Hashable {
  public var length: Duration
  public var renewal: Duration

  public init(length: Duration = .seconds(30), renewal: Duration = .seconds(10)) {
    self.length = length
    self.renewal = renewal
  }
}

/// Renews the leases of a process's attempts as long as one of its runs is live.
///
/// On the machine's own clock, whatever clock runs are on: leases are promises to other processes.
actor LeaseKeeper {
  private let journal: any RunJournal
  private let owner: String
  private let timing: LeaseTiming
  private var liveRuns = 0
  private var renewing: Task<Void, Never>?

  init(_ environment: EngineEnvironment) {
    journal = environment.journal
    owner = environment.owner
    timing = environment.lease
  }

  func enter() {
    liveRuns += 1
    if renewing == nil { renewing = Task { await renew() } }
  }

  func leave() {
    liveRuns -= 1
    guard liveRuns == 0 else { return }
    renewing?.cancel()
    renewing = nil
  }

  private func renew() async {
    while !Task.isCancelled {
      guard (try? await Task.sleep(for: timing.renewal)) != nil else { return }
      // A journal that cannot be written is noticed by the runs themselves.
      try? await journal.renewLeases(
        of: owner, until: RunRecorder.now + timing.length.milliseconds)
    }
  }
}
