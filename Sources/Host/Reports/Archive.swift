import Foundation
import Pipeline
import Store

/// A data folder that is only looked at, whoever works in it.
struct Archive: Sendable {
  let journal: any RunJournal
  let artifacts: any ArtifactStore
  let folder: URL

  /// Whether a process works in the folder now.
  var isOwned: Bool { DataFolder.isOwned(folder) }
}
