import Pipeline

/// Removes what is older, or more, than the host is to keep. What runs that are not over hold is never touched.
struct Retention: Sendable {
  /// Runs and results go so many days after they were last used, uploads so many after they came; nil for never.
  var days: Int?
  /// Bytes that artifacts may take; nil for any amount.
  var sizeLimit: Int?
  /// An upload may wait that long, in milliseconds, for a run that uses it.
  var grace = 86_400_000

  let uploads: UploadShelf
  let log: ServerLog
  let metrics: HostMetrics
  let collect: @Sendable (CollectionPolicy) async throws -> CollectionReport

  private static let day = 86_400_000

  var policy: CollectionPolicy {
    CollectionPolicy(
      sizeBudget: sizeLimit, maximumAge: days.map { $0 * Self.day }, grace: grace)
  }

  /// A hundred years, in milliseconds.
  private static let ever = 36_500 * day

  /// Frees the room of what was let go of; uploads that nobody used yet stay.
  func freeDiscarded() async {
    do {
      let report = try await collect(CollectionPolicy(grace: Self.ever))
      if report.removedFiles == 0 { return }
      metrics.removed(report, uploads: 0)
      log.write(.info, "deleted files removed", ["bytes": .int(report.freedBytes)])
    } catch {
      log.write(
        .error, "deleted files could not be removed",
        ["error": .string(String(describing: error))])
    }
  }

  /// Leaves everything that something names to a host that is to keep everything.
  func sweep() async {
    // Then only videos that were deleted while others were made.
    guard days != nil || sizeLimit != nil else { return await freeDiscarded() }
    do {
      let report = try await collect(policy)
      let forgotten = await uploads.sweep(olderThan: days.map { $0 * Self.day })
      metrics.removed(report, uploads: forgotten)
      if report.removedRuns.isEmpty, report.removedFiles == 0, forgotten == 0,
        report.bytesOverBudget == nil
      {
        return
      }
      var members: [String: JSON] = [
        "runs": .int(report.removedRuns.count), "results": .int(report.removedResults),
        "files": .int(report.removedFiles), "bytes": .int(report.freedBytes),
        "uploads": .int(forgotten), "kept_bytes": .int(report.kept.total),
      ]
      if let over = report.bytesOverBudget { members["bytes_over_limit"] = .int(over) }
      log.write(
        report.bytesOverBudget == nil ? .info : .warn,
        report.bytesOverBudget == nil
          ? "old things removed" : "artifacts take more than they may, and all of it is needed",
        members)
    } catch {
      log.write(
        .error, "old things could not be removed", ["error": .string(String(describing: error))])
    }
  }
}
