import HTTPTypes
import Pipeline
import Threads

/// Events for a client, without a task that waits for them.
final class EventFeed: BodyFeed {
  /// How an event is written.
  enum Form: Sendable { case serverSentEvent, message }

  private struct Taker: EventTaker {
    let outlet: any BodyOutlet
    let form: Form

    func offer(_ frame: EventFrame) -> Bool {
      outlet.offer(form == .message ? frame.message.bytes : frame.serverSentEvent)
    }

    func finish(isWhole: Bool) { outlet.finish(isWhole: isWhole) }
  }

  private enum State: Sendable {
    case waiting
    case following(EventSubscription)
    case over
  }

  private let run: String
  private let seq: Int
  private let form: Form
  private let hub: EventHub
  private let state = Locked(State.waiting)

  /// - Parameter seq: of the last event that the client knows.
  init(_ hub: EventHub, _ run: String, after seq: Int, as form: Form) {
    self.hub = hub
    self.run = run
    self.seq = seq
    self.form = form
  }

  func begin(_ outlet: any BodyOutlet) {
    state.withLock { state in
      guard case .waiting = state else { return }
      state = .following(hub.subscribe(run, after: seq, Taker(outlet: outlet, form: form)))
    }
  }

  func roomMade() {
    if case .following(let subscription) = state.withLock({ $0 }) { subscription.roomMade() }
  }

  func end() {
    let before = state.withLock { state in
      defer { state = .over }
      return state
    }
    if case .following(let subscription) = before { subscription.cancel() }
  }
}
