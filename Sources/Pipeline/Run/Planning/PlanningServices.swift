import Foundation
import Threads

/// What a stage may use while a plan is made: it may look at files and make small ones, and nothing is kept.
final class PlanningServices: StageServices {
  private let ingest: FileIngest
  private let artifacts: any ArtifactStore
  private let files: ForeseenFiles
  private let refused = CancellationFlag()

  init(ingest: FileIngest, artifacts: any ArtifactStore, files: ForeseenFiles) {
    self.ingest = ingest
    self.artifacts = artifacts
    self.files = files
  }

  /// The stage wanted what only a run may give: what it came to then says nothing.
  var hasRefused: Bool { refused.isRaised }

  private func refuse(_ what: String) -> StageError {
    refused.raise()
    return StageError(.internal, "a plan \(what)")
  }

  func report(_ progress: StageProgress) {}
  func log(_ message: String) {}
  func warn(_ message: String, field: String?) {}

  func store(_ url: URL, as name: String) async throws -> FileReference {
    guard let file = try files.take(url, as: name) else { throw refuse("makes no large files") }
    return file
  }

  func open(_ file: FileReference) async throws -> URL {
    if let url = await ingest.place(of: file) ?? files.place(of: file) { return url }
    if file.isUnfetched { throw refuse("fetches nothing") }
    return try await artifacts.look(at: file)
  }

  func render(_ timeline: Timeline) async throws -> FileReference {
    throw refuse("renders nothing")
  }

  func secret(named name: String) async throws -> String { throw refuse("reveals no secrets") }

  func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    throw refuse("makes no parts")
  }
}

/// The small files that stages make while a plan is made: in a folder for temporary files, until the plan is there.
final class ForeseenFiles: Sendable {
  private struct State {
    var folder: URL?
    var count = 0
    var places: [Digest: URL] = [:]
  }

  private let state = Locked(State())
  /// Bytes of a file that is small: captions of a long film.
  private static let largest = 16 << 20

  deinit {
    if let folder = state.withLock({ $0.folder }) {
      try? FileManager.default.removeItem(at: folder)
    }
  }

  /// A new folder. Throws `StageError`.
  func scratch() throws -> URL {
    let (parent, number) = state.withLock { state in
      let folder =
        state.folder
        ?? FileManager.default.temporaryDirectory
        .appendingPathComponent("videocraft-plan-\(UUID().uuidString)", isDirectory: true)
      state.folder = folder
      state.count += 1
      return (folder, state.count)
    }
    return try Scratch.make(in: parent, name: "\(number)").url
  }

  /// Nil for a large one.
  func take(_ url: URL, as name: String) throws -> FileReference? {
    let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
    guard let size = attributes[.size] as? Int, size <= Self.largest else { return nil }
    let bytes = try Data(contentsOf: url)
    let file = FileReference(digest: Digest(of: bytes), byteCount: bytes.count, name: name)
    state.withLock { $0.places[file.digest] = url }
    return file
  }

  func place(of file: FileReference) -> URL? { state.withLock { $0.places[file.digest] } }
}
