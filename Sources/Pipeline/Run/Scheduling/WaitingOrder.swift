/// A place among those who wait: higher priority first, and one point of priority gained for every `ageing` of
/// waiting, so that nobody waits for ever; equal ones in order of asking.
///
/// Everybody ages at the same speed, so that places never change their order while they wait.
struct WaitingPlace: Comparable, Hashable, Sendable {
  /// Waiting that is worth one point of priority.
  static let ageing = Duration.seconds(3)

  /// When somebody of priority 0 would have had to ask for the same place.
  let effectiveStart: Duration
  let ticket: Int

  init(priority: Int, since now: Duration, ticket: Int) {
    effectiveStart = now - Self.ageing * max(-100, min(100, priority))
    self.ticket = ticket
  }

  static func < (left: WaitingPlace, right: WaitingPlace) -> Bool {
    (left.effectiveStart, left.ticket) < (right.effectiveStart, right.ticket)
  }
}

/// A sorted list that is mostly appended to and taken from at the front; both are cheap, the rest is a binary
/// search and a move of memory.
struct OrderedQueue<Element: Comparable & Sendable>: Sendable {
  private var elements: [Element] = []
  /// Elements before it have been taken.
  private var start = 0

  var count: Int { elements.count - start }
  var isEmpty: Bool { count == 0 }
  var first: Element? { isEmpty ? nil : elements[start] }
  /// In order.
  var all: ArraySlice<Element> { elements[start...] }

  subscript(index: Int) -> Element { elements[start + index] }

  mutating func insert(_ element: Element) {
    elements.insert(element, at: position(of: element))
  }

  @discardableResult
  mutating func remove(_ element: Element) -> Bool {
    let index = position(of: element)
    guard index < elements.count, elements[index] == element else { return false }
    remove(at: index - start)
    return true
  }

  mutating func remove(at index: Int) {
    guard index == 0 else {
      elements.remove(at: start + index)
      return
    }
    start += 1
    // Each element is moved at most once for each that was taken.
    guard start * 2 > elements.count else { return }
    elements.removeFirst(start)
    start = 0
  }

  /// Of the first element that is not before `element`.
  private func position(of element: Element) -> Int {
    var low = start
    var high = elements.count
    if let last = elements.last, low < high, last < element { return high }
    while low < high {
      let middle = low + (high - low) / 2
      if elements[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
