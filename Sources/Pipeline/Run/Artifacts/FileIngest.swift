public import Foundation

/// Replaces the paths and addresses in values by references to files in the artifact store, each path once per run.
public actor FileIngest {
  /// What happens to a file.
  public enum Mode: Sendable {
    case store
    /// Nothing is kept: for plans.
    case identify
  }

  private let artifacts: any ArtifactStore
  private let root: URL
  private let mode: Mode
  private let folders: [URL]?
  private let fetch: Fetch
  private var known: [String: Task<FileReference, any Error>] = [:]
  /// Of files that were identified.
  private var places: [Digest: URL] = [:]

  /// Gives the file that an address at some place stands for. Throws `StageError`.
  public typealias Fetch =
    @Sendable (SourceAddress, _ type: ValueType, _ place: String) async throws -> FileReference

  /// - Parameters:
  ///   - root: what relative paths are relative to.
  ///   - folders: files that are in none of them are refused; nil for anywhere.
  ///   - fetch: nil where nothing is fetched.
  public init(
    artifacts: any ArtifactStore, root: URL, mode: Mode = .store, within folders: [URL]? = nil,
    fetch: Fetch? = nil
  ) {
    self.artifacts = artifacts
    self.root = root
    self.mode = mode
    self.folders = folders
    self.fetch =
      fetch ?? { address, _, place in
        throw StageError(.invalidInput, "`\(address)` is not fetched here", field: place)
      }
  }

  /// The value with every text at a place of a file type replaced. Throws `StageError`, naming the place.
  public func resolve(_ value: Value, as type: ValueType, at place: String) async throws -> Value {
    guard type.holdsFiles else { return value }
    switch (type.unwrapped, value) {
    case (let type, .text(let path)) where type.isFile:
      let reference = try await reference(to: path, as: type, at: place)
      return type == .video ? .video(.file(reference)) : .file(reference)
    case (.list(let element), .list(let values)):
      var resolved: [Value] = []
      for (index, value) in values.enumerated() {
        resolved.append(try await resolve(value, as: element, at: "\(place)[\(index)]"))
      }
      return .list(resolved)
    case (.map(let element), .map(let members)):
      var resolved: [String: Value] = [:]
      for (name, value) in members {
        resolved[name] = try await resolve(value, as: element, at: "\(place).\(name)")
      }
      return .map(resolved)
    case (.record(let fields), .map(let members)):
      var resolved = members
      for field in fields {
        guard let value = members[field.name] else { continue }
        resolved[field.name] = try await resolve(
          value, as: field.type, at: "\(place).\(field.name)")
      }
      return .map(resolved)
    default:
      return value
    }
  }

  /// Every described member of `values`, resolved.
  public func resolve(
    _ values: [String: Value], as fields: [FieldDescription]
  ) async throws -> [String: Value] {
    var resolved = values
    for field in fields where field.type.holdsFiles {
      guard let value = values[field.name] else { continue }
      resolved[field.name] = try await resolve(value, as: field.type, at: field.name)
    }
    return resolved
  }

  /// Where the file is that was identified as this; nil where there was none.
  func place(of file: FileReference) -> URL? { places[file.digest] }

  private func reference(
    to path: String, as type: ValueType, at location: String
  ) async throws -> FileReference {
    // No path: the file systems of those who write inputs know no names with `://` in them.
    if let address = SourceAddress(path) { return try await fetch(address, type, location) }
    let place = path.hasPrefix("/") ? URL(fileURLWithPath: path) : root.appendingPathComponent(path)
    let url = place.standardizedFileURL
    if let task = known[url.path] { return try await task.value }
    let task = Task { [artifacts, mode, folders] in
      if let folders { try Self.check(url, isBelow: folders, path: path, at: location) }
      try Self.checkReadable(url, path: path, at: location)
      return switch mode {
      case .store: try await artifacts.copy(url, as: url.lastPathComponent)
      case .identify: try await artifacts.identify(url, as: url.lastPathComponent)
      }
    }
    known[url.path] = task
    let reference = try await task.value
    if mode == .identify { places[reference.digest] = url }
    return reference
  }

  /// Says the same whether there is such a file or not.
  private static func check(
    _ url: URL, isBelow folders: [URL], path: String, at place: String
  ) throws {
    if let real = RealPath.of(url),
      folders.contains(where: { RealPath.of($0)?.holds(real) == true })
    {
      return
    }
    throw StageError(
      .invalidInput,
      "`\(path)` is not among the files that this host may read; upload it and name the upload",
      field: place)
  }

  private static func checkReadable(_ url: URL, path: String, at place: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      let near = neighbour(of: url).map { "; did you mean `\($0)`?" } ?? ""
      throw StageError(
        .invalidInput, "there is no file `\(path)` (looked at `\(url.path)`)\(near)", field: place)
    }
    if isFolder.boolValue {
      throw StageError(.invalidInput, "`\(path)` is a folder; a file is needed", field: place)
    }
    guard FileManager.default.isReadableFile(atPath: url.path) else {
      throw StageError(.invalidInput, "`\(path)` may not be read by this user", field: place)
    }
  }

  private static func neighbour(of url: URL) -> String? {
    let folder = url.deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Spelling.nearest(to: url.lastPathComponent, among: names.sorted().prefix(1000))
  }
}
