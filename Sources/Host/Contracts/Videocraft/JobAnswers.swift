import Foundation
import Pipeline

/// Jobs and videos in the words of the contract.
extension VideocraftContract {
  /// A job without its stages, for lists.
  func brief(_ job: Job) async throws -> [String: JSON] {
    var fractions: [Double] = []
    var failure: RunFold.Failure?
    var current: RunFold.Stage?
    for video in job.videos {
      guard video.state != .completed else {
        fractions.append(1)
        continue
      }
      let fold = try await folds.fold(of: video)
      fractions.append(fold.fraction)
      if video.state == .failed { failure = failure ?? fold.failure ?? Self.unknownFailure }
      if video.state == .running { current = current ?? fold.current }
    }
    return members(of: job, fractions, current, failure)
  }

  private static let unknownFailure = RunFold.Failure(
    message: "the video could not be made; the log has more")

  private func members(
    of job: Job, _ fractions: [Double], _ current: RunFold.Stage?, _ failure: RunFold.Failure?
  ) -> [String: JSON] {
    let state = job.state
    var members: [String: JSON] = [
      "job_id": .string(job.id.description), "video_id": .string(job.id.video(1)),
      "status": .string(state.rawValue), "progress": .int(Self.percent(fractions, state)),
      "created_at": Self.moment(job.createdAt), "updated_at": Self.moment(job.changedAt),
      "duration_seconds": Self.seconds(from: job.createdAt, to: job.changedAt),
    ]
    if job.videos.count > 1 {
      members["video_ids"] = .array(job.videos.map { .string($0.record.id) })
    }
    if state.isOver { members["completed_at"] = Self.moment(job.changedAt) }
    if let current { members["current_step"] = .string(current.name) }
    if let failure = failure.map(withoutFolders) {
      members["error"] = .string(failure.text)
      members["failure"] = Self.json(failure)
    }
    if state == .completed, job.videos[0].outputs != nil {
      members["download_url"] = .string(Self.downloadPath(job.id.video(1)))
    }
    return members
  }

  /// Where the host keeps things is its own business.
  private func withoutFolders(_ text: String) -> String {
    text.replacing(api.maker.clientFolder.deletingLastPathComponent().path, with: "…")
  }

  private func withoutFolders(_ failure: RunFold.Failure) -> RunFold.Failure {
    var failure = failure
    failure.message = withoutFolders(failure.message)
    failure.cause = failure.cause.map(withoutFolders)
    return failure
  }

  /// Never falls, since none of the fractions does, and is 100 only for what is there.
  static func percent(_ fractions: [Double], _ state: JobState) -> Int {
    if state == .completed { return 100 }
    guard !fractions.isEmpty else { return 0 }
    let share = fractions.reduce(0, +) / Double(fractions.count)
    return min(99, max(0, Int((share * 100).rounded(.down))))
  }

  /// A job with the stages of its videos.
  func status(_ job: Job) async throws -> [String: JSON] {
    var members = try await brief(job)
    var stages: [JSON] = []
    for video in job.videos {
      let id: String? = job.videos.count > 1 ? video.record.id : nil
      stages += try await self.stages(of: video).map { stage, summary in
        var stage = stage
        stage.error = stage.error.map(withoutFolders)
        return Self.json(stage, summary: summary, of: id)
      }
    }
    members["stages"] = .array(stages)
    return members
  }

  /// A job with all that is known of it.
  func details(_ job: Job) async throws -> [String: JSON] {
    var members = try await status(job)
    var videos: [JSON] = []
    for video in job.videos { videos.append(.object(try await self.video(video))) }
    members["id"] = .string(job.id.description)
    members["videos"] = .array(videos)
    members["status_url"] = .string(Self.statusPath(job.id))
    return members
  }

  /// Those that the pipeline has, in its order, after what happens before any of them.
  private func stages(
    of video: RunStatus
  ) async throws -> [(stage: RunFold.Stage, summary: String?)] {
    let fold = try await folds.fold(of: video)
    let planned = folds.planned(of: video.record)
    let names = planned.map(\.name)
    let others = fold.stages.filter { !names.contains($0.name) }.map { ($0, nil as String?) }
    return others
      + planned.map { plan in
        var stage = fold.stages.first { $0.name == plan.name } ?? RunFold.Stage(name: plan.name)
        // Nothing is begun any more.
        if video.state.isOver, stage.state == .pending || stage.state == .processing {
          stage.state = video.state == .completed ? .skipped : .cancelled
        }
        return (stage, plan.summary)
      }
  }

