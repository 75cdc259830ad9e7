import Files
import Foundation
import Media
import Pipeline

/// Puts a run's outputs into a folder, each complete or not there at all.
struct OutputWriter: Sendable {
  /// One output and what a person is told about it.
  struct Written: Sendable {
    var name: String
    var text: String
  }

  let artifacts: any ArtifactStore
  let folder: OutputFolder

  init(artifacts: any ArtifactStore, folder: URL) {
    self.artifacts = artifacts
    self.folder = OutputFolder(url: folder)
  }

  /// Files are called after their output: `video.mp4`, `hls/master.m3u8`, `captions.srt`.
  ///
  /// - Parameter begun: packages that can be seen in the folder already, as far as they went.
  func write(
    _ outputs: [String: Value], begun: [String: BegunPackage] = [:]
  ) async throws -> [Written] {
    do {
      try folder.prepare()
      var written: [Written] = []
      for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
        written.append(Written(name: name, text: try await write(value, as: name, begun)))
      }
      return written
    } catch {
      throw OutputError(folder: folder.url.path, cause: error)
    }
  }

  /// Returns the path, or the value itself when it needs no file.
  private func write(
    _ value: Value, as name: String, _ begun: [String: BegunPackage]
  ) async throws -> String {
    switch value {
    case .file(let reference), .video(.file(let reference)):
      return try await write(reference, as: name)
    case .bundle(let bundle): return try await write(bundle, as: name, begun[name])
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
        parts.append(try await write(value, as: Self.name(name, item: index), begun))
      }
      return parts.joined(separator: ", ")
    default:
      return value.asText ?? "nothing"
    }
  }

  /// What an item of a list is called.
  ///
  /// - Parameter item: from 0; nil for an output that is no list.
  static func name(_ output: String, item: Int?) -> String {
    item.map { "\(output)-\($0 + 1)" } ?? output
  }

  private func write(_ reference: FileReference, as name: String) async throws -> String {
    let suffix = reference.fileExtension.isEmpty ? "" : ".\(reference.fileExtension)"
    let source = try await artifacts.open(reference)
    let target = folder.path(name + suffix)
    try folder.replace(target) { try FileCopy.copy(source.path, to: $0.path) }
    return "\(target.path)  \(Amount.bytes(reference.byteCount))"
  }

  private func write(
    _ bundle: FileBundle, as name: String, _ begun: BegunPackage?
  ) async throws -> String {
    let target = folder.path(name)
    var sources: [String: URL] = [:]
    for (path, reference) in bundle.files { sources[path] = try await artifacts.open(reference) }
    if let begun, folder.isFolder(target) {
      try begun.complete(with: bundle, from: sources)
    } else {
      try folder.replace(target) { try Self.copy(sources, into: $0) }
    }
    let bytes = bundle.files.values.reduce(0) { $0 + $1.byteCount }
    let entry = target.appendingPathComponent(bundle.entry).path
    return "\(entry)  \(bundle.files.count) files, \(Amount.bytes(bytes))"
  }

  /// Artifacts are read-only; what a user gets is not.
  static func copy(_ sources: [String: URL], into folder: URL) throws {
    for (path, source) in sources {
      let file = folder.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileCopy.copy(source.path, to: file.path)
    }
  }

  private func write(_ text: String, as name: String) throws -> String {
    let target = folder.path(name)
    try folder.replace(target, with: text)
    return target.path
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
