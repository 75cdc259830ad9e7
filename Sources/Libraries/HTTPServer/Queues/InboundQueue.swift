import HTTPTypes
import Threads

/// What comes in on a connection for the task that handles it. Bounded: the loop stops reading when it is full.
final class InboundQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var first = 0
    var byteCount = 0
    var isEnded = false
    var failure: BodyError?
    var isCancelled = false
    /// The loop has stopped reading and waits to be told to go on.
    var isFull = false
    var hasReader = false
    var waiter: CheckedContinuation<Void, Never>?

    var count: Int { elements.count - first }

    var isReadable: Bool { count > 0 || isEnded || failure != nil || isCancelled }

    mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
      defer { waiter = nil }
      return waiter
    }

    mutating func step(
      _ capacity: Int, _ size: (Element) -> Int
    ) -> Step {
      if let failure { return .failed(failure) }
      if count > 0 { return take(capacity, size) }
      if isEnded { return .ended }
      return isCancelled ? .failed(CancellationError()) : .wait
    }

    mutating func take(_ capacity: Int, _ size: (Element) -> Int) -> Step {
      let element = elements[first]
      first += 1
      byteCount -= size(element)
      if first == elements.count || first > 64 {
        elements.removeFirst(first)
        first = 0
      }
      let freesRoom = isFull && byteCount <= capacity / 2
      if freesRoom { isFull = false }
      return .element(element, freesRoom: freesRoom)
    }
  }

  private enum Step {
    case element(Element, freesRoom: Bool)
    case ended
    case failed(any Error)
    case wait
  }

  /// In bytes, above which the loop stops reading.
  private let capacity: Int
  private let size: @Sendable (Element) -> Int
  /// Called without the lock when there is room again.
  private let madeRoom: @Sendable () -> Void
  /// Called without the lock when somebody reads for the first time.
  private let firstRead: @Sendable () -> Void
  private let state = Locked(State())

  init(
    capacity: Int, size: @escaping @Sendable (Element) -> Int,
    madeRoom: @escaping @Sendable () -> Void, firstRead: @escaping @Sendable () -> Void
  ) {
    self.capacity = capacity
    self.size = size
    self.madeRoom = madeRoom
    self.firstRead = firstRead
  }

  // MARK: For the loop

  /// Returns true when the queue is full now: no more should be read until `madeRoom`. After the end, elements are
  /// dropped.
  func push(_ element: Element) -> Bool {
    let (isFull, waiter) = state.withLock { state in
      guard !state.isEnded, state.failure == nil else { return (false, state.takeWaiter()) }
      state.elements.append(element)
      state.byteCount += size(element)
      state.isFull = state.byteCount >= capacity
      return (state.isFull, state.takeWaiter())
    }
    waiter?.resume()
    return isFull
  }

  /// Nothing more comes; what is there can still be read.
  func end() { finish { $0.isEnded = true } }

  /// Nothing more comes, and what is there is dropped.
  func fail(_ failure: BodyError) {
    finish { state in
      guard !state.isEnded, state.failure == nil else { return }
      state.failure = failure
      state.elements = []
      state.first = 0
    }
  }

  private func finish(_ change: (inout State) -> Void) {
    let waiter = state.withLock { state in
      change(&state)
      return state.takeWaiter()
    }
    waiter?.resume()
  }

  // MARK: For the task

  /// Nil at the end. For one reader.
  func next() async throws -> Element? {
    let isFirst = state.withLock { state in
      defer { state.hasReader = true }
      return !state.hasReader
    }
    if isFirst { firstRead() }
    while true {
      switch state.withLock({ $0.step(capacity, size) }) {
      case .element(let element, let freesRoom):
        if freesRoom { madeRoom() }
        return element
      case .ended: return nil
      case .failed(let error): throw error
      case .wait: await wait()
      }
    }
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if state.isReadable || state.waiter != nil { return true }
          state.waiter = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      finish { $0.isCancelled = true }
    }
  }
}

extension InboundQueue: BodySource where Element == [UInt8] {}
