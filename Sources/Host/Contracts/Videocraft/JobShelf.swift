import Pipeline

/// Finds jobs and videos in the journal. There is no other list of them, so that none can be forgotten.
struct JobShelf: Sendable {
  let journal: any RunJournal
  /// The name of the pipeline that makes videos.
  let pipeline: String

  /// Newest first.
  func heads() async throws -> [JobHead] {
    JobHead.all(of: try await journal.heads(ofPipeline: pipeline))
  }

  /// Nil when there is none.
  func job(_ id: JobID) async throws -> Job? {
    var videos: [RunStatus] = []
    while videos.count < JobID.capacity, let video = try await video(id, videos.count + 1) {
      videos.append(video)
    }
    return videos.isEmpty ? nil : Job(id: id, videos: videos)
  }

  /// Nil when there is none; it may be unfinished, and may have been deleted.
  ///
  /// - Parameter number: from 1.
  func video(_ id: JobID, _ number: Int) async throws -> RunStatus? {
    guard let run = try await journal.run(id.video(number)), run.record.pipeline == pipeline else {
      return nil
    }
    return run
  }
}
