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
    let artifacts = run.environment.artifacts
    let file = try await run.environment.renderer.render(
      timeline, in: scratch, cores: cores, open: { try await artifacts.open($0) },
      progress: { report($0) })
    return try await artifacts.adopt(file, as: file.lastPathComponent)
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
