/// A journal and result store that live as long as the process: for tests and for runs that leave no trace.
public actor MemoryJournal: Journal, ResultStore {
  private var records: [RunRecord] = []
  private var eventsByRun: [String: [RunEvent]] = [:]
  private var results: [Digest: [String: Value]] = [:]

  public init() {}

  public func create(_ run: RunRecord) throws {
    guard eventsByRun[run.id] == nil else { throw JournalError("run `\(run.id)` exists already") }
    records.append(run)
    eventsByRun[run.id] = []
  }

  public func append(_ event: RunEvent) throws {
    guard let count = eventsByRun[event.run]?.count else {
      throw JournalError("run `\(event.run)` is not known")
    }
    guard event.seq == count + 1 else {
      throw JournalError("event \(event.seq) of run `\(event.run)` follows \(count)")
    }
    eventsByRun[event.run]?.append(event)
  }

  public func events(of run: String, after seq: Int) -> [RunEvent] {
    Array((eventsByRun[run] ?? []).dropFirst(seq))
  }

  public func runs() -> [RunRecord] { records.reversed() }

  public func outputs(for key: Digest) -> [String: Value]? { results[key] }

  public func record(_ outputs: [String: Value], for key: Digest) { results[key] = outputs }
}
