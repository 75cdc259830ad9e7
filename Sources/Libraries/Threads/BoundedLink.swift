import Foundation

/// A first-in first-out link of fixed capacity between threads: a full link makes the sender wait, an empty
/// one the receiver.
///
/// Closing lets the receiver drain what is there; aborting drops it and wakes both sides at once.
public final class BoundedLink<Element: Sendable>: @unchecked Sendable {
  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var isClosed = false
  private var isAborted = false

  public init(capacity: Int) {
    precondition(capacity > 0, "a link needs room for one element")
    self.capacity = capacity
  }

  /// Waits for room. Returns false when nobody will receive any more (closed or aborted); the element is dropped.
  @discardableResult
  public func send(_ element: Element) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while elements.count >= capacity, !isClosed, !isAborted { condition.wait() }
    guard !isClosed, !isAborted else { return false }
    elements.append(element)
    condition.broadcast()
    return true
  }

  /// Waits for an element. Returns nil when the link was closed and drained, or aborted.
  public func receive() -> Element? {
    condition.lock()
    defer { condition.unlock() }
    while elements.isEmpty, !isClosed, !isAborted { condition.wait() }
    guard !isAborted, !elements.isEmpty else { return nil }
    let element = elements.removeFirst()
    condition.broadcast()
    return element
  }

  /// No more will be sent; what is in the link can still be received.
  public func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }

  /// Drops what is in the link and wakes everybody.
  public func abort() {
    condition.lock()
    isAborted = true
    elements.removeAll()
    condition.broadcast()
    condition.unlock()
  }
}
