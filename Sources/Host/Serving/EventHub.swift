import HTTPTypes
import Pipeline
import Threads

/// Brings the events of runs to those who follow them, as they are written to the journal.
///
/// Whoever takes no more for a while, or has just come, or has missed something, is brought up to date from the journal;
/// so there is one rule, "give what follows the last number", whichever way events come. The journal is read for all
/// who wait for the same run at once.
final class EventHub: Sendable {
  private struct State: Sendable {
    var subscriptions: [String: [ObjectIdentifier: EventSubscription]] = [:]
    /// Who waits for the journal, by run, and the runs in the order in which they are read.
    var behind: [String: [EventSubscription]] = [:]
    var order: [String] = []
    var isReading = false

    mutating func takeBehind() -> (run: String, subscriptions: [EventSubscription])? {
      guard let run = order.first else {
        isReading = false
        return nil
      }
      order.removeFirst()
      return (run, behind.removeValue(forKey: run) ?? [])
    }
  }

  /// How many events are read at once.
  private static let readLimit = 1000

  private let journal: any RunJournal
  private let capacity: Int
  private let state = Locked(State())

  /// - Parameter capacity: how many events wait for an `EventFollower` at most.
  init(journal: any RunJournal, capacity: Int = 256) {
    self.journal = journal
    self.capacity = max(1, capacity)
  }

  /// How many follow some run.
  var followerCount: Int {
    state.withLock { $0.subscriptions.values.reduce(0) { $0 + $1.count } }
  }

  // MARK: What happens

  /// An event is in the journal now.
  func publish(_ event: RunEvent) {
    let subscriptions = subscriptions(to: event.run)
    guard !subscriptions.isEmpty else { return }
    // What cannot be encoded is read, and reported, by those who bring the others up to date.
    guard let frame = try? EventFrame(event) else { return refresh(event.run) }
    for subscription in subscriptions { subscription.take(frame) }
  }

  /// Something was written to the journal by others.
  func refresh(_ run: String) {
    for subscription in subscriptions(to: run) { subscription.missSomething() }
  }

  private func subscriptions(to run: String) -> [EventSubscription] {
    state.withLock { $0.subscriptions[run].map { Array($0.values) } ?? [] }
  }

  // MARK: Following

  /// Gives `taker` the events of a run, until that was the last one or `cancel`.
  ///
  /// - Parameter seq: of the last event that is known.
  func subscribe(_ run: String, after seq: Int, _ taker: any EventTaker) -> EventSubscription {
    let subscription = EventSubscription(run: run, after: seq, taker, hub: self)
    state.withLock {
      $0.subscriptions[run, default: [:]][ObjectIdentifier(subscription)] = subscription
    }
    subscription.missSomething()
    return subscription
  }

  /// Follows a run for as long as `body` runs.
  ///
  /// - Parameter seq: of the last event that is known.
  func follow<Result>(
    _ run: String, after seq: Int, _ body: (EventFollower) async throws -> Result
  ) async throws -> Result {
    let follower = EventFollower(capacity: capacity)
    let subscription = subscribe(run, after: seq, follower)
    follower.onRoom { subscription.roomMade() }
    defer { subscription.cancel() }
    return try await body(follower)
  }

  func leave(_ subscription: EventSubscription) {
    state.withLock { state in
      let run = subscription.run
      state.subscriptions[run]?[ObjectIdentifier(subscription)] = nil
      if state.subscriptions[run]?.isEmpty == true { state.subscriptions[run] = nil }
    }
  }

  // MARK: Reading the journal

  /// Has the journal read for a subscription.
  func read(for subscription: EventSubscription) {
    let begins = state.withLock { state in
      if state.behind[subscription.run] == nil { state.order.append(subscription.run) }
      state.behind[subscription.run, default: []].append(subscription)
      defer { state.isReading = true }
      return !state.isReading
    }
    // Ends by itself when nobody waits.
    if begins { Task { await readOn() } }
  }

  private func readOn() async {
    while let (run, subscriptions) = state.withLock({ $0.takeBehind() }) {
      let after = subscriptions.map(\.last).min() ?? 0
      do {
        // In this order, so that a run that is over has all its events among those that are read.
        let isOver = try await journal.run(run)?.state.isOver ?? true
        let frames = try await journal.events(of: run, after: after, limit: Self.readLimit)
          .map { try EventFrame($0) }
        let isAll = frames.count < Self.readLimit
        for subscription in subscriptions {
          subscription.catchUp(frames, isAll: isAll, isOver: isOver && isAll)
        }
      } catch {
        for subscription in subscriptions { subscription.fail() }
      }
    }
  }
}
