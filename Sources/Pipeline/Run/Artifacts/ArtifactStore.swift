public import Foundation

/// Files by digest. What is in it never changes.
///
/// # Ownership
/// `adopt` takes the file away from where it was, also when it throws after reading it. `copy` leaves it.
/// A URL from `open` is read-only and valid as long as the artifact is.
///
/// # Errors
/// `StageError`, of class `configuration` when the disk is full or the folder cannot be used, and `ArtifactDamaged`.
public protocol ArtifactStore: Sendable {
  /// Moves a finished file in; a file with the same bytes is kept once.
  func adopt(_ url: URL, as name: String) async throws -> FileReference
  /// Copies a file in, such as an input of the user's.
  func copy(_ url: URL, as name: String) async throws -> FileReference
  /// What `copy` would return, without keeping anything: for plans.
  func identify(_ url: URL, as name: String) async throws -> FileReference
  /// Where the bytes can be read. Throws `ArtifactDamaged` when they are gone or no longer what they were; then they
  /// are not in the store any more.
  func open(_ reference: FileReference) async throws -> URL
  /// The same for plans: nothing is changed in the store, whatever is found, and the bytes are not compared with the
  /// digest.
  func look(at reference: FileReference) async throws -> URL
  /// Whether a file of that digest and size is there; its bytes are not read.
  func contains(_ reference: FileReference) async -> Bool
}

extension ArtifactStore {
  public func look(at reference: FileReference) async throws -> URL { try await open(reference) }
}

/// A file of the artifact store that cannot be used any more. It has to be made or copied in again.
public struct ArtifactDamaged: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Damage: String, Sendable, Hashable, Codable {
    /// Somebody removed it.
    case gone
    /// Its bytes are not those that were stored, or cannot be read back.
    case altered
  }

  public var digest: Digest
  /// The file's name, for people.
  public var name: String
  public var damage: Damage

  public init(_ reference: FileReference, _ damage: Damage) {
    digest = reference.digest
    name = reference.name
    self.damage = damage
  }

  public var description: String {
    switch damage {
    case .gone: "the file `\(name)` (\(digest.short)) is gone from the artifact store"
    case .altered: "the file `\(name)` (\(digest.short)) was damaged in the artifact store"
    }
  }
}

extension ArtifactDamaged: ClassifiedError {
  public var stageError: StageError { StageError(.lost, description) }
}

extension Value {
  /// The digest of every file that the value refers to, directly or inside a timeline or bundle.
  public var files: [FileReference] {
    switch self {
    case .file(let reference), .video(.file(let reference)): [reference]
    case .video(.timeline(let timeline)): timeline.sources
    case .bundle(let bundle): bundle.files.keys.sorted().compactMap { bundle.files[$0] }
    case .list(let values): values.flatMap(\.files)
    case .map(let members): members.keys.sorted().flatMap { members[$0]?.files ?? [] }
    default: []
    }
  }
}
