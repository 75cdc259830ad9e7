@testable import Pipeline

/// A ledger that expectations can change: they take no mutating calls.
@dynamicMemberLookup
final class TestLedger {
  private var ledger: ResourceLedger

  init(
    cores: Int = 4, memory: Int? = nil, disk: Int? = nil, patience: Duration = .seconds(10)
  ) {
    ledger = ResourceLedger(
      totals: .init(cores: cores, memory: memory, disk: disk), patience: patience)
  }

  subscript<Member>(dynamicMember path: KeyPath<ResourceLedger, Member>) -> Member {
    ledger[keyPath: path]
  }

  func ask(_ request: ResourceRequest, at now: Duration) throws(StageError) -> Int {
    try ledger.ask(request, at: now)
  }
  func serve(at now: Duration) -> [Int] { ledger.serve(at: now) }
  func withdraw(_ ticket: Int) -> Bool { ledger.withdraw(ticket) }
  func release(_ ticket: Int) { ledger.release(ticket) }
  func snapshot(at now: Duration) -> ResourceSnapshot { ledger.snapshot(at: now) }
}

/// Admissions that expectations can change: they take no mutating calls.
@dynamicMemberLookup
final class TestAdmissions {
  private var admissions: RunAdmissions

  init(activeLimit: Int, waitingLimit: Int) {
    admissions = RunAdmissions(activeLimit: activeLimit, waitingLimit: waitingLimit)
  }

  subscript<Member>(dynamicMember path: KeyPath<RunAdmissions, Member>) -> Member {
    admissions[keyPath: path]
  }

  func ask(
    _ run: String, priority: Int = 0, group: RunGroup? = nil, at now: Duration = .zero
  ) -> RunAdmissions.Answer {
    admissions.ask(run, priority: priority, group: group, at: now).answer
  }

  /// The runs that are to be cancelled for a run that has to wait.
  func cancelled(for run: String, _ group: RunGroup) -> [String]? {
    let result = admissions.ask(run, priority: 0, group: group, at: .zero)
    return result.answer == .waits ? result.cancelled : nil
  }

  func withdraw(_ run: String) -> Bool { admissions.withdraw(run) }

  /// Returns who is admitted instead.
  func leave(_ run: String, at now: Duration = .zero) -> [String] {
    admissions.leave(run, at: now)
    return admissions.serve(at: now)
  }

  func snapshot(at now: Duration) -> RunQueueSnapshot { admissions.snapshot(at: now) }
}
