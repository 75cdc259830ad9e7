import Files
import Foundation
import Pipeline
import Store
import TestSupport
import Threads

/// A journal with files, in a folder that can be opened again as the next process would.
struct CollectorFixture {
  let folder: TestFolder
  let artifacts: FileArtifactStore
  let journal: SQLJournal
  let clock: Clock

  /// The file system's clock, and whatever the test puts before it.
  final class Clock: Sendable {
    private let ahead = Locked(0)
    var now: Int { currentFileTime() / 1_000_000 + ahead.withLock { $0 } }
    func advance(by milliseconds: Int) { ahead.withLock { $0 += milliseconds } }
  }

  static let day = 24 * 3_600_000

  init() throws {
    try self.init(folder: try TestFolder(), clock: Clock())
  }

  private init(folder: TestFolder, clock: Clock) throws {
    self.folder = folder
    self.clock = clock
    artifacts = try FileArtifactStore(folder: folder.file("artifacts"))
    journal = try SQLJournal(
      path: folder.file("journal.sqlite").path, artifacts: artifacts
    ) { clock.now }
  }

  /// What the next process finds.
  func reopened() throws -> CollectorFixture { try CollectorFixture(folder: folder, clock: clock) }

  func collector(reached: @escaping @Sendable (Collector.Step) async throws -> Void = { _ in })
    -> Collector
  {
    Collector(journal: journal, artifacts: artifacts, batchSize: 1, reached: reached)
  }

  func file(_ name: String, byteCount: Int = 1000) async throws -> FileReference {
    var bytes = Data(name.utf8)
    bytes.append(Data(repeating: 7, count: byteCount - bytes.count))
    let url = try folder.write(bytes, to: "source \(UUID().uuidString)")
    return try await artifacts.adopt(url, as: name)
  }

  /// A run in `state` whose results, inputs and outputs hold these files.
  func run(
    _ id: String, pipeline: String = "p", _ state: RunState = .completed,
    inputs: [FileReference] = [], results: [(Int, [FileReference])] = [],
    outputs: [FileReference] = []
  ) async throws {
    try await journal.create(record(id, pipeline: pipeline, createdAt: clock.now))
    var changes: [JournalBatch.Change] = [.state(state), .inputs(["in": list(inputs)])]
    for (number, files) in results {
      let task = taskRecord(
        TaskID(run: id, stage: "s", item: number), .completed, key: key(number))
      var made = result(key(number), ["out": list(files)], createdAt: clock.now)
      made.run = id
      changes += [.task(task), .result(made)]
    }
    if state == .completed { changes.append(.outputs(["film": list(outputs)])) }
    var event = event(1, .runCompleted, run: id)
    event.at = clock.now
    try await journal.write(JournalBatch(run: id, events: [event], changes: changes))
  }

  func list(_ files: [FileReference]) -> Value { .list(files.map(Value.file)) }

  func knownResults(_ numbers: some Sequence<Int>) async throws -> Set<Int> {
    let found = try await journal.results(for: numbers.map(key))
    return Set(numbers.filter { found[key($0)] != nil })
  }

  /// Names of files that are there, of those given.
  func present(_ files: [FileReference]) async -> Set<String> {
    var names: Set<String> = []
    for file in files where await artifacts.contains(file) { names.insert(file.name) }
    return names
  }
}
