import Foundation
import Pipeline
import Store

/// What the engine itself costs for each task: a `foreach` over a stage that does nothing.
struct SchedulingBenchmark {
  let cores: Int
  /// How many runs are under way at once.
  let runs: Int

  private static let pipeline = """
    version: 1
    name: trivial
    inputs:
      numbers: { type: list<integer> }
    stages:
      add:
        uses: add
        foreach: inputs.numbers
        with: { number: "${{ item }}" }
    outputs: { sums: add.sum }
    """

  func memory(tasks: Int, in folder: URL) async throws {
    let artifacts = MemoryArtifactStore(folder: folder.appendingPathComponent("memory"))
    try await measure("in memory", tasks, MemoryRunJournal(), artifacts, folder)
  }

  func durable(tasks: Int, in folder: URL) async throws {
    let folder = folder.appendingPathComponent("durable-\(runs)")
    let artifacts = try FileArtifactStore(folder: folder.appendingPathComponent("artifacts"))
    let path = folder.appendingPathComponent("journal.sqlite").path
    let journal = try SQLJournal(path: path, artifacts: artifacts)
    try await measure("durable", tasks, journal, artifacts, folder)
  }

  private func measure(
    _ name: String, _ tasks: Int, _ journal: any RunJournal, _ artifacts: any ArtifactStore,
    _ folder: URL
  ) async throws {
    let registry = StageRegistry([StageSpec(Add.self)])
    let source = PipelineSource(.init(name: nil, text: Self.pipeline))
    let (graph, diagnostics) = PipelineGraph.load(source, registry: registry)
    guard let graph else { throw BenchmarkFailure("\(diagnostics)") }
    let engine = PipelineEngine(
      EngineEnvironment(
        journal: journal, artifacts: artifacts, renderer: NoRenderer(),
        scratch: folder.appendingPathComponent("scratch"), resources: ResourcePool(cores: cores)))
    let each = tasks / runs
    let started = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for run in 0..<runs {
        let numbers = (0..<each).map { Value.integer(run * each + $0) }
        let request = RunRequest(
          graph: graph, source: source, inputs: ["numbers": .list(numbers)], inputFolder: folder)
        group.addTask {
          let result = try await engine.run(request)
          guard result.state == .completed else { throw BenchmarkFailure("\(result.stages)") }
        }
      }
      try await group.waitForAll()
    }
    let taken = Figures.milliseconds(ContinuousClock.now - started)
    let runsText = runs == 1 ? "one run" : "\(runs) runs"
    print(
      "scheduling, \(name), \(runsText): \(each * runs) tasks in \(Figures.text(taken)), "
        + "\(Figures.text(taken / Double(each * runs))) each")
  }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// The smallest stage there can be.
struct Add: Stage {
  static let info = StageInfo(
    "add", version: "1.0.0", cacheVersion: 1, summary: "Adds one.", memory: 0)

  struct Options: StageOptions {
    @Field("A number.") var number: Int
    init() {}
  }

  struct Outputs: Ports {
    @Pipeline.Port("One more.") var sum: Int
    init() {}
  }

  private let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.sum = options.number + 1
    return outputs
  }
}

/// Nothing is rendered here.
struct NoRenderer: TimelineRendering {
  func render(_ timeline: Timeline, _ context: StageContext) async throws -> FileReference {
    throw BenchmarkFailure("there is nothing to render")
  }
}
