import Pipeline
import Threads

/// Who gets events.
protocol EventTaker: Sendable {
  /// Takes an event without waiting. False when it took nothing; whoever takes again later says so with `roomMade`.
  func offer(_ frame: EventFrame) -> Bool

  /// No more comes.
  ///
  /// - Parameter isWhole: false when more could not be read.
  func finish(isWhole: Bool)
}

/// One who follows a run: each event once and in order, from the hub where it follows the last one, from the journal
/// where something is missing.
final class EventSubscription: Sendable {
  private struct State: Sendable {
    /// Nil when nothing more is to be given.
    var taker: (any EventTaker)?
    /// Of the last event that was given.
    var last: Int
    /// The journal is being read, or waits to be.
    var isReading = false
    /// Something may have happened since that began.
    var hasMissed = false
    /// The taker takes nothing at the moment.
    var isFull = false

    /// What there is to do after a change, without the lock.
    enum Step { case nothing, read, leave }

    mutating func read() -> Step {
      guard taker != nil, !isFull else { return .nothing }
      if isReading {
        hasMissed = true
        return .nothing
      }
      isReading = true
      hasMissed = false
      return .read
    }

    /// False when it was not taken, or was the last.
    mutating func give(_ frame: EventFrame) -> Bool {
      guard let taker, taker.offer(frame) else {
        isFull = taker != nil
        return false
      }
      last = frame.seq
      if frame.endsRun { finish(isWhole: true) }
      return !frame.endsRun
    }

    mutating func finish(isWhole: Bool) {
      taker?.finish(isWhole: isWhole)
      taker = nil
    }
  }

  let run: String
  // The hub lives as long as the host, and whoever holds this as long as its connection.
  private let hub: EventHub
  private let state: Locked<State>

  init(run: String, after seq: Int, _ taker: any EventTaker, hub: EventHub) {
    self.run = run
    self.hub = hub
    state = Locked(State(taker: taker, last: seq))
  }

  /// The number of the last event that was given.
  var last: Int { state.withLock { $0.last } }

  // MARK: For the hub

  func take(_ frame: EventFrame) {
    change { state in
      guard state.taker != nil, frame.seq > state.last else { return .nothing }
      if state.isReading || state.isFull || frame.seq != state.last + 1 { return state.read() }
      _ = state.give(frame)
      return state.taker == nil ? .leave : .nothing
    }
  }

  func missSomething() { change { $0.read() } }

  /// What the journal has.
  ///
  /// - Parameters:
  ///   - isAll: false when there is more of it.
  ///   - isOver: nothing will follow.
  func catchUp(_ frames: [EventFrame], isAll: Bool, isOver: Bool) {
    change { state in
      guard state.taker != nil else { return .nothing }
      for frame in frames where frame.seq > state.last {
        guard state.give(frame) else { break }
      }
      state.isReading = false
      if state.taker == nil { return .leave }
      if state.isFull { return .nothing }
      if isOver {
        state.finish(isWhole: true)
        return .leave
      }
      return state.hasMissed || !isAll ? state.read() : .nothing
    }
  }

  /// The journal could not be read.
  func fail() {
    change { state in
      guard state.taker != nil else { return .nothing }
      state.finish(isWhole: false)
      return .leave
    }
  }

  // MARK: For the taker

  func roomMade() {
    change { state in
      guard state.isFull else { return .nothing }
      state.isFull = false
      return state.read()
    }
  }

  /// The taker wants no more.
  func cancel() {
    change { state in
      state.taker = nil
      // Also when it is over: whoever ended it may not have come to that yet.
      return .leave
    }
  }

  private func change(_ body: (inout State) -> State.Step) {
    switch state.withLock(body) {
    case .nothing: break
    case .read: hub.read(for: self)
    case .leave: hub.leave(self)
    }
  }
}
