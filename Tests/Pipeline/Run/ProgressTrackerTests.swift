import Testing

@testable import Pipeline

@Suite("Progress", .timeLimit(.minutes(5)))
struct ProgressTrackerTests {
  private func report(_ done: Double, of total: Double?) -> StageProgress {
    StageProgress(done: done, total: total, unit: .frames)
  }

  @Test("the run's fraction is weighted by the stages' cost")
  func weighted() {
    var tracker = ProgressTracker(weights: [("cheap", 1), ("dear", 9)])
    let settled = tracker.settle("cheap")
    #expect(settled.runFraction == 0.1)
    let half = tracker.report(report(50, of: 100), stage: "dear", item: 0, at: 1)
    #expect(half?.fraction == 0.5)
    #expect(half?.runFraction == 0.55)
  }

  @Test("fractions never fall, whatever a stage reports")
  func monotone() {
    var tracker = ProgressTracker(weights: [("a", 1)])
    var last = 0.0
    for (index, done) in [10.0, 60, 5, 61, -3, .nan, 30, 200].enumerated() {
      guard
        let published = tracker.report(
          report(done, of: 100), stage: "a", item: 0, at: Double(index))
      else { continue }
      #expect(published.fraction >= last)
      #expect(published.fraction <= 1)
      last = published.fraction
    }
    #expect(last == 1)
  }

  @Test("items of a stage count alike")
  func items() {
    var tracker = ProgressTracker(weights: [("voice", 1)])
    tracker.expand("voice", into: 4)
    let first = tracker.complete("voice", item: 2, at: 0)
    #expect(first?.fraction == 0.25)
    let second = tracker.report(report(1, of: 2), stage: "voice", item: 0, at: 1)
    #expect(second?.fraction == 0.375)
  }

  @Test("at most five reports a second are published, and always the last")
  func throttled() {
    var tracker = ProgressTracker(weights: [("a", 1)])
    let published = (1...100).compactMap { index in
      tracker.report(report(Double(index), of: 100), stage: "a", item: 0, at: Double(index) * 0.01)
    }
    #expect(published.count <= 7)
    #expect(published.last?.fraction == 1)
  }

  @Test("speed and time left come from the last seconds")
  func speed() {
    var tracker = ProgressTracker(weights: [("a", 1)])
    _ = tracker.report(report(0, of: 300), stage: "a", item: 0, at: 0)
    let published = tracker.report(report(60, of: 300), stage: "a", item: 0, at: 2)
    #expect(published?.speed == 30)
    #expect(abs((published?.eta ?? 0) - 8) < 1e-9)
  }

  @Test("a report without a total changes no fraction")
  func unknownTotal() {
    var tracker = ProgressTracker(weights: [("a", 1)])
    let published = tracker.report(report(7, of: nil), stage: "a", item: 0, at: 0)
    #expect(published?.fraction == 0)
  }
}
