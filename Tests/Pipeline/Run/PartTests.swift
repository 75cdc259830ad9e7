import Foundation
import Pipeline
import Testing

import struct Pipeline.Port

/// Makes three pieces, each of which is kept by itself.
struct Pieces: Stage {
  static let info = StageInfo("pieces", version: "1.0.0", cacheVersion: 1, summary: "Makes pieces.")
  struct Options: StageOptions {
    @Field("Tells tests apart.") var name: String
    @Field("Fails after the last piece, as often.") var failures = 0
  }
  struct Outputs: Ports {
    @Port("How many files there are.") var count: Int
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.count = 0
    for piece in 1...3 {
      let name = "\(options.name) \(piece)"
      let files = try await context.part(Digest(of: Array(name.utf8)), named: name) {
        Calls.shared.count(name)
        let url = context.newFile("piece.txt")
        try Data(name.utf8).write(to: url)
        return [try await context.store(url, as: "piece.txt")]
      }
      outputs.count += files.count
    }
    if context.attempt <= options.failures { throw StageError(.transient, "not yet") }
    return outputs
  }
}

@Suite("Parts of a stage's work", .timeLimit(.minutes(5)))
struct PartTests {
  private static func pipeline(_ name: String, _ more: String = "", failures: Int = 0) -> String {
    """
    version: 1
    name: parts
    stages:
      make: { uses: pieces, with: { name: \(name), failures: \(failures) }, retry: { max: 2 }\(more) }
    outputs: { count: make.count }
    """
  }

  private func calls(_ name: String) -> [Int] { (1...3).map { Calls.shared["\(name) \($0)"] } }

  @Test("an attempt that fails leaves its finished parts to the next one")
  func retried() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(Self.pipeline("retried", failures: 1))
    #expect(result.outputs["count"] == .integer(3))
    #expect(calls("retried") == [1, 1, 1])
  }

  @Test("parts of an earlier run count, unless the stage is made again")
  func again() async throws {
    let bench = try EngineBench()
    _ = try await bench.run(Self.pipeline("again"))
    // Another setting, the same parts.
    _ = try await bench.run(Self.pipeline("again", failures: -1))
    #expect(calls("again") == [1, 1, 1])
    _ = try await bench.run(Self.pipeline("again"), refreshed: ["make"])
    #expect(calls("again") == [2, 2, 2])
    _ = try await bench.run(Self.pipeline("again", ", cache: refresh", failures: 1))
    #expect(calls("again") == [3, 3, 3])
  }
}
