import Pipeline
import Testing

@testable import videocraft

@Suite("Finding a run", .timeLimit(.minutes(5)))
struct RunLookupTests {
  private static let ids = [
    "20261120-101500-aa11bb", "20261120-101501-aa22cc", "20261121-090000-77f3a9",
  ]

  private func lookup(_ ids: [String] = ids) async throws -> RunLookup {
    let journal = MemoryRunJournal()
    for (index, id) in ids.enumerated() {
      try await journal.create(
        RunRecord(
          id: id, pipeline: "p", createdAt: index,
          source: PipelineSource(.init(name: nil, text: "")),
          inputs: [:], inputFolder: "/"))
    }
    return RunLookup(journal: journal)
  }

  @Test(
    "by id, by a beginning of it or of its last part, or as the last one",
    arguments: [
      ("20261120-101500-aa11bb", 0), ("20261121", 2), ("77f", 2), ("aa2", 1), ("last", 2),
      ("20261120-101501", 1),
    ])
  func found(word: String, index: Int) async throws {
    #expect(try await lookup().find(word).record.id == Self.ids[index])
  }

  @Test(
    "what is not clear is said with what it could be",
    arguments: [
      ("20261120", "can be any of 2 runs, such as `20261120-101501-aa22cc`"),
      ("aa", "can be any of 2 runs"),
      ("20261121-090000-77f3a8", "did you mean `20261121-090000-77f3a9`?"),
      ("nothing", "there is no run `nothing`"), ("", "there is no run ``"),
    ])
  func unclear(word: String, message: String) async throws {
    let error = await #expect(throws: LookupError.self) { try await lookup().find(word) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("a folder without runs says so", arguments: ["last", "abc"])
  func empty(word: String) async throws {
    let error = await #expect(throws: LookupError.self) { try await lookup([]).find(word) }
    #expect(error?.description.contains("there are no runs") == true)
  }

  @Test("a stage, or an item counted from 1", arguments: [("voice", nil), ("voice[3]", 2)])
  func names(text: String, item: Int?) throws {
    let name = try TaskName(text)
    #expect(name.stage == "voice")
    #expect(name.item == item)
  }

  @Test("what is no item is refused", arguments: ["voice[0]", "voice[x]", "voice[3", "voice[-1]"])
  func wrongNames(text: String) {
    #expect(throws: UsageError.self) { try TaskName(text) }
  }
}
