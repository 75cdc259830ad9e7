/// Who has to be looked at when, soonest first: a binary heap.
///
/// An entry that is no longer true is not looked for; whoever takes it out finds that out.
struct DeadlineQueue<Subject> {
  struct Entry {
    let time: Int64
    let subject: Subject
  }

  private var heap: [Entry] = []

  var count: Int { heap.count }

  /// Nil when there is none.
  var soonest: Int64? { heap.first?.time }

  mutating func insert(_ subject: Subject, at time: Int64) {
    heap.append(Entry(time: time, subject: subject))
    var index = heap.count - 1
    while index > 0, heap[(index - 1) / 2].time > heap[index].time {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Takes out the soonest that is due. Nil when none is.
  mutating func popDue(_ now: Int64) -> Entry? {
    guard let top = heap.first, top.time <= now else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return top }
    heap[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < heap.count && heap[child].time < heap[least].time { least = child }
      if least == index { return top }
      heap.swapAt(index, least)
      index = least
    }
  }
}
