import Files
import Foundation
import Media
import Pipeline

/// An HLS package in the output folder that grows while a run goes on. One thread at a time.
///
/// At every moment it can be played as far as it goes: a file is there before a playlist names it, and each file is
/// put in its place in one step. Whatever ends the process leaves it so.
struct BegunPackage: Sendable {
  let folder: OutputFolder
  /// Of the package within the folder.
  let name: String
  /// The files that are in place, by path.
  private var placed: [String: Digest] = [:]
  /// The texts that are in place, by path.
  private var texts: [String: String] = [:]
  private(set) var isVisible = false

  init(in folder: OutputFolder, name: String) {
    self.folder = folder
    self.name = name
  }

  /// Where a player begins.
  var entry: URL { place.appendingPathComponent(GrowingPackage.entry) }
  private var place: URL { folder.path(name) }

  /// Whether a package may grow here. One that is complete stays until the new one is complete, too; one that was left
  /// unfinished gives way, as nothing does.
  var isFree: Bool {
    guard FileManager.default.fileExists(atPath: place.path) else { return true }
    guard
      let names = try? FileManager.default.subpathsOfDirectory(atPath: place.path)
    else { return false }
    return names.contains { name in
      name.hasSuffix(".m3u8")
        && (try? String(contentsOf: place.appendingPathComponent(name), encoding: .utf8))?
          .contains("\n#EXT-X-PLAYLIST-TYPE:EVENT\n") == true
    }
  }

  func lacks(_ file: FileReference, at path: String) -> Bool { placed[path] != file.digest }

  /// Makes visible what can be played.
  ///
  /// - Parameter sources: where the bytes of each of the package's files are that is not in place.
  mutating func show(_ package: GrowingPackage, from sources: [String: URL]) throws {
    let playlists = package.playlists
    guard !playlists.isEmpty else { return }
    if isVisible {
      try add(package.files, from: sources)
      // The playlist of all renditions comes last: it names the others.
      for (path, text) in playlists.sorted(by: { $0.key > $1.key })
      where path != GrowingPackage.entry { try write(text, at: path) }
      if let text = playlists[GrowingPackage.entry] { try write(text, at: GrowingPackage.entry) }
      return
    }
    try folder.replace(place) { new in
      try OutputWriter.copy(sources, into: new)
      for (path, text) in playlists {
        let file = new.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
    }
    placed = package.files.mapValues(\.digest)
    texts = playlists
    isVisible = true
  }

  private mutating func add(_ files: [String: FileReference], from sources: [String: URL]) throws {
    for (path, file) in files.sorted(by: { $0.key < $1.key }) where placed[path] != file.digest {
      guard let source = sources[path] else { continue }
      try put(path) { try FileCopy.copy(source.path, to: $0.path) }
      placed[path] = file.digest
    }
  }

  private mutating func write(_ text: String, at path: String) throws {
    guard texts[path] != text else { return }
    try put(path) { try Data(text.utf8).write(to: $0) }
    texts[path] = text
  }

  private func put(_ path: String, _ make: (URL) throws -> Void) throws {
    let file = place.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try folder.replace(file, make)
  }

  /// Makes it the finished package: what is missing is added, playlists are replaced, what does not belong to it goes.
  func complete(with bundle: FileBundle, from sources: [String: URL]) throws {
    let missing = bundle.files.filter { placed[$0.key] != $0.value.digest }
    // Segments and pictures first, then the playlists that name them, then the one that names those.
    let order = missing.keys.sorted { (rank($0, bundle), $0) < (rank($1, bundle), $1) }
    for path in order {
      guard let source = sources[path] else { continue }
      try put(path) { try FileCopy.copy(source.path, to: $0.path) }
    }
    for path in try FileManager.default.subpathsOfDirectory(atPath: place.path)
    where bundle.files[path] == nil {
      let file = place.appendingPathComponent(path)
      if !folder.isFolder(file) { try FileManager.default.removeItem(at: file) }
    }
  }

  private func rank(_ path: String, _ bundle: FileBundle) -> Int {
    path == bundle.entry ? 2 : path.hasSuffix(".m3u8") ? 1 : 0
  }
}
