import Crypto
import Foundation
import TestSupport
import Testing
import Threads

@testable import Pipeline

/// Receives messages as a test tells it, and remembers all of them.
private final class TestReceiver: WebhookTransport {
  private let state = Locked(
    (answers: [Result<WebhookAnswer, StageError>](), seen: [WebhookRequest]()))
  private let door: TestDoor?

  /// - Parameter door: what every message has to pass.
  init(_ answers: [Result<WebhookAnswer, StageError>] = [], door: TestDoor? = nil) {
    state.withLock { $0.answers = answers }
    self.door = door
  }

  /// The last answer is given for ever; without any it is 200.
  func post(_ request: WebhookRequest) async throws -> WebhookAnswer {
    await door?.pass()
    try Task.checkCancellation()
    return try state.withLock { state in
      state.seen.append(request)
      let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first
      return try answer?.get() ?? WebhookAnswer(status: 200)
    }
  }

  var seen: [WebhookRequest] { state.withLock { $0.seen } }
}

/// A journal with one run, a time that passes when somebody sleeps, and a sender that can be replaced by another.
private struct HookBench {
  let journal: MemoryRunJournal
  let clock = JumpingClock()
  let start = 1_795_190_400_000

  init() async throws {
    journal = MemoryRunJournal()
    try await journal.create(
      RunRecord(
        id: "r1", pipeline: "film", createdAt: 0,
        source: PipelineSource(.init(name: nil, text: "")),
        inputs: [:], inputFolder: "/"))
  }

  var now: Int { start + clock.now.elapsed.milliseconds }

  func sender(
    _ receiver: TestReceiver, secrets: [String: String] = [:],
    onAttempt: @escaping @Sendable (HookDelivery) -> Void = { _ in }
  ) -> HookSender {
    HookSender(
      journal: journal, transport: receiver, secrets: TestSecrets(texts: secrets), clock: clock,
      now: { [clock, start] in start + clock.now.elapsed.milliseconds }, onAttempt: onAttempt)
  }

  /// Writes a delivery down, as the engine does together with an event.
  @discardableResult
  func write(_ id: String = "msg_1", secret: String? = nil, at time: Int? = nil) async throws
    -> HookDelivery
  {
    let delivery = HookDelivery(
      id: id, run: "r1", occasion: .finished, url: "https://example.org/", secret: secret,
      body: "{\"type\":\"run.finished\"}", createdAt: time ?? start)
    try await journal.write(JournalBatch(run: "r1", changes: [.delivery(delivery)]))
    return delivery
  }

  func delivery(_ id: String = "msg_1") async throws -> HookDelivery {
    try #require(await journal.deliveries(of: "r1").first { $0.id == id })
  }
}

@Suite("Sending of hooks", .timeLimit(.minutes(5)))
struct HookSenderTests {
  private static let down = Result<WebhookAnswer, StageError>.success(WebhookAnswer(status: 503))

