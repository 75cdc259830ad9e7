import Pipeline
import Threads

/// Brings the events of runs to those who follow them, as they are written to the journal.
///
/// A follower has a queue of its own, which is bounded: one that is slow loses what is in it and reads the journal
/// instead. Since events are numbered, it gets each of them once and in order, whichever way they come.
final class EventHub: Sendable {
  private struct State: Sendable {
    var followers: [String: [Int: EventFollower]] = [:]
    var next = 0
  }

  private let journal: any RunJournal
  private let capacity: Int
  private let state = Locked(State())

  /// - Parameter capacity: how many events wait for a follower at most.
  init(journal: any RunJournal, capacity: Int = 256) {
    self.journal = journal
    self.capacity = max(1, capacity)
  }

  /// How many follow some run.
  var followerCount: Int { state.withLock { $0.followers.values.reduce(0) { $0 + $1.count } } }

  /// An event is in the journal now.
  func publish(_ event: RunEvent) {
    let followers = followers(of: event.run)
    guard !followers.isEmpty else { return }
    // What cannot be encoded is read, and reported, by the followers themselves.
    guard let frame = try? EventFrame(event) else { return refresh(event.run) }
    for follower in followers { follower.offer(frame) }
  }

  /// Something was written to the journal by others.
  func refresh(_ run: String) {
    for follower in followers(of: run) { follower.missSomething() }
  }

  /// Follows a run for as long as `body` runs.
  ///
  /// - Parameter seq: of the last event that is known.
  func follow<Result>(
    _ run: String, after seq: Int, _ body: (EventFollower) async throws -> Result
  ) async throws -> Result {
    let follower = EventFollower(run: run, after: seq, journal: journal, capacity: capacity)
    let number = state.withLock { state in
      state.next += 1
      state.followers[run, default: [:]][state.next] = follower
      return state.next
    }
    defer { leave(run, number) }
    return try await body(follower)
  }

  private func followers(of run: String) -> [EventFollower] {
    state.withLock { $0.followers[run].map { Array($0.values) } ?? [] }
  }

  private func leave(_ run: String, _ number: Int) {
    state.withLock { state in
      state.followers[run]?[number] = nil
      if state.followers[run]?.isEmpty == true { state.followers[run] = nil }
    }
  }
}
