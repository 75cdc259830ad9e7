import Crypto
import Foundation
import HTTPTypes
import Pipeline
import Threads

/// Answers for the state of runs, ready to be sent: made when somebody asks after something was written of a run, and
/// not again until then. What a run's events come to is kept and grows by the new ones, so that an answer costs the
/// same however long the run is.
final class StatusBoard: Sendable {
  /// An answer in JSON.
  struct Answer: Sendable {
    /// Up to and from behind the time that the run has taken, or all of it.
    private let head: [UInt8]
    private let tail: [UInt8]
    /// When the run began, in milliseconds since 1970; nil when its time does not pass.
    private let startedAt: Int?
    /// Of what it says, except for the time that the run has taken.
    let eTag: ETag?
    /// The same as it stands in a field.
    let eTagField: String

    fileprivate init(_ story: RunStory, lastSeq: Int) throws {
      var story = story
      startedAt = story.overview.state == .running ? story.overview.createdAt : nil
      // No run takes that long, and the keys of the answer are sorted: what comes before is not of clients.
      if startedAt != nil { story.overview.elapsed = Self.mark }
      let bytes = [UInt8](try APIEncoder.make().encode(RunAnswer(story: story, lastSeq: lastSeq)))
      eTag = ETag(String(RandomText.hex(SHA256.hash(bytes)).prefix(24)), isWeak: true)
      eTagField = eTag?.description ?? ""
      let mark = Array("\"elapsed\":\(Self.mark)".utf8)
      if startedAt != nil, let place = bytes.firstRange(of: mark) {
        head = Array(bytes[..<place.lowerBound]) + Array("\"elapsed\":".utf8)
        tail = Array(bytes[place.upperBound...])
      } else {
        head = bytes
        tail = []
      }
    }

    private static let mark = 8_999_999_999_999_999_999

    func bytes(at now: Int = .now) -> [UInt8] {
      guard let startedAt else { return head }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(head.count + tail.count + 20)
      bytes += head
      bytes += String(max(0, now - startedAt)).utf8
      bytes += tail
      return bytes
    }
  }

  fileprivate typealias Making = Task<Answer?, any Error>

  fileprivate struct Entry: Sendable {
    /// Nil when something changed since it was made, or it never was.
    var answer: Answer?
    /// Who makes one of what was written until now.
    var making: Making?
    /// Changes with each change, so that an answer made of what was read before is not kept.
    var version: Int
    /// What is known of a run that goes on.
    var events = FoldedEvents()
    var usedAt: Int
  }

  fileprivate struct State: Sendable {
    var entries: [String: Entry] = [:]
    /// Never falls.
    var clock = 0

    mutating func tick() -> Int {
      clock += 1
      return clock
    }

    /// Makes a place for a run, if there is none.
    mutating func enter(_ run: String) -> Entry {
      let now = tick()
      var entry = entries[run] ?? Entry(version: now, usedAt: now)
      entry.usedAt = now
      if entries[run] == nil, entries.count >= StatusBoard.capacity,
        let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })
      {
        entries[oldest.key] = nil
      }
      entries[run] = entry
      return entry
    }
  }

  fileprivate static let capacity = 512

  private let journal: any RunJournal
  /// Without knowing what is written, nothing is kept.
  private let keeps: Bool
  private let state = Locked(State())

  init(journal: any RunJournal) {
    self.journal = journal
    let changes = (journal as? ObservedJournal)?.changes
    keeps = changes != nil
    changes?.listen { [weak self] in self?.changed($0) }
  }

  /// Nil for a run that is not known. Throws `JournalError`.
  func answer(for run: String) async throws -> Answer? {
    guard keeps else { return try await make(run, FoldedEvents()).answer }
    let (known, making): (Answer?, Making?) = state.withLock { state in
      let entry = state.enter(run)
      if let answer = entry.answer { return (answer, nil) }
      if let making = entry.making { return (nil, making) }
      // Awaited below, and by everybody else who asks meanwhile.
      let making = Task { try await self.makeAndKeep(run, entry.version, entry.events) }
      state.entries[run]?.making = making
      return (nil, making)
    }
    if let known { return known }
    return try await making?.value
  }

  private func makeAndKeep(
    _ run: String, _ version: Int, _ known: FoldedEvents
  ) async throws -> Answer? {
    do {
      let (answer, events) = try await make(run, known)
      state.withLock { $0.keep(answer, events, of: run, version) }
      return answer
    } catch {
      state.withLock { $0.entries[run] = nil }
      throw error
    }
  }

  private func make(
    _ run: String, _ known: FoldedEvents
  ) async throws -> (answer: Answer?, events: FoldedEvents) {
    guard let status = try await journal.run(run) else { return (nil, FoldedEvents()) }
    let tasks = try await journal.tasks(of: run)
    let attempts = try await journal.attempts(of: run)
    let deliveries = try await journal.deliveries(of: run)
    var events = known
    for event in try await journal.events(of: run, after: known.seq) { events.take(event) }
    let story = RunStory(status, tasks, attempts, events, deliveries, isOwned: true)
    return (
      try Answer(story, lastSeq: status.lastSeq), status.state.isOver ? FoldedEvents() : events
    )
  }

  private func changed(_ run: String?) {
    state.withLock { state in
      guard let run else {
        state.entries = [:]
        return
      }
      let now = state.tick()
      guard state.entries[run] != nil else { return }
      state.entries[run]?.version = now
      state.entries[run]?.answer = nil
      // Who asks from now on must not get what is being read.
      state.entries[run]?.making = nil
    }
  }
}

extension StatusBoard.State {
  fileprivate mutating func keep(
    _ answer: StatusBoard.Answer?, _ events: FoldedEvents, of run: String, _ version: Int
  ) {
    guard var entry = entries[run] else { return }
    guard answer != nil else {
      entries[run] = nil
      return
    }
    // Events are only ever added, so what they come to stays right.
    if events.seq >= entry.events.seq || entry.version == version { entry.events = events }
    if entry.version == version {
      entry.answer = answer
      entry.making = nil
    }
    entries[run] = entry
  }
}
