/// A clip as editors see one: from a unit of time to another, with what happens at its ends.
struct Strip: Hashable {
  /// In the list that it comes from.
  var index: Int
  var start: Int
  var end: Int
  /// How long it takes to come in and to go away.
  var enter = 0
  var leave = 0

  func overlaps(_ other: Strip) -> Bool { start < other.end && other.start < end }

  /// Whether `next` comes in over the end of this one, which then is over: a transition between two clips.
  func goesOver(into next: Strip) -> Bool {
    let overlap = end - next.start
    return start < next.start && end < next.end && overlap > 0
      && abs(overlap - next.enter) <= 1 && (leave == 0 || abs(leave - overlap) <= 1)
      && start + enter <= next.start
  }
}

/// Clips of one layer on as few tracks as it takes: on a track nothing lies over anything else, except in a transition.
struct Lanes {
  /// From bottom to top, each in order of time.
  private(set) var lanes: [[Strip]] = []

  /// - Parameter strips: where they overlap, the later one lies on top.
  init(_ strips: [Strip]) {
    for strip in strips where strip.start < strip.end {
      // What lies below must not be on a higher track.
      var lowest = 0
      for (number, lane) in lanes.enumerated() {
        for below in lane where below.overlaps(strip) {
          lowest = max(lowest, below.goesOver(into: strip) ? number : number + 1)
        }
      }
      let free = (lowest..<lanes.count).first { Self.fits(strip, in: lanes[$0]) }
      if let free {
        lanes[free].append(strip)
        lanes[free].sort { $0.start < $1.start }
      } else {
        lanes.append([strip])
      }
    }
  }

  private static func fits(_ strip: Strip, in lane: [Strip]) -> Bool {
    let before = lane.last { $0.start <= strip.start }
    let after = lane.first { $0.start > strip.start }
    if let before, !fits(before, strip) { return false }
    if let after, !fits(strip, after) { return false }
    // A transition at either end of one in between must leave something of it.
    if let before, let after, before.end > strip.start, strip.end > after.start {
      return before.end <= after.start
    }
    return true
  }

  private static func fits(_ left: Strip, _ right: Strip) -> Bool {
    if left.end < right.start { return true }
    // A fade from nothing would be taken for one from the clip before.
    if left.end == right.start { return left.leave == 0 && right.enter == 0 }
    return left.goesOver(into: right)
  }
}
