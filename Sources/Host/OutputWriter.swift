import Files
import Foundation
import Media
import Pipeline
import Threads

/// Puts a run's outputs into a folder, each complete or not there at all.
struct OutputWriter: Sendable {
  /// One output and what a person is told about it.
  struct Written: Sendable {
    var name: String
    var text: String
  }

  let artifacts: any ArtifactStore
  let folder: URL

  /// Files are called after their output: `video.mp4`, `hls/master.m3u8`, `captions.srt`.
  func write(_ outputs: [String: Value]) async throws -> [Written] {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      removeRemains()
      var written: [Written] = []
      for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
        written.append(Written(name: name, text: try await write(value, as: name)))
      }
      return written
    } catch {
      throw OutputError(folder: folder.path, cause: error)
    }
  }

  /// Returns the path, or the value itself when it needs no file.
  private func write(_ value: Value, as name: String) async throws -> String {
    switch value {
    case .file(let reference), .video(.file(let reference)):
      return try await write(reference, as: name)
    case .bundle(let bundle): return try await write(bundle, as: name)
    case .captions(let captions):
      let paths = [
        try write(SubRip.text(for: captions), as: "\(name).srt"),
        try write(WebVTT.text(for: captions), as: "\(name).vtt"),
      ]
      return paths.joined(separator: ", ")
    case .transcript, .video(.timeline), .map:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return try write(
        String(decoding: try encoder.encode(value), as: UTF8.self), as: "\(name).json")
    case .list(let values):
      var parts: [String] = []
      for (index, value) in values.enumerated() {
        parts.append(try await write(value, as: "\(name)-\(index + 1)"))
      }
      return parts.joined(separator: ", ")
    default:
      return value.asText ?? "nothing"
    }
  }

  private func write(_ reference: FileReference, as name: String) async throws -> String {
    let suffix = reference.fileExtension.isEmpty ? "" : ".\(reference.fileExtension)"
    let source = try await artifacts.open(reference)
    let target = folder.appendingPathComponent(name + suffix)
    try await replaceAside(target) { try Self.copy(source, to: $0) }
    return "\(target.path)  \(Amount.bytes(reference.byteCount))"
  }

  private func write(_ bundle: FileBundle, as name: String) async throws -> String {
    let target = folder.appendingPathComponent(name)
    var opened: [String: URL] = [:]
    for (path, reference) in bundle.files { opened[path] = try await artifacts.open(reference) }
    let sources = opened
    try await replaceAside(target) { temporary in
      for (path, source) in sources {
        let file = temporary.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Self.copy(source, to: file)
      }
    }
    let bytes = bundle.files.values.reduce(0) { $0 + $1.byteCount }
    let entry = target.appendingPathComponent(bundle.entry).path
    return "\(entry)  \(bundle.files.count) files, \(Amount.bytes(bytes))"
  }

  private func write(_ text: String, as name: String) throws -> String {
    let target = folder.appendingPathComponent(name)
    try replace(target) { try Data(text.utf8).write(to: $0) }
    return target.path
  }

  /// Artifacts are read-only; what a user gets is not.
  private static func copy(_ source: URL, to target: URL) throws {
    try FileCopy.copy(source.path, to: target.path)
  }

  /// Films take their time to be copied to another disk.
  private func replaceAside(
    _ target: URL, _ make: @escaping @Sendable (URL) throws -> Void
  ) async throws {
    try await BlockingThread.run("outputs") { try replace(target, make) }
  }

  /// Makes something beside `target` and puts it there when it is complete. What was there before is complete until
  /// then, too: a folder is moved away before it is removed.
  private func replace(_ target: URL, _ make: (URL) throws -> Void) throws {
    let new = temporary()
    do {
      try make(new)
      if isFolder(target) || isFolder(new) {
        let old = temporary()
        if FileManager.default.fileExists(atPath: target.path) { try move(target, to: old) }
        try move(new, to: target)
        try? FileManager.default.removeItem(at: old)
      } else {
        try move(new, to: target)
      }
    } catch {
      try? FileManager.default.removeItem(at: new)
      throw error
    }
  }

  private func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Replaces a file in one step.
  private func move(_ url: URL, to target: URL) throws {
    guard rename(url.path, target.path) == 0 else {
      throw CocoaError(
        .fileWriteUnknown,
        userInfo: [
          NSLocalizedDescriptionKey:
            "`\(target.lastPathComponent)`: \(String(cString: strerror(errno)))"
        ])
    }
  }

  private static let temporaryPrefix = ".videocraft-"

  /// A name that nobody uses and that tells whose it is.
  private func temporary() -> URL {
    folder.appendingPathComponent("\(Self.temporaryPrefix)\(getpid())-\(UUID().uuidString)")
  }

  /// Removes what processes left that were killed while they wrote here.
  private func removeRemains() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(Self.temporaryPrefix) {
      let owner = name.dropFirst(Self.temporaryPrefix.count).prefix { $0.isNumber }
      guard let id = Int32(owner), id != getpid(), kill(id, 0) != 0, errno == ESRCH else {
        continue
      }
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }
}

/// Outputs that are made and could not be put where they were wanted.
struct OutputError: Error, CustomStringConvertible {
  var folder: String
  var cause: any Error

  var description: String {
    """
    the outputs are made, but cannot be written to `\(folder)`: \((cause as? FileError)?.reason ?? cause.localizedDescription)
    Run the same again with another `--output`: nothing is made twice.
    """
  }
}
