import Pipeline

/// A job with its videos: what was asked for with one request.
struct Job: Sendable {
  let id: JobID
  /// In the order in which they were asked for; at least one.
  let videos: [RunStatus]

  var state: JobState { JobState(all: videos.map { JobState($0.state) }) }
  /// Milliseconds since 1970.
  var createdAt: Int { videos.map(\.record.createdAt).min() ?? 0 }
  /// Milliseconds since 1970.
  var changedAt: Int { videos.map(\.changedAt).max() ?? 0 }
}

/// The little about a job that lists and statistics need.
struct JobHead: Sendable, Hashable {
  let id: JobID
  var videos: [RunHead]

  var state: JobState { JobState(all: videos.map { JobState($0.state) }) }
  var createdAt: Int { videos.map(\.createdAt).min() ?? 0 }
  var changedAt: Int { videos.map(\.changedAt).max() ?? 0 }

  /// Puts together what belongs together; the newest job comes first.
  static func all(of runs: [RunHead]) -> [JobHead] {
    var order: [JobID] = []
    var jobs: [JobID: JobHead] = [:]
    for run in runs {
      // What was begun in another way has a name of another kind.
      guard let (id, number) = JobID.parse(run.id), number > 0 else { continue }
      if jobs[id] == nil { order.append(id) }
      jobs[id, default: JobHead(id: id, videos: [])].videos.append(run)
    }
    return order.compactMap { jobs[$0] }
  }
}
