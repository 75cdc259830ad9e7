import Foundation
import Pipeline

/// A data folder that is only looked at, whoever works in it.
struct Archive: Sendable {
  let journal: any RunJournal
  let artifacts: any ArtifactStore
  let folder: URL

  private let askOwned: @Sendable () -> Bool

  /// - Parameter askOwned: whether a process works in the folder now.
  init(
    journal: any RunJournal, artifacts: any ArtifactStore, folder: URL,
    askOwned: @escaping @Sendable () -> Bool
  ) {
    self.journal = journal
    self.artifacts = artifacts
    self.folder = folder
    self.askOwned = askOwned
  }

  /// Whether a process works in the folder now.
  var isOwned: Bool { askOwned() }
}
