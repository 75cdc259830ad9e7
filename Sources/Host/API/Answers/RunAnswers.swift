import HTTPTypes
import Pipeline

/// Where things of a run are.
struct RunLinks: Sendable {
  static func json(_ run: String) -> [String: String] {
    let base = path(run)
    return [
      "self": base, "events": "\(base)/events", "why": "\(base)/why", "cancel": "\(base)/cancel",
      "retry": "\(base)/retry",
    ]
  }

  static func path(_ run: String) -> String { "/api/v1/runs/\(PercentCoding.encode(run))" }

  static func output(_ run: String, _ name: String) -> String {
    "\(path(run))/outputs/\(PercentCoding.encode(name))"
  }
}

/// A run that was accepted. This is also its form in JSON.
struct RunAccepted: Sendable, Encodable {
  var overview: RunOverview

  private enum CodingKeys: String, CodingKey { case links }

  func encode(to encoder: any Encoder) throws {
    try overview.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(RunLinks.json(overview.run), forKey: .links)
  }
}

/// A run in full. This is also its form in JSON: what `videocraft show` says, and where to go from there.
struct RunAnswer: Sendable, Encodable {
  var story: RunStory
  var lastSeq: Int

  private enum CodingKeys: String, CodingKey { case links, lastSeq }

  func encode(to encoder: any Encoder) throws {
    try story.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    var links = RunLinks.json(story.overview.run)
    for name in story.outputs.keys {
      links["outputs/\(name)"] = RunLinks.output(story.overview.run, name)
    }
    try container.encode(links, forKey: .links)
    try container.encode(lastSeq, forKey: .lastSeq)
  }
}

/// A page of runs. This is also its form in JSON.
struct RunPage: Sendable, Encodable {
  var runs: [RunOverview]
  /// What to ask for next; nil at the end.
  var next: String?
}

/// Something that a stage said. This is also its form in JSON.
struct LogEntry: Sendable, Encodable {
  var seq: Int
  var at: Int
  var level: String
  var item: Int?
  var attempt: Int?
  var message: String

  /// Nil for events that say nothing.
  init?(_ event: RunEvent) {
    switch event.type {
    case .stageLog, .stageStarted, .stageCompleted, .stageSkipped: level = "info"
    case .stageWarning, .stageRetrying, .attemptLost, .stageCancelled: level = "warning"
    case .stageFailed: level = "error"
    default: return nil
    }
    guard let message = event.message ?? EventText.line(for: event) else { return nil }
    seq = event.seq
    at = event.at
    item = event.item
    attempt = event.attempt
    self.message = event.cause.map { "\(message) (\($0))" } ?? message
  }
}
