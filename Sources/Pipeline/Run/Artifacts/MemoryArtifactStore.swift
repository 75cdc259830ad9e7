import Crypto
public import Foundation

/// Keeps bytes in memory and writes a file only when somebody opens one: for tests and small media.
public actor MemoryArtifactStore: ArtifactStore {
  private var contents: [Digest: Data] = [:]
  private let folder: URL

  /// - Parameter folder: where opened artifacts appear; made when needed, removed by the caller.
  public init(folder: URL) { self.folder = folder }

  public func adopt(_ url: URL, as name: String) throws -> FileReference {
    let reference = try copy(url, as: name)
    try FileManager.default.removeItem(at: url)
    return reference
  }

  public func copy(_ url: URL, as name: String) throws -> FileReference {
    let bytes = try Data(contentsOf: url)
    let digest = Digest(of: bytes)
    contents[digest] = bytes
    return FileReference(digest: digest, byteCount: bytes.count, name: name)
  }

  public func identify(_ url: URL, as name: String) throws -> FileReference {
    let bytes = try Data(contentsOf: url)
    return FileReference(digest: Digest(of: bytes), byteCount: bytes.count, name: name)
  }

  public func open(_ reference: FileReference) throws -> URL {
    guard let bytes = contents[reference.digest] else { throw ArtifactDamaged(reference, .gone) }
    let url = folder.appendingPathComponent(reference.digest.hex)
    if !FileManager.default.fileExists(atPath: url.path) {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try bytes.write(to: url, options: .atomic)
    }
    return url
  }

  public func contains(_ reference: FileReference) -> Bool {
    contents[reference.digest]?.count == reference.byteCount
  }
}

extension FileReference {
  /// With the media type that the name's extension stands for.
  public init(digest: Digest, byteCount: Int, name: String) {
    self.init(digest: digest, byteCount: byteCount, mediaType: "", name: name)
    mediaType = MediaTypes.type(forExtension: fileExtension)
  }
}
