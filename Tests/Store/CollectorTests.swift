import Foundation
import Pipeline
import Store
import TestSupport
import Testing

@Suite("The collector", .timeLimit(.minutes(5)))
struct CollectorTests {
  @Test("without a budget or an age nothing that the journal knows of goes")
  func nothing() async throws {
    let fixture = try CollectorFixture()
    let file = try await fixture.file("a")
    try await fixture.run("r", results: [(1, [file])])
    fixture.clock.advance(by: 1000 * CollectorFixture.day)
    let report = try await fixture.collector().collect(CollectionPolicy())
    #expect(report.removedFiles == 0)
    #expect(report.kept.results == 1000)
    #expect(report.kept.total == 1000)
    #expect(try await fixture.knownResults([1]) == [1])
  }

  @Test(
    "what a run gave back is let go of, with results of it, unless another run gave it too or it is in use"
  )
  func discarding() async throws {
    let fixture = try CollectorFixture()
    let own = try await fixture.file("own")
    let shared = try await fixture.file("shared")
    let between = try await fixture.file("between")
    let used = try await fixture.file("used")
    try await fixture.run(
      "a", results: [(1, [own]), (2, [shared]), (3, [between]), (4, [used])],
      outputs: [own, shared, used])
    try await fixture.run("b", outputs: [shared])
    fixture.clock.advance(by: CollectorFixture.day)
    #expect(try await !fixture.journal.discardOutputs(of: "nothing"))
    #expect(try await fixture.journal.discardOutputs(of: "a"))
    #expect(try await !fixture.journal.discardOutputs(of: "a"))
    #expect(try await fixture.knownResults(1...4) == [2, 3])
    let status = try await fixture.journal.run("a")
    #expect(status?.outputs == nil && status?.state == .completed)
    let heads = try await fixture.journal.heads(ofPipeline: "p")
    #expect(heads.map(\.id) == ["b", "a"] && heads.map(\.hasOutputs) == [true, false])
    let report = try await fixture.collector().collect(CollectionPolicy())
    #expect(report.removedFiles == 2)
    #expect(await fixture.present([own, shared, between, used]) == ["shared", "between"])
    #expect(try await fixture.journal.missingFiles().isEmpty)
  }

  @Test("what a live run counts on and what is not over is not let go of")
  func discardingBesideLiveRuns() async throws {
    let fixture = try CollectorFixture()
    let file = try await fixture.file("a")
    try await fixture.run("old", results: [(1, [file])], outputs: [file])
    try await fixture.run("live", .running, results: [(1, [file])])
    #expect(try await !fixture.journal.discardOutputs(of: "live"))
    #expect(try await fixture.journal.discardOutputs(of: "old"))
    #expect(try await fixture.knownResults([1]) == [1])
    #expect(await fixture.present([file]) == ["a"])
  }

  @Test("results go by when they were last used, the longest unused first, until the budget is met")
  func budget() async throws {
    let fixture = try CollectorFixture()
    var files: [FileReference] = []
    for number in 0..<5 {
      files.append(try await fixture.file("\(number)"))
      try await fixture.run("r\(number)", results: [(number, [files[number]])])
      fixture.clock.advance(by: 10)
    }
    try await fixture.journal.write(JournalBatch(run: "r4", changes: [.used([key(0)])]))
    let report = try await fixture.collector().collect(CollectionPolicy(sizeBudget: 3500))
    #expect(report.removedResults == 2)
    #expect(report.removedFiles == 2)
    #expect(report.freedBytes == 2000)
    #expect(report.kept.results == 3000)
    #expect(report.bytesOverBudget == nil)
    #expect(try await fixture.knownResults(0..<5) == [0, 3, 4])
    #expect(await fixture.present(files) == ["0", "3", "4"])
    #expect(try await fixture.journal.runs(limit: 9).count == 5)
  }

