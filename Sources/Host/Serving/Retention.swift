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
      sizeBudget: sizeLimit, maximumAge: days.map { $0 * Self.day },
      // A host that is to keep everything keeps uploads that nobody used, too: for a hundred years.
      grace: days == nil && sizeLimit == nil ? 36_500 * Self.day : grace)
  }

  /// A host that is to keep everything loses only what nothing needs any more, as the files of deleted videos.
  func sweep() async {
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
