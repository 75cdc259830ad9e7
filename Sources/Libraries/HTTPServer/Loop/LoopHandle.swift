import CSockets
import HTTPTypes
import Threads

#if canImport(Glibc)
  import Glibc
#endif

/// A connection, told from those that had its descriptor before.
struct ConnectionID: Sendable, Hashable {
  let descriptor: Int32
  /// From 1 on; 0 is for what is no connection.
  let generation: UInt32

  var tag: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)) }

  init(descriptor: Int32, generation: UInt32) {
    self.descriptor = descriptor
    self.generation = generation
  }

  init(tag: UInt64) {
    descriptor = Int32(bitPattern: UInt32(truncatingIfNeeded: tag))
    generation = UInt32(truncatingIfNeeded: tag >> 32)
  }
}

/// What tasks tell a loop.
enum LoopMessage: Sendable {
  /// What a task has to say about its exchange.
  case exchange(ConnectionID, serial: UInt32, ExchangeMessage)
  /// Begin to stop; what still runs at `deadline` is cancelled.
  case drain(deadline: Int64)
  /// A piece of a task that runs on the loop's thread.
  case work(UnownedJob)
  /// The clock was set forward; called when every deadline that has passed was looked at.
  case checkTime(@Sendable () -> Void)

  /// Nobody will read this message: those who wait for what it asks are let go.
  func reject() {
    switch self {
    case .exchange(_, _, .answer(_, let continuation)): continuation.reject()
    case .checkTime(let done): done()
    // A task has to go on wherever it can.
    case .work(let job): globalConcurrentExecutor.enqueue(ExecutorJob(job))
    case .exchange, .drain: break
    }
  }
}

enum ExchangeMessage: Sendable {
  case answer(Response, AnswerContinuation)
  /// There is something in the outbound queue.
  case outputReady
  /// There is room in the inbound queue.
  case resumeReading
  /// Somebody reads the body.
  case bodyWanted
  case limitTime(Duration?)
  /// The client of a WebSocket is too slow for what it is sent.
  case overflowed
  case taskEnded
}

/// What follows the head of an answer.
enum AnswerContinuation: Sendable {
  /// Everything is in the answer; the task has ended.
  case nothing
  case stream(OutboundQueue)
  case webSocket(SocketChannel)
  /// Without a task.
  case feed(any BodyFeed, FeedContinuation)

  /// Whether the task has ended with the answer.
  var isLast: Bool {
    switch self {
    case .nothing, .feed: true
    case .stream, .webSocket: false
    }
  }

  func reject() {
    switch self {
    case .nothing: break
    case .feed(let feed, _): feed.end()
    case .stream(let queue): queue.close()
    case .webSocket(let channel): channel.abandon()
    }
  }
}

/// Where a feed's bytes go.
enum FeedContinuation: Sendable {
  case stream(OutboundQueue)
  case webSocket(SocketChannel)
}

/// A loop's descriptors and its inbox, for every thread. Tasks that prefer it as their executor run on the loop's
/// thread.
final class LoopHandle: TaskExecutor {
  private struct Inbox {
    var messages: [LoopMessage] = []
    var isClosed = false
    /// Whether the loop waits for its sockets and has to be woken.
    var isAsleep = false
  }

  let epoll: Int32
  let wakeDescriptor: Int32
  private let inbox = Locked(Inbox())

  init() throws(ServerError) {
    epoll = vc_epoll_create()
    wakeDescriptor = vc_wake_create()
    // From here on a throw runs `deinit`.
    try ServerError.check(epoll, "epoll_create1")
    try ServerError.check(wakeDescriptor, "eventfd")
    let tag = ConnectionID(descriptor: wakeDescriptor, generation: 0).tag
    try ServerError.check(vc_epoll_add_listener(epoll, wakeDescriptor, tag), "epoll_ctl")
  }

  deinit {
    for descriptor in [epoll, wakeDescriptor] where descriptor >= 0 { Glibc.close(descriptor) }
  }

  func post(_ message: LoopMessage) {
    let (isClosed, wakes) = inbox.withLock { inbox in
      if inbox.isClosed { return (true, false) }
      inbox.messages.append(message)
      defer { inbox.isAsleep = false }
      return (false, inbox.isAsleep)
    }
    if isClosed { message.reject() }
    if wakes { vc_wake(wakeDescriptor) }
  }

  func enqueue(_ job: consuming ExecutorJob) { post(.work(UnownedJob(job))) }

  // MARK: For the loop

  /// False when there are messages, so that it must not wait. From now on, a message wakes it.
  func fallAsleep() -> Bool {
    inbox.withLock { inbox in
      inbox.isAsleep = inbox.messages.isEmpty
      return inbox.isAsleep
    }
  }

  /// What there is. Messages wake nobody until `fallAsleep`.
  ///
  /// - Parameter messages: empty; its room is used for the next ones.
  func take(into messages: inout [LoopMessage]) {
    inbox.withLock { inbox in
      inbox.isAsleep = false
      swap(&inbox.messages, &messages)
    }
  }

  /// The loop has ended.
  func close() {
    let rest = inbox.withLock { inbox in
      inbox.isClosed = true
      defer { inbox.messages = [] }
      return inbox.messages
    }
    rest.forEach { $0.reject() }
  }
}