  @Test("what runs need stays whatever the budget, and the report says what it is")
  func roots() async throws {
    let fixture = try CollectorFixture()
    let names = [
      "live input", "live result", "output", "old input", "old result", "shared", "part",
    ]
    var files: [FileReference] = []
    for name in names { files.append(try await fixture.file(name)) }
    try await fixture.run(
      "over", inputs: [files[3]], results: [(1, [files[4], files[5]]), (2, [files[2]])],
      outputs: [files[2]])
    fixture.clock.advance(by: CollectorFixture.day)
    try await fixture.run(
      "stopped", .interrupted, inputs: [files[0]], results: [(3, [files[1], files[5]])])
    // A piece of a task's work, which is no task of its own.
    var part = result(key(4), ["out": fixture.list([files[6]])], createdAt: fixture.clock.now)
    part.run = "stopped"
    try await fixture.journal.write(JournalBatch(run: "stopped", changes: [.result(part)]))
    let dry = try await fixture.collector().collect(CollectionPolicy(sizeBudget: 0), dryRun: true)
    #expect(await fixture.present(files).count == 7)
    let report = try await fixture.collector().collect(CollectionPolicy(sizeBudget: 0))
    #expect(
      await fixture.present(files) == ["live input", "live result", "output", "shared", "part"])
    #expect(try await fixture.knownResults(1...4) == [2, 3, 4])
    #expect(report.removedFiles == 2)
    #expect(report.kept.unfinishedRuns == 4000)
    #expect(report.kept.outputs == 1000)
    #expect(report.bytesOverBudget == 5000)
    var expected = dry
    expected.isDryRun = false
    #expect(report == expected)
  }

  @Test("what a run that is under way has used since it began stays")
  func liveRun() async throws {
    let fixture = try CollectorFixture()
    let old = try await fixture.file("old")
    let unused = try await fixture.file("unused")
    try await fixture.run("over", results: [(1, [old]), (2, [unused])])
    fixture.clock.advance(by: CollectorFixture.day)
    try await fixture.run("live", .running)
    try await fixture.journal.write(JournalBatch(run: "live", changes: [.used([key(1)])]))
    _ = try await fixture.collector().collect(CollectionPolicy(sizeBudget: 0))
    #expect(try await fixture.knownResults(1...2) == [1])
    #expect(await fixture.present([old, unused]) == ["old"])
  }

  @Test("segments that a run told of stay while it is under way, and with its package afterwards")
  func segments() async throws {
    let fixture = try CollectorFixture()
    try await fixture.run("live", .running)
    let segment = try await fixture.file("segment")
    let other = try await fixture.file("lost segment")
    var told = RunEvent(run: "live", type: .segmentReady, stage: "package").numbered(
      2, at: fixture.clock.now)
    told.segment = PlayableSegment(
      output: "playlist",
      rendition: PlayableRendition(name: "video", playlist: "video.m3u8", targetDuration: 4),
      index: 0, start: .zero, duration: MediaTime(seconds: 4), path: "0.ts", file: segment)
    try await fixture.journal.write(JournalBatch(run: "live", events: [told]))
    #expect(try await fixture.journal.events(of: "live", after: 1).first == told)
    fixture.clock.advance(by: CollectorFixture.day)
    let nothing = CollectionPolicy(sizeBudget: 0, maximumAge: 0, grace: 0)
    _ = try await fixture.collector().collect(nothing)
    #expect(await fixture.present([segment, other]) == ["segment", "lost segment"])
    try await fixture.journal.write(
      JournalBatch(
        run: "live",
        changes: [
          .state(.completed),
          .outputs(["hls": .bundle(FileBundle(entry: "0.ts", files: ["0.ts": segment]))]),
        ]))
    _ = try await fixture.collector().collect(nothing)
    #expect(await fixture.present([segment, other]) == ["segment"])
  }

  @Test("runs that ended long ago go with their events, but for the newest of each pipeline")
  func age() async throws {
    let fixture = try CollectorFixture()
    let film = try await fixture.file("film")
    let kept = try await fixture.file("kept film")
    try await fixture.run("p1", results: [(1, [film])], outputs: [film])
    try await fixture.run("q1", pipeline: "q", outputs: [kept])
    try await fixture.run("stuck", .interrupted)
    try await fixture.run("p2", results: [(2, [])])
    fixture.clock.advance(by: 10 * CollectorFixture.day)
    try await fixture.run("p3", results: [(3, [])])
    let attempt = try await fixture.journal.beginAttempt(
      of: TaskID(run: "p1", stage: "s"), owner: "x", leaseUntil: 0)
    #expect(attempt.number == 1)

    let report = try await fixture.collector().collect(
      CollectionPolicy(maximumAge: 5 * CollectorFixture.day))
    #expect(report.removedRuns == ["p1", "p2"])
    #expect(report.removedResults == 2)
    let runs = try await fixture.journal.runs(limit: 9).map(\.record.id)
    #expect(runs == ["p3", "stuck", "q1"])
    for run in report.removedRuns {
      #expect(try await fixture.journal.events(of: run, after: 0).isEmpty)
      #expect(try await fixture.journal.tasks(of: run).isEmpty)
      #expect(try await fixture.journal.attempts(of: run).isEmpty)
    }
    #expect(try await fixture.knownResults(1...3) == [3])
    #expect(await fixture.present([film, kept]) == ["kept film"])
  }

  @Test("an alias goes with the first of its results")
  func aliases() async throws {
    let fixture = try CollectorFixture()
    let (old, new) = (try await fixture.file("old"), try await fixture.file("new"))
    try await fixture.run("r1", results: [(1, [old])])
    fixture.clock.advance(by: 10)
    try await fixture.run("r2", results: [(2, [new])])
    let aliases = [
      ResultAlias(key: key(11), results: [key(2), key(1)], isList: true),
      ResultAlias(key: key(12), results: [key(2)], isList: false),
    ]
    try await fixture.journal.write(JournalBatch(run: "r2", changes: aliases.map { .alias($0) }))
    _ = try await fixture.collector().collect(CollectionPolicy(sizeBudget: 1000))
    #expect(try await fixture.journal.aliases(for: [key(11), key(12)]).keys.sorted() == [key(12)])
  }

  @Test("a file that the journal does not know goes after a while, and not before")
  func orphans() async throws {
    let fixture = try CollectorFixture()
    let orphan = try await fixture.file("orphan")
    let early = try await fixture.collector().collect(CollectionPolicy(grace: 60_000))
    #expect(early.removedFiles == 0)
    #expect(early.kept.recent == 1000)
    fixture.clock.advance(by: 61_000)
    let late = try await fixture.collector().collect(CollectionPolicy(grace: 60_000))
    #expect(late.removedFiles == 1)
    #expect(late.freedBytes == 1000)
    #expect(await fixture.present([orphan]).isEmpty)
  }

  @Test("a file that is put in again while the collection is under way stays")
  func putAgain() async throws {
    let fixture = try CollectorFixture()
    let file = try await fixture.file("a")
    try await fixture.run("r", results: [(1, [file])])
    let source = try fixture.folder.write(
      try Data(contentsOf: try await fixture.artifacts.open(file)), to: "again")
    let store = fixture.artifacts
    let collector = fixture.collector { step in
      guard step == .marked else { return }
      let again = try await store.copy(source, as: "a")
      #expect(again == file)
    }
    let report = try await collector.collect(CollectionPolicy(sizeBudget: 0))
    #expect(report.removedFiles == 0)
    #expect(report.kept.recent == 1000)
    #expect(try Data(contentsOf: try await store.open(file)).count == 1000)
    // What is written of it now counts.
    try await fixture.run("r2", outputs: [file])
    _ = try await fixture.collector().collect(CollectionPolicy(sizeBudget: 0))
    #expect(await fixture.present([file]) == ["a"])
  }

  private struct Crash: Error {}

  @Test(
    "after a crash at any point nothing is missing, and the next collection does the rest",
    arguments: [
      (Collector.Step.marked, 1), (.removedSome, 1), (.removedSome, 3), (.removedAll, 1),
      (.unlisted, 1),
    ])
  func crash(step: Collector.Step, count: Int) async throws {
    let fixture = try CollectorFixture()
    var files: [FileReference] = []
    for number in 0..<8 {
      files.append(try await fixture.file("\(number)"))
      try await fixture.run("r\(number)", results: [(number, [files[number], files[0]])])
      fixture.clock.advance(by: 10)
    }
    let seen = Counter()
    let dying = fixture.collector { reached in
      if reached == step, seen.next() == count { throw Crash() }
    }
    await #expect(throws: Crash.self) {
      _ = try await dying.collect(CollectionPolicy(sizeBudget: 4000))
    }
    let next = try fixture.reopened()
    try await everyResultOpens(next, 0..<8)
    #expect(try await next.knownResults(0..<8) == [5, 6, 7])
    let report = try await next.collector().collect(CollectionPolicy(sizeBudget: 4000))
    #expect(await next.present(files) == ["0", "5", "6", "7"])
    #expect(report.kept.total == 4000)
    try await everyResultOpens(next, 0..<8)
    let last = try await next.collector().collect(CollectionPolicy(sizeBudget: 4000))
    #expect(last.removedFiles == 0)
    #expect(last.removedResults == 0)
  }

  /// The journal answers only with results whose files are there; each of these must open.
  private func everyResultOpens(
    _ fixture: CollectorFixture, _ numbers: some Sequence<Int>
  ) async throws {
    let results = try await fixture.journal.results(for: numbers.map(key))
    for file in results.values.flatMap({ $0.outputs.values.flatMap(\.files) }) {
      _ = try await fixture.artifacts.open(file)
    }
    #expect(try await fixture.journal.missingFiles().isEmpty)
  }

  @Test(
    "whatever there is, what stays in the journal opens, and the budget is met or excused",
    arguments: 1...12)
  func property(seed: UInt64) async throws {
    var random = SmallRandom(seed: seed)
    let fixture = try CollectorFixture()
    var files: [FileReference] = []
    for number in 0..<20 {
      files.append(
        try await fixture.file("\(number)", byteCount: Int.random(in: 10...5000, using: &random)))
    }
    func some(_ most: Int) -> [FileReference] {
      (0..<Int.random(in: 0...most, using: &random)).compactMap { _ in
        files.randomElement(using: &random)
      }
    }
    for number in 0..<15 {
      let states: [RunState] = [.completed, .completed, .failed, .cancelled, .interrupted]
      try await fixture.run(
        "r\(number)", pipeline: "p\(number % 3)", states.randomElement(using: &random) ?? .failed,
        inputs: some(2), results: [(number * 2, some(3)), (number * 2 + 1, some(1))],
        outputs: some(1))
      fixture.clock.advance(by: Int.random(in: 0...CollectorFixture.day, using: &random))
    }
    let policy = CollectionPolicy(
      sizeBudget: Bool.random(using: &random) ? Int.random(in: 0...40_000, using: &random) : nil,
      maximumAge: Bool.random(using: &random)
        ? Int.random(in: 0...8 * CollectorFixture.day, using: &random) : nil,
      grace: 0)
    let dry = try await fixture.collector().collect(policy, dryRun: true)
    var report = try await fixture.collector().collect(policy)
    try await everyResultOpens(fixture, 0..<30)
    for status in try await fixture.journal.runs(limit: 99) {
      let roots =
        (status.outputs?.values.flatMap(\.files) ?? [])
        + (status.state.isOver ? [] : status.resolvedInputs?.values.flatMap(\.files) ?? [])
      for file in roots { _ = try await fixture.artifacts.open(file) }
    }
    var size = 0
    for file in files where await fixture.artifacts.contains(file) { size += file.byteCount }
    #expect(report.kept.total == size)
    if let budget = policy.sizeBudget {
      #expect(size <= budget + (report.bytesOverBudget ?? 0))
      if report.bytesOverBudget != nil { #expect(report.kept.results == 0) }
    }
    report.isDryRun = true
    #expect(report == dry)
  }
}
