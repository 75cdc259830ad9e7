import Foundation
import Pipeline
import Store
import Testing

/// What every journal promises about results, asked of both.
@Suite("Journals: results", .timeLimit(.minutes(5)))
struct JournalResultTests {
  typealias Kind = JournalFixture.Kind

  private func fixture(_ kind: Kind) async throws -> JournalFixture {
    let fixture = try JournalFixture(kind)
    try await fixture.journal.create(record())
    return fixture
  }

  @Test("results come back whole, the last one written counts", arguments: Kind.allCases)
  func results(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let file = try await fixture.file("abc", "a file.txt")
    let outputs: [String: Value] = ["file": .file(file), "text": .text("ä"), "none": .null]
    try await fixture.write(.result(result(key(1), ["old": .null])))
    try await fixture.write(.result(result(key(1), outputs, elapsed: 8)))
    let found = try await fixture.journal.results(for: [key(1), key(2), key(1)])
    #expect(found == [key(1): result(key(1), outputs, elapsed: 8)])
    #expect(found[key(1)]?.outputs["file"]?.files.first?.name == "a file.txt")
    #expect(try await fixture.journal.results(for: []).isEmpty)
  }

  @Test("any number of keys can be asked for", arguments: Kind.allCases, [1, 19, 21, 501, 1100])
  func manyKeys(kind: Kind, count: Int) async throws {
    let fixture = try await fixture(kind)
    let known = (0..<count).filter { !$0.isMultiple(of: 7) }
    try await fixture.journal.write(
      JournalBatch(
        run: "r",
        changes: known.map { .result(result(key($0), ["n": .integer($0)])) }
          + known.map { .alias(ResultAlias(key: key(-$0), results: [key($0)], isList: false)) }))
    let found = try await fixture.journal.results(for: (0..<count).map(key))
    #expect(Set(found.keys) == Set(known.map(key)))
    #expect(known.allSatisfy { found[key($0)]?.outputs == ["n": .integer($0)] })
    let aliases = try await fixture.journal.aliases(for: (0..<count).map { key(-$0) })
    #expect(Set(aliases.keys) == Set(known.map { key(-$0) }))
  }

  @Test(
    "a result whose file is gone or cut short is not known", arguments: Kind.allCases,
    [true, false])
  func lostFile(kind: Kind, isCut: Bool) async throws {
    let fixture = try await fixture(kind)
    let (kept, lost) = (try await fixture.file("kept"), try await fixture.file("lost"))
    let place = try await fixture.artifacts.open(lost)
    try await fixture.write(
      .result(result(key(1), ["a": .list([.file(kept), .file(lost)])])),
      .result(result(key(2), ["a": .file(kept)])))
    #expect(try await fixture.journal.results(for: [key(1), key(2)]).count == 2)
    try FileManager.default.removeItem(at: place)
    if isCut { try Data("lo".utf8).write(to: place) }
    #expect(try await fixture.journal.results(for: [key(1), key(2)]).keys.sorted() == [key(2)])
  }

  @Test("aliases come back in order", arguments: Kind.allCases)
  func aliases(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let aliases = [
      ResultAlias(key: key(1), results: (0..<50).map { key(50 - $0) }, isList: true),
      ResultAlias(key: key(2), results: [key(9)], isList: false),
      ResultAlias(key: key(3), results: [], isList: true),
    ]
    for alias in aliases { try await fixture.write(.alias(alias)) }
    let found = try await fixture.journal.aliases(for: [key(1), key(2), key(3), key(4)])
    #expect(found == Dictionary(uniqueKeysWithValues: aliases.map { ($0.key, $0) }))
    let changed = ResultAlias(key: key(2), results: [key(8), key(9)], isList: true)
    try await fixture.write(.alias(changed))
    #expect(try await fixture.journal.aliases(for: [key(2)]) == [key(2): changed])
  }

  @Test("every result that names a file can be forgotten", arguments: Kind.allCases)
  func forget(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let files = try await [fixture.file("a"), fixture.file("b"), fixture.file("c")]
    try await fixture.write(
      .result(result(key(1), ["x": .file(files[0]), "y": .file(files[1])])),
      .result(result(key(2), ["x": .bundle(FileBundle(entry: "i", files: ["i": files[1]]))])),
      .result(result(key(3), ["x": .file(files[2])])), .result(result(key(4))))
    let forgotten = try await fixture.journal.forgetResults(
      naming: [files[0].digest, files[1].digest])
    #expect(forgotten == 2)
    let left = try await fixture.journal.results(for: (1...4).map(key))
    #expect(Set(left.keys) == [key(3), key(4)])
    #expect(try await fixture.journal.forgetResults(naming: [files[0].digest]) == 0)
    #expect(try await fixture.journal.forgetResults(naming: []) == 0)
  }

  @Test("usual cost is the median of the newest fifty", arguments: Kind.allCases)
  func usualCost(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    #expect(try await fixture.journal.usualCost(ofStage: "tts") == nil)
    let file = try await fixture.file("abcde")
    for number in 0..<60 {
      // The oldest ten took very long.
      let outputs: [String: Value] = number < 30 ? [:] : ["x": .file(file), "y": .file(file)]
      try await fixture.write(
        .result(
          result(key(number), outputs, elapsed: number < 10 ? 9999 : number, createdAt: number)))
    }
    try await fixture.write(.result(result(key(99), stage: "other", elapsed: 1, createdAt: 99)))
    let cost = try await fixture.journal.usualCost(ofStage: "tts")
    #expect(cost == UsualCost(elapsed: 35, byteCount: 5))
  }

  @Test("saying that results were used changes nothing about them", arguments: Kind.allCases)
  func used(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    try await fixture.write(.result(result(key(1))))
    try await fixture.write(.used([key(1), key(2)]))
    #expect(try await fixture.journal.results(for: [key(1), key(2)]) == [key(1): result(key(1))])
  }
}