  private static func json(
    _ stage: RunFold.Stage, summary: String?, of video: String?
  ) -> JSON {
    var members: [String: JSON] = [
      "name": .string(stage.name), "status": .string(stage.state.rawValue),
      "progress": .int(Int((stage.fraction * 100).rounded(.down))),
    ]
    if let video { members["video_id"] = .string(video) }
    if let summary { members["description"] = .string(summary) }
    if let at = stage.startedAt { members["started_at"] = moment(at) }
    if let at = stage.endedAt { members["completed_at"] = moment(at) }
    if stage.state == .processing, let phase = stage.phase { members["phase"] = .string(phase) }
    if let error = stage.error { members["error"] = .string(error) }
    return .object(members)
  }

  private static func json(_ failure: RunFold.Failure) -> JSON {
    var members: [String: JSON] = ["message": .string(failure.message)]
    if let stage = failure.stage { members["stage"] = .string(stage) }
    if let cause = failure.cause { members["cause"] = .string(cause) }
    if let field = failure.field { members["field"] = .string(field) }
    if let errorClass = failure.errorClass { members["class"] = .string(errorClass) }
    return .object(members)
  }

  // MARK: Videos

  func video(_ video: RunStatus) async throws -> [String: JSON] {
    let id = video.record.id
    let state = JobState(video.state)
    let fraction = state == .completed ? 1 : try await folds.fold(of: video).fraction
    var members: [String: JSON] = [
      "id": .string(id), "video_id": .string(id), "status": .string(state.rawValue),
      "progress": .int(Self.percent([fraction], state)),
      "created_at": Self.moment(video.record.createdAt),
      "updated_at": Self.moment(video.changedAt),
    ]
    if let (job, _) = JobID.parse(id) {
      members["job_id"] = .string(job.description)
      members["status_url"] = .string(Self.statusPath(job))
    }
    if state.isOver { members["completed_at"] = Self.moment(video.changedAt) }
    guard let file = Self.file(of: video) else { return members }
    if let seconds = Self.duration(of: video) { members["duration"] = .double(seconds) }
    members["filename"] = .string(Self.fileName(of: id, file))
    members["size"] = .int(file.byteCount)
    members["content_type"] = .string(file.mediaType)
    members["sha256"] = .string(file.digest.hex)
    members["download_url"] = .string(Self.downloadPath(id))
    return members
  }

  /// What a run made, as far as it is a video; nil without one, as after it was deleted.
  static func file(of video: RunStatus) -> FileReference? {
    guard let outputs = video.outputs else { return nil }
    let named = outputs["video"].map { [$0] }
    for value in named ?? outputs.sorted(by: { $0.key < $1.key }).map(\.value) {
      switch value {
      case .file(let file), .video(.file(let file)): return file
      default: continue
      }
    }
    return nil
  }

  /// Seconds; nil when its pipeline does not tell.
  private static func duration(of video: RunStatus) -> Double? {
    switch video.outputs?["duration"] {
    case .duration(let duration): duration / .seconds(1)
    case .number(let seconds): seconds
    case .integer(let seconds): Double(seconds)
    default: nil
    }
  }

  static func fileName(of id: String, _ file: FileReference) -> String {
    file.fileExtension.isEmpty ? id : "\(id).\(file.fileExtension)"
  }

  // MARK: Parts

  static func moment(_ milliseconds: Int) -> JSON { .string(Timestamp.text(milliseconds)) }

  private static func seconds(from start: Int, to end: Int) -> JSON {
    .double(Double(max(0, end - start)) / 1000)
  }

  static func statusPath(_ job: JobID) -> String { "/api/v1/jobs/\(job)/status" }

  static func downloadPath(_ video: String) -> String { "/api/v1/videos/\(video)/download" }
}
