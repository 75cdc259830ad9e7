import Foundation

/// Sends the messages that are written down in a journal, and writes down what became of each try.
///
/// A message is sent at least once: when the process dies between sending and writing that down, it is sent again,
/// under the same id. Only one sender may work on a journal at a time.
public actor HookSender {
  /// What an error about a missing secret names as its field.
  static let secretField = "secret"
  /// How many messages are on their way at once.
  private static let width = 4

  private let journal: any RunJournal
  private let transport: any WebhookTransport
  private let secrets: any SecretSource
  private let schedule: HookSchedule
  private let clock: any Clock<Duration>
  private let now: @Sendable () -> Int
  private let onAttempt: @Sendable (HookDelivery) -> Void
  /// Ids of those that are on their way.
  private var underWay: Set<String> = []
  private var sleeper: Task<Void, Never>?
  /// Whether something was written since the last look into the journal.
  private var isWoken = false

  /// - Parameters:
  ///   - clock: for waits.
  ///   - now: milliseconds since 1970; nil: the system's time.
  ///   - onAttempt: told of each delivery after a try was written down.
  public init(
    journal: any RunJournal, transport: any WebhookTransport,
    secrets: any SecretSource = NoSecrets(), schedule: HookSchedule = .usual,
    clock: any Clock<Duration> = ContinuousClock(),
    now: (@Sendable () -> Int)? = nil,
    onAttempt: @escaping @Sendable (HookDelivery) -> Void = { _ in }
  ) {
    self.journal = journal
    self.transport = transport
    self.secrets = secrets
    self.schedule = schedule
    self.clock = clock
    self.now = now ?? { Int(Date().timeIntervalSince1970 * 1000) }
    self.onAttempt = onAttempt
  }

  /// Sends what becomes due until the task is cancelled. Throws what the journal throws.
  public func run() async throws {
    while !Task.isCancelled {
      isWoken = false
      let next: Int?
      do { next = try await sendDue() } catch is CancellationError { return }
      // Without anything to send, somebody will call `wake`.
      await rest(for: next.map { .milliseconds(max(0, $0 - now())) } ?? .seconds(3600))
    }
  }

  /// To be called when deliveries were written.
  public func wake() {
    isWoken = true
    sleeper?.cancel()
  }

  /// Sends what is due or becomes so within `limit`, for at most that long; not while `run` does. What is left stays in the journal for the
  /// next start. Never throws: a journal that cannot be read leaves everything as it is.
  ///
  /// - Returns: how many messages are still to be sent.
  @discardableResult
  public func drain(within limit: Duration) async -> Int {
    let end = now() + limit.milliseconds
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await self.sendAll(until: end) }
      group.addTask { [clock] in try? await clock.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
    return (try? await journal.dueDeliveries(before: .max).count) ?? 0
  }

  private func sendAll(until end: Int) async throws {
    while let next = try await sendDue(), next < end {
      try await clock.sleep(for: .milliseconds(max(0, next - now())))
    }
  }

  /// Tries once each delivery that is due.
  ///
  /// - Returns: when the next one is due, in milliseconds since 1970; nil when none is waiting.
  @discardableResult
  public func sendDue() async throws -> Int? {
    let time = now()
    let pending = try await journal.dueDeliveries(before: .max)
      .filter { !underWay.contains($0.id) }
    let due = pending.filter { $0.dueAt <= time }
    underWay.formUnion(due.map(\.id))
    defer { underWay.subtract(due.map(\.id)) }
    let later = pending.filter { $0.dueAt > time }.map(\.dueAt)
    return try await (later + send(due)).min()
  }

  /// - Returns: when those that did not arrive are due again.
  private func send(_ due: [HookDelivery]) async throws -> [Int] {
    try await withThrowingTaskGroup(of: HookDelivery.self) { group in
      var rest = due[...]
      var times: [Int] = []
      for delivery in rest.prefix(Self.width) { group.addTask { try await self.attempt(delivery) } }
      rest = rest.dropFirst(Self.width)
      while let tried = try await group.next() {
        if !tried.state.isOver { times.append(tried.dueAt) }
        if let next = rest.popFirst() { group.addTask { try await self.attempt(next) } }
      }
      return times
    }
  }

  private func attempt(_ delivery: HookDelivery) async throws -> HookDelivery {
    let start = now()
    let outcome = try await outcome(of: delivery, at: start)
    var numbers = SystemRandomNumberGenerator()
    let tried = schedule.delivery(
      delivery, after: outcome, start: start, now: now(), using: &numbers)
    try await journal.write(JournalBatch(run: delivery.run, changes: [.delivery(tried)]))
    onAttempt(tried)
    return tried
  }

  /// Throws only when cancelled; then the try does not count.
  private func outcome(
    of delivery: HookDelivery, at start: Int
  ) async throws -> HookSchedule.Outcome {
    do {
      return .answered(try await transport.post(try request(for: delivery, at: start)))
    } catch {
      let failure = StageError(wrapping: error)
      if failure.errorClass == .cancelled || Task.isCancelled { throw CancellationError() }
      return .failed(failure)
    }
  }

  private func request(for delivery: HookDelivery, at time: Int) throws -> WebhookRequest {
    let body = Array(delivery.body.utf8)
    let secret = try delivery.secret.map { try text(ofSecret: $0) }
    return WebhookRequest(
      url: delivery.url,
      headers: try WebhookSignature.headers(
        id: delivery.id, time: time / 1000, body: body, secret: secret),
      body: body)
  }

  private func text(ofSecret name: String) throws -> String {
    guard let text = try secrets.secret(named: name), !text.isEmpty else {
      throw StageError(
        .configuration,
        "not sent without its signature: the secret `\(name)` has no text on this host; "
          + secrets.advice(for: name), field: Self.secretField)
    }
    return text
  }

  private func rest(for duration: Duration) async {
    guard !isWoken else { return }
    let sleeper = Task { [clock] in _ = try? await clock.sleep(for: duration) }
    self.sleeper = sleeper
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    self.sleeper = nil
  }
}
