import BuiltInStages
import Foundation
import Media
import Pipeline
import Store

/// Where everything is put together, and the only such place.
enum Wiring {
  /// An engine over a data folder.
  struct Host: Sendable {
    let engine: PipelineEngine
    let artifacts: any ArtifactStore
    /// Keeps the folder locked.
    fileprivate let folder: DataFolder
  }

  static func registry() -> StageRegistry { StageRegistry(BuiltInStages.all) }

  /// - Parameters:
  ///   - dataFolder: nil for the usual place.
  ///   - cores: nil for all.
  static func host(dataFolder: String?, cores: Int?) throws -> Host {
    let folder = try DataFolder(URL(fileURLWithPath: dataFolder ?? usualDataFolder))
    let artifacts = try FileArtifactStore(folder: folder.artifacts)
    let journal = try SQLJournal(path: folder.database.path, artifacts: artifacts)
    let environment = EngineEnvironment(
      journal: journal, artifacts: artifacts, renderer: TimelineFileRenderer(),
      scratch: folder.scratch,
      resources: ResourcePool(ofThisMachineWith: cores, scratch: folder.scratch))
    return Host(engine: PipelineEngine(environment), artifacts: artifacts, folder: folder)
  }

  /// `$VIDEOCRAFT_DATA_DIR`, else the place that the XDG base directory specification gives.
  private static var usualDataFolder: String {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["VIDEOCRAFT_DATA_DIR"], !folder.isEmpty { return folder }
    let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return (data ?? "\(NSHomeDirectory())/.local/share") + "/videocraft"
  }
}
