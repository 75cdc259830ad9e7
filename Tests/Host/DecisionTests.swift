import Pipeline
import Testing

@testable import videocraft

@Suite("Decisions in words", .timeLimit(.minutes(5)))
struct DecisionTests {
  @Test(
    "each reason is a sentence that names what it is about",
    arguments: [
      (
        TaskDecision(.cached, .known(run: "r1")), "cached: run r1 made it from the same",
        "cached: run r1 made it from the same"
      ),
      (
        TaskDecision(.run, .neverMade), "ran because it was never made in this pipeline before",
        "runs because it was never made in this pipeline before"
      ),
      (
        TaskDecision(
          .run, .changed([.init(part: "with.text", before: "\"Hello\"", after: "\"Hallo\"")])),
        "ran because `with.text` changed: \"Hello\" -> \"Hallo\"",
        "runs because `with.text` changed: \"Hello\" -> \"Hallo\""
      ),
      (
        TaskDecision(
          .run,
          .changed([
            .init(part: "in.audio", before: "a.wav", after: "b.wav", from: "voice"),
            .init(part: "with.size", before: nil, after: "42"),
          ])),
        "ran because `in.audio` changed (it comes from `voice`): a.wav -> b.wav, and `with.size` is new: 42",
        "runs because `in.audio` changed (it comes from `voice`): a.wav -> b.wav, and `with.size` is new: 42"
      ),
      (
        TaskDecision(.run, .changed([.init(part: "stage version", before: "1", after: "2")])),
        "ran because the stage's version changed: 1 -> 2",
        "runs because the stage's version changed: 1 -> 2"
      ),
      (
        TaskDecision(.run, .changed([.init(part: "with.font", before: "\"Lato\"", after: nil)])),
        "ran because `with.font` is gone: it was \"Lato\"",
        "runs because `with.font` is gone: it was \"Lato\""
      ),
      (
        TaskDecision(
          .run,
          .changed([
            .init(
              part: "in.audio", before: "3 items, 5cdb151ba42b", after: "3 items, 589bb18c3688",
              from: "voice")
          ])),
        "ran because `in.audio` changed (it comes from `voice`)",
        "runs because `in.audio` changed (it comes from `voice`)"
      ),
      (
        TaskDecision(.run, .cacheOff), "ran because it says `cache: off`",
        "runs because it says `cache: off`"
      ),
      (
        TaskDecision(.run, .waitsFor(["voice", "cut"])), "ran because `voice` and `cut` ran",
        "runs because `voice` and `cut` run, unless what comes out is as before"
      ),
      (
        TaskDecision(.skip, .skipped(["`if` is false"])), "skipped because `if` is false",
        "is skipped because `if` is false"
      ),
      (
        TaskDecision(.blocked, .blockedBy(["cut"])),
        "did not start because `cut` did not finish",
        "will not start because `cut` did not finish"
      ),
    ])
  func words(decision: TaskDecision, past: String, future: String) {
    #expect(DecisionText.text(decision, .past) == past)
    #expect(DecisionText.text(decision, .future) == future)
  }

  private func stage(_ decisions: [TaskDecision]) -> FoldedStage {
    FoldedStage(
      name: "voice",
      entries: decisions.enumerated().map { .init(item: $0.offset, decision: $0.element) })
  }

  private let known = TaskDecision(.cached, .known(run: "r1"))

  private func changed(_ number: Int) -> TaskDecision {
    TaskDecision(.run, .changed([.init(part: "with.text", before: "\(number)", after: "x")]))
  }

  @Test("tasks that are alike are said once")
  func alike() {
    let lines = stage(Array(repeating: known, count: 12)).lines(width: 8, tense: .past)
    #expect(lines == ["voice     12 tasks: cached: run r1 made it from the same"])
  }

  @Test("one that differs is named, the others are counted")
  func exception() {
    var decisions = Array(repeating: known, count: 12)
    decisions[3] = changed(7)
    #expect(
      stage(decisions).lines(width: 5, tense: .future) == [
        "voice  12 tasks: 11 cached, item 4 runs because `with.text` changed: 7 -> x"
      ])
  }

  @Test("many that differ are counted, and the first of them shown")
  func many() {
    let decisions = (0..<10).map(changed) + Array(repeating: known, count: 3)
    let lines = stage(decisions).lines(width: 5, tense: .future)
    #expect(
      lines.first == "voice  13 tasks: 3 cached, 10 run"
        || lines.first == "voice  13 tasks: 10 run, 3 cached")
    #expect(lines.count == 2 + FoldedStage.shownGroups)
    #expect(lines.last?.contains("more tasks; `--all` shows them") == true)
    #expect(stage(decisions).lines(width: 5, tense: .future, all: true).count == 12)
  }

  @Test(
    "items are counted from 1 and written as ranges",
    arguments: [
      ([3], "item 4"), ([0, 1, 2, 4], "items 1-3, 5"),
      (Array(stride(from: 0, to: 40, by: 2)), "items 1, 3, 5, 7, 9, 11, 13, 15, …"),
    ])
  func items(items: [Int], text: String) {
    #expect(FoldedStage.items(items) == text)
  }

  @Test("a stage that is no foreach has one line, and an empty list says so")
  func single() {
    let one = FoldedStage(name: "cut", entries: [.init(item: nil, decision: known)])
    #expect(one.lines(width: 5, tense: .past) == ["cut    cached: run r1 made it from the same"])
    #expect(stage([]).lines(width: 5, tense: .past) == ["voice  no tasks: the list is empty"])
  }
}
