import Foundation
import Pipeline

/// A store whose files a test can damage or take away. One that comes in again is whole again.
actor FragileArtifacts: ArtifactStore {
  private let store: MemoryArtifactStore
  private var broken: [Digest: ArtifactDamaged.Damage] = [:]

  init(folder: URL) { store = MemoryArtifactStore(folder: folder) }

  func spoil(_ file: FileReference, _ damage: ArtifactDamaged.Damage) {
    broken[file.digest] = damage
  }

  func adopt(_ url: URL, as name: String) async throws -> FileReference {
    let file = try await store.adopt(url, as: name)
    broken[file.digest] = nil
    return file
  }

  func copy(_ url: URL, as name: String) async throws -> FileReference {
    let file = try await store.copy(url, as: name)
    broken[file.digest] = nil
    return file
  }

  func identify(_ url: URL, as name: String) async throws -> FileReference {
    try await store.identify(url, as: name)
  }

  func open(_ reference: FileReference) async throws -> URL {
    if let damage = broken[reference.digest] {
      // As the real store does: what is damaged is moved away when that is noticed.
      broken[reference.digest] = .gone
      throw ArtifactDamaged(reference, damage)
    }
    return try await store.open(reference)
  }

  func contains(_ reference: FileReference) async -> Bool {
    if broken[reference.digest] == .gone { return false }
    return await store.contains(reference)
  }

  func text(of file: FileReference) async throws -> String {
    try String(contentsOf: try await open(file), encoding: .utf8)
  }
}