  @Test("a message is sent once, and written down as delivered")
  func delivered() async throws {
    let bench = try await HookBench()
    try await bench.write()
    let receiver = TestReceiver()
    let sender = bench.sender(receiver)
    #expect(try await sender.sendDue() == nil)
    #expect(try await sender.sendDue() == nil)
    #expect(receiver.seen.count == 1)
    #expect(
      receiver.seen.first?.headers == [
        "webhook-id": "msg_1", "webhook-timestamp": "1795190400",
        "content-type": "application/json",
      ])
    let delivery = try await bench.delivery()
    #expect(delivery.state == .delivered)
    #expect(delivery.attempts == [.init(at: bench.start, status: 200)])
    #expect(await bench.journal.dueDeliveries(before: .max).isEmpty)
  }

  /// As a receiver does it (https://www.standardwebhooks.com), with nothing of the sender's but HMAC.
  private func isGenuine(_ request: WebhookRequest, key: [UInt8], now: Int) -> Bool {
    guard let id = request.headers["webhook-id"], let time = request.headers["webhook-timestamp"],
      let signature = request.headers["webhook-signature"], let seconds = Int(time),
      abs(now / 1000 - seconds) <= 300
    else { return false }
    let message = Array((id + "." + time + ".").utf8) + request.body
    let code = Data(HMACSHA256.code(of: message, key: key)).base64EncodedString()
    return signature.split(separator: " ").contains { $0 == "v1,\(code)" }
  }

  @Test(
    "a receiver that shares the key can verify the message, and one with another key cannot",
    arguments: [
      (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
      ),
      ("plain words", Data("plain words".utf8)),
    ])
  func signed(_ secret: String, _ key: Data?) async throws {
    let bench = try await HookBench()
    try await bench.write(secret: "KEY")
    let receiver = TestReceiver()
    try await bench.sender(receiver, secrets: ["KEY": secret]).sendDue()
    let request = try #require(receiver.seen.first)
    #expect(isGenuine(request, key: Array(try #require(key)), now: bench.now))
    #expect(!isGenuine(request, key: Array("other".utf8), now: bench.now))
    #expect(!isGenuine(request, key: Array(try #require(key)), now: bench.now + 301_000))
    var changed = request
    changed.body.append(32)
    #expect(!isGenuine(changed, key: Array(try #require(key)), now: bench.now))
  }

  @Test("the signature is that of the convention's own example")
  func knownSignature() throws {
    let headers = try WebhookSignature.headers(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330,
      body: Array("{\"test\": 2432232314}".utf8), secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    #expect(
      headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test("the code is that of RFC 4231")
  func knownCode() {
    let code = HMACSHA256.code(
      of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(
      Digest(bytes: code).hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(HMACSHA256.code(of: [], key: []).count == 32)
  }

  @Test("a receiver that is down is tried again, later and later, under the same id")
  func downThenUp() async throws {
    let bench = try await HookBench()
    try await bench.write(secret: "KEY")
    let receiver = TestReceiver([
      Self.down, .failure(StageError(.transient, "connection refused")),
      .success(.init(status: 204)),
    ])
    let sender = bench.sender(receiver, secrets: ["KEY": "long enough"])
    var times: [Int] = []
    while let next = try await sender.sendDue() {
      times.append(next - bench.now)
      bench.clock.pass(.milliseconds(max(0, next - bench.now)))
    }
    #expect(times.count == 2)
    #expect((0...10_000).contains(times[0]) && (0...60_000).contains(times[1]))
    #expect(Set(receiver.seen.map { $0.headers["webhook-id"] }) == ["msg_1"])
    let delivery = try await bench.delivery()
    #expect(delivery.state == .delivered)
    #expect(delivery.attempts.map(\.status) == [503, nil, 204])
    #expect(
      delivery.attempts.map(\.message) == [
        "the receiver answered 503", "connection refused", nil,
      ])
  }

  @Test("after eight tries over hours it is given up")
  func givenUp() async throws {
    let bench = try await HookBench()
    try await bench.write()
    let receiver = TestReceiver([Self.down])
    let sender = bench.sender(receiver)
    while let next = try await sender.sendDue() {
      bench.clock.pass(.milliseconds(max(0, next - bench.now)))
    }
    let delivery = try await bench.delivery()
    #expect(delivery.state == .failed)
    #expect(delivery.attempts.count == 8)
    #expect(bench.now - bench.start <= 27_000_000)
  }

  @Test("what will not change is not tried again", arguments: [301, 400, 401, 404, 410])
  func refused(_ status: Int) async throws {
    let bench = try await HookBench()
    try await bench.write()
    #expect(
      try await bench.sender(TestReceiver([.success(.init(status: status))])).sendDue() == nil)
    #expect(try await bench.delivery().state == .failed)
  }

  @Test("a receiver that asks for patience gets it, within reason")
  func retryAfter() async throws {
    let bench = try await HookBench()
    try await bench.write("msg_1")
    try await bench.write("msg_2", at: bench.start + 1)
    let receiver = TestReceiver([
      .success(.init(status: 429, retryAfter: .seconds(120))),
      .success(.init(status: 429, retryAfter: .seconds(1_000_000))),
    ])
    let sender = bench.sender(receiver)
    try await sender.sendDue()
    #expect(try await bench.delivery("msg_1").dueAt == bench.start + 120_000)
    bench.clock.pass(.milliseconds(1))
    try await sender.sendDue()
    #expect(try await bench.delivery("msg_2").dueAt == bench.start + 1 + 86_400_000)
  }

  @Test("without its secret a message waits; nothing goes out unsigned")
  func missingSecret() async throws {
    let bench = try await HookBench()
    try await bench.write(secret: "KEY")
    let receiver = TestReceiver()
    let next = try #require(try await bench.sender(receiver).sendDue())
    #expect(receiver.seen.isEmpty)
    #expect(try await bench.delivery().attempts.first?.message?.contains("`KEY`") == true)
    bench.clock.pass(.milliseconds(next - bench.now))
    try await bench.sender(receiver, secrets: ["KEY": "now it is there"]).sendDue()
    #expect(try await bench.delivery().state == .delivered)
  }

  @Test("a key that is not Base64 is said to be that, and never sent")
  func wrongKey() async throws {
    let bench = try await HookBench()
    try await bench.write(secret: "KEY")
    let receiver = TestReceiver()
    try await bench.sender(receiver, secrets: ["KEY": "whsec_%%%"]).sendDue()
    let delivery = try await bench.delivery()
    #expect(receiver.seen.isEmpty && delivery.state == .failed)
    #expect(delivery.attempts.first?.message?.contains("%%%") == false)
  }

  @Test("what was written down before a crash is sent by the next process")
  func crashBefore() async throws {
    let bench = try await HookBench()
    try await bench.write()
    let never = TestDoor()
    let dying = TestReceiver(door: never)
    let first = bench.sender(dying)
    let process = Task { try await first.sendDue() }
    await Task.yield()
    process.cancel()
    await #expect(throws: CancellationError.self) { try await process.ended }
    #expect(try await bench.delivery().attempts.isEmpty)
    let receiver = TestReceiver()
    try await bench.sender(receiver).sendDue()
    #expect(receiver.seen.count == 1)
    #expect(try await bench.delivery().state == .delivered)
  }

  @Test("a crash between sending and writing that down repeats the message under the same id")
  func crashAfter() async throws {
    let bench = try await HookBench()
    let delivery = try await bench.write()
    let receiver = TestReceiver()
    try await bench.sender(receiver).sendDue()
    // As the journal was before the try was written down.
    try await bench.journal.write(JournalBatch(run: "r1", changes: [.delivery(delivery)]))
    try await bench.sender(receiver).sendDue()
    #expect(receiver.seen.map { $0.headers["webhook-id"] } == ["msg_1", "msg_1"])
    #expect(receiver.seen[0].body == receiver.seen[1].body)
    #expect(try await bench.delivery().state == .delivered)
  }

  @Test("a delivery and the event that causes it are written together or not at all")
  func together() async throws {
    let bench = try await HookBench()
    var delivery = try await bench.write("msg_0")
    delivery.id = "msg_1"
    let outOfOrder = RunEvent(run: "r1", type: .runCompleted).numbered(7, at: 0)
    await #expect(throws: JournalError.self) {
      try await bench.journal.write(
        JournalBatch(run: "r1", events: [outOfOrder], changes: [.delivery(delivery)]))
    }
    #expect(await bench.journal.deliveries(of: "r1").map(\.id) == ["msg_0"])
    delivery.run = "r2"
    await #expect(throws: JournalError.self) {
      try await bench.journal.write(JournalBatch(run: "r1", changes: [.delivery(delivery)]))
    }
  }

  @Test("many messages go out, each once")
  func many() async throws {
    let bench = try await HookBench()
    for index in 0..<50 { try await bench.write("msg_\(index)") }
    let receiver = TestReceiver()
    let sender = bench.sender(receiver)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { try await sender.sendDue() } }
      try await group.waitForAll()
    }
    #expect(Set(receiver.seen.compactMap { $0.headers["webhook-id"] }).count == 50)
    #expect(receiver.seen.count == 50)
  }

  @Test("a sender that runs sends what is written later when it is woken")
  func woken() async throws {
    let bench = try await HookBench()
    let receiver = TestReceiver()
    let tried = Locked(0)
    let sender = HookSender(
      journal: bench.journal, transport: receiver, now: { [start = bench.start] in start },
      onAttempt: { _ in tried.withLock { $0 += 1 } })
    let running = Task { try await sender.run() }
    await Task.yield()
    try await bench.write()
    await sender.wake()
    try await eventually("a message was tried") { tried.withLock { $0 } == 1 }
    running.cancel()
    try await running.ended
    #expect(try await bench.delivery().state == .delivered)
  }

  @Test("at the end of a process messages get a little time; what is left is told")
  func drained() async throws {
    let bench = try await HookBench()
    try await bench.write()
    let start = bench.start
    let stuck = HookSender(
      journal: bench.journal, transport: TestReceiver(door: TestDoor()), clock: bench.clock,
      now: { start })
    #expect(await stuck.drain(within: .seconds(10)) == 1)
    #expect(try await bench.delivery().attempts.isEmpty)
    let busy = HookSender(
      journal: bench.journal, transport: TestReceiver([Self.down, .success(.init(status: 200))]),
      schedule: HookSchedule(waits: [.zero, .zero], patience: .zero), now: { start })
    #expect(await busy.drain(within: .seconds(30)) == 0)
    #expect(try await bench.delivery().attempts.map(\.status) == [503, 200])
  }

  @Test("a drain does not wait for what becomes due later")
  func drainedLater() async throws {
    let bench = try await HookBench()
    try await bench.write(at: bench.start + 60_000)
    let receiver = TestReceiver()
    let start = bench.start
    let sender = HookSender(journal: bench.journal, transport: receiver, now: { start })
    #expect(await sender.drain(within: .seconds(10)) == 1)
    #expect(receiver.seen.isEmpty)
  }
}
