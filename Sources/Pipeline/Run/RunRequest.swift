public import Foundation

/// One request to run a checked pipeline.
public struct RunRequest: Sendable {
  public var graph: PipelineGraph
  /// What `graph` was made of.
  public var source: PipelineSource
  /// Bound and converted; paths are still text.
  public var inputs: [String: Value]
  /// Where the inputs were written; nil where nobody said.
  public var inputTexts: InputTexts?
  /// What relative paths in the inputs are relative to.
  public var inputFolder: URL
  /// The absolute path of the folder that somebody wants the outputs in, for whoever continues the run; nil where
  /// nobody said.
  public var outputFolder: String?
  /// Stages to run even if their results are known; everything after them follows by its changed inputs.
  public var refreshed: Set<String>
  /// Run only this stage and what it needs; nil for the whole pipeline.
  public var until: String?
  /// Which stretch of its films to make, and how small; nil for whole films.
  public var preview: FilmPreview?
  /// -100 to 100; higher goes first.
  public var priority: Int
  /// The run that this one repeats; nil for one of its own.
  public var retryOf: String?
  /// What the run is to be called, from `RunID.make`; nil for a new name when it is accepted.
  public var id: String? = nil

  /// - Parameter priority: nil for what the pipeline says.
  public init(
    graph: PipelineGraph, source: PipelineSource, inputs: [String: Value], inputFolder: URL,
    refreshed: Set<String> = [], until: String? = nil, preview: FilmPreview? = nil,
    priority: Int? = nil, retryOf: String? = nil
  ) {
    self.graph = graph
    self.source = source
    self.inputs = inputs
    self.inputFolder = inputFolder
    self.refreshed = refreshed
    self.until = until
    self.preview = preview
    self.priority = priority ?? graph.priority
    self.retryOf = retryOf
  }
}

extension RunRequest {
  /// The request that a run was accepted with, read again from its record.
  ///
  /// Throws `StageError` (configuration) when this host's stages are not those that it was accepted with.
  public init(_ record: RunRecord, registry: StageRegistry) throws {
    for (name, version) in record.stageVersions.sorted(by: { $0.key < $1.key }) {
      let here = registry[name]?.info.version
      guard here != version else { continue }
      throw StageError(
        .configuration,
        "run `\(record.id)` was accepted with `\(name)` in version \(version); this host has "
          + (here.map { "version \($0)" } ?? "no such stage") + "; start a new run",
        field: "stages")
    }
    let (graph, diagnostics) = PipelineGraph.load(record.source, registry: registry)
    guard let graph else {
      let first = diagnostics.first { $0.severity == .error }
      throw StageError(
        .configuration,
        "the pipeline of run `\(record.id)` is no longer understood by this host: "
          + (first?.message ?? "it has errors") + "; start a new run with a corrected file",
        field: first?.range.map { "\($0)" })
    }
    self.init(
      graph: graph, source: record.source, inputs: record.inputs,
      inputFolder: URL(fileURLWithPath: record.inputFolder, isDirectory: true),
      refreshed: Set(record.refreshed), until: record.until, preview: record.preview,
      priority: record.priority, retryOf: record.retryOf)
    outputFolder = record.outputFolder
    inputTexts = record.inputTexts
  }

  /// What to write down when it is accepted.
  public func record() -> RunRecord {
    var record = RunRecord(
      id: RunID.make(), pipeline: graph.name, createdAt: RunRecorder.now, source: source,
      inputs: inputs, inputFolder: inputFolder.path, outputFolder: outputFolder,
      stageVersions: Dictionary(
        graph.stages.map { ($0.spec.info.name, $0.spec.info.version) }, uniquingKeysWith: { $1 }),
      refreshed: refreshed.sorted(), until: until, preview: preview, priority: priority,
      retryOf: retryOf)
    record.inputTexts = inputTexts
    return record
  }

  /// Whether a run was accepted with the same.
  func isLike(_ record: RunRecord) -> Bool {
    // In a journal a number without a fraction has become an integer: what is written the same is the same.
    guard let given = try? Digest(canonical: inputs),
      let recorded = try? Digest(canonical: record.inputs)
    else { return false }
    return record.source == source && recorded == given && record.inputFolder == inputFolder.path
      && record.refreshed == refreshed.sorted()
      && record.until == until && record.preview == preview
  }
}

extension PipelineGraph {
  /// A stage and all that come after it, in order.
  public func following(_ stage: String) -> [String] {
    var found = [stage]
    for node in stages where node.dependencies.contains(where: { found.contains($0) }) {
      found.append(node.id)
    }
    return found
  }
}

/// The names of runs.
public enum RunID {
  /// Sorts by time and can be typed: `20261120-134502-7f3a9c`.
  public static func make() -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let suffix = String(UInt32.random(in: 0...0xFFFFFF), radix: 16)
    let padding = String(repeating: "0", count: 6 - suffix.count)
    return "\(formatter.string(from: Date()))-\(padding)\(suffix)"
  }
}
