import Files
import Foundation
public import Pipeline
import Threads

/// Removes what nobody needs any more: results long unused, runs long over, and the files that nothing else keeps.
///
/// # What stays
/// Inputs and results of runs that are not over, outputs of runs that are in the journal, the newest run of every
/// pipeline, and files that were put in a moment ago, or since the oldest run began that is under way.
///
/// # Order
/// 1. One transaction forgets runs and results and marks the files that go with them as `deleting`.
/// 2. The files are removed, but for those that somebody put in again meanwhile.
/// 3. One transaction takes them off the list.
///
/// After an end at any point nothing that the journal names is missing, and the next collection does the rest.
public struct Collector: Sendable {
  /// Where a collection can end when its process dies.
  package enum Step: Sendable, Hashable {
    case marked, removedSome, removedAll, unlisted
  }

  /// Milliseconds that the digest of an unchanged input is remembered.
  private static let memoryOfInputs = 30 * 24 * 3_600_000

  private let journal: SQLJournal
  private let artifacts: FileArtifactStore
  private let batchSize: Int
  private let reached: @Sendable (Step) async throws -> Void

  public init(journal: SQLJournal, artifacts: FileArtifactStore) {
    self.init(journal: journal, artifacts: artifacts, batchSize: 100) { _ in }
  }

  /// - Parameters:
  ///   - batchSize: how many files are removed between two steps.
  ///   - reached: is told of every step; what it throws ends the collection as a crash would.
  package init(
    journal: SQLJournal, artifacts: FileArtifactStore, batchSize: Int,
    reached: @escaping @Sendable (Step) async throws -> Void
  ) {
    self.journal = journal
    self.artifacts = artifacts
    self.batchSize = batchSize
    self.reached = reached
  }

  /// May run beside live runs of the same process.
  ///
  /// - Parameter dryRun: reports what would go, and leaves everything as it is.
  public func collect(
    _ policy: CollectionPolicy, dryRun: Bool = false
  ) async throws -> CollectionReport {
    let began = currentFileTime()
    let files = try await artifacts.storedFiles()
    let now = journal.now()
    let plan =
      dryRun
      ? try await journal.planCollection(policy, files, now)
      : try await journal.markForRemoval(policy, files, now)
    var report = CollectionReport(isDryRun: dryRun)
    report.removedRuns = plan.runs
    report.removedResults = plan.results.count
    report.kept = plan.kept
    report.bytesOverBudget = plan.bytesOverBudget
    let going = plan.files.compactMap { Digest(hex: $0) }
    if dryRun {
      let sizes = going.compactMap { files[$0]?.byteCount }
      report.removedFiles = sizes.count
      report.freedBytes = sizes.reduce(0, +)
      return report
    }
    try await reached(.marked)
    try await remove(going, files, unlessPutSince: began, &report)
    try await artifacts.sweep(
      damagedBefore: began - policy.grace * 1_000_000,
      knownBefore: began - Self.memoryOfInputs * 1_000_000)
    return report
  }

  private func remove(
    _ digests: [Digest], _ files: [Digest: StoredFile], unlessPutSince time: Int,
    _ report: inout CollectionReport
  ) async throws {
    var removals: [Removal] = []
    for start in stride(from: 0, to: digests.count, by: batchSize) {
      let batch = digests[start..<min(start + batchSize, digests.count)]
      removals += try await artifacts.remove(Array(batch), unlessPutSince: time)
      try await reached(.removedSome)
    }
    try await reached(.removedAll)
    for (digest, removal) in zip(digests, removals) {
      guard let size = files[digest]?.byteCount else { continue }
      switch removal {
      case .removed:
        report.removedFiles += 1
        report.freedBytes += size
      case .putAgain: report.kept.recent += size
      }
    }
    let parts = Dictionary(grouping: zip(digests, removals), by: \.1).mapValues { $0.map(\.0) }
    try await journal.unlist(parts[.removed] ?? [], keeping: parts[.putAgain] ?? [])
    try await reached(.unlisted)
  }
}
