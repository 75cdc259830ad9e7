public import Foundation

/// Files by digest. What is in it never changes.
///
/// # Ownership
/// `adopt` takes the file away from where it was, also when it throws after reading it. `copy` leaves it.
/// A URL from `open` is read-only and valid as long as the artifact is.
public protocol ArtifactStore: Sendable {
  /// Moves a finished file in; a file with the same bytes is kept once.
  func adopt(_ url: URL, as name: String) async throws -> FileReference
  /// Copies a file in, such as an input of the user's.
  func copy(_ url: URL, as name: String) async throws -> FileReference
  /// Where the bytes can be read. Throws `StageError` with class `lost` when they are gone.
  func open(_ reference: FileReference) async throws -> URL
  func contains(_ digest: Digest) async -> Bool
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
