import Foundation

/// What one attempt of a task may use.
struct AttemptServices: StageServices {
  let run: RunExecution
  let stage: String
  let item: Int?
  let attempt: Int
  let cores: Int
  let scratch: URL

  var context: StageContext {
    StageContext(
      run: run.id, stage: stage, item: item, attempt: attempt, cores: cores, scratch: scratch,
      services: self)
  }

  func report(_ progress: StageProgress) {
    run.recorder.report(progress, stage: stage, item: item, attempt: attempt)
  }

  func log(_ message: String) { post(.stageLog, message) }

  func warn(_ message: String, field: String?) { post(.stageWarning, message, field: field) }

  private func post(_ type: RunEvent.Kind, _ message: String, field: String? = nil) {
    var event = RunEvent(run: run.id, type: type, stage: stage, item: item)
    event.attempt = attempt
    event.message = message
    event.field = field
    run.recorder.post(event)
  }

  func store(_ url: URL, as name: String) async throws -> FileReference {
    try await run.environment.artifacts.adopt(url, as: name)
  }

  func open(_ file: FileReference) async throws -> URL {
    try await run.environment.artifacts.open(file)
  }

  func render(_ timeline: Timeline) async throws -> FileReference {
    try await run.environment.renderer.render(timeline, context)
  }

  func secret(named name: String) async throws -> String {
    try run.environment.secrets.reveal(name, declared: run.request.graph.secrets)
  }

  func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    let results = run.environment.results
    if case .list(let known)? = try await results.outputs(for: key)?["files"] {
      return known.flatMap(\.files)
    }
    let files = try await make()
    try await results.record(["files": .list(files.map { .file($0) })], for: key)
    return files
  }
}

/// A folder of an attempt's own.
struct Scratch {
  let url: URL

  static func make(in parent: URL, name: String) throws -> Scratch {
    let url = parent.appendingPathComponent(name)
    do {
      try? FileManager.default.removeItem(at: url)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StageError(
        .configuration, "the scratch folder `\(url.path)` cannot be made; is the disk full?",
        cause: error.localizedDescription)
    }
    return Scratch(url: url)
  }

  func remove() { try? FileManager.default.removeItem(at: url) }
}
