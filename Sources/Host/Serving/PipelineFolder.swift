import Foundation
import Pipeline
import Threads

/// The pipelines of a folder, by name, as they are on disk: looked at on every request, read again when they changed.
///
/// A file that is broken keeps what it was before it broke, and says so; one that never was right, or that has the name
/// of another, is listed with its problems only.
final class PipelineFolder: Sendable {
  struct Entry: Sendable {
    /// The file's name, without its folder.
    var file: String
    /// Nil when the file never was right.
    var pipeline: Loaded?
    /// Of the file as it is now.
    var diagnostics: [Diagnostic]
    /// Whether `pipeline` is of an earlier version of the file.
    var isStale: Bool
  }

  struct Loaded: Sendable {
    var source: PipelineSource
    var graph: PipelineGraph
    /// Milliseconds since 1970.
    var readAt: Int
  }

  private struct Stamp: Sendable, Hashable {
    var inode: UInt64
    var byteCount: Int
    var seconds: Int
    var nanoseconds: Int
  }

  private struct State: Sendable {
    var entries: [String: Entry] = [:]
    var stamps: [String: Stamp] = [:]
    /// Of the stages that the files were read with.
    var generation = 0
  }

  let folder: URL
  private let registry: StageRegistry
  private let log: ServerLog
  private let state = Locked(State())

  init(folder: URL, registry: StageRegistry, log: ServerLog) {
    self.folder = folder.absoluteURL.standardizedFileURL
    self.registry = registry
    self.log = log
  }

  /// Every file, by its name. Reads from disk: to be called where one may wait.
  func entries() -> [Entry] {
    refresh()
    return state.withLock { $0.entries.values.sorted { $0.file < $1.file } }
  }

  /// The pipeline that calls itself `name`, from the first of the files that have it.
  func entry(named name: String) -> Entry? {
    entries().first { $0.pipeline?.graph.name == name }
  }

  /// The same for many, and a message for a name that there is none of.
  func names() -> [String] { entries().compactMap { $0.pipeline?.graph.name }.uniqued }

  private func refresh() {
    let found = stamps()
    let generation = registry.generation
    state.withLock { state in
      // With other stages, what was broken may be right, and the other way round.
      if state.generation != generation { state.stamps = [:] }
      state.generation = generation
      for file in state.entries.keys where found[file] == nil {
        state.entries[file] = nil
        state.stamps[file] = nil
        log.write(.info, "pipeline removed", ["file": .string(file)])
      }
      for (file, stamp) in found where state.stamps[file] != stamp {
        state.stamps[file] = stamp
        state.entries[file] = read(file, before: state.entries[file])
      }
    }
  }

  private func read(_ file: String, before: Entry?) -> Entry {
    let path = folder.appendingPathComponent(file).path
    guard let read = try? PipelineFile.load(path, registry: registry) else {
      let problem = Diagnostic("unreadable-file", "`\(file)` cannot be read", at: nil)
      return Entry(
        file: file, pipeline: before?.pipeline, diagnostics: [problem],
        isStale: before?.pipeline != nil)
    }
    guard let graph = read.graph, !read.hasErrors else {
      log.write(
        .warn, "pipeline is broken",
        [
          "file": .string(file), "kept": .bool(before?.pipeline != nil),
          "problem": .string(read.diagnostics.first { $0.severity == .error }?.message ?? ""),
        ])
      return Entry(
        file: file, pipeline: before?.pipeline, diagnostics: read.diagnostics,
        isStale: before?.pipeline != nil)
    }
    log.write(.info, "pipeline loaded", ["file": .string(file), "pipeline": .string(graph.name)])
    return Entry(
      file: file, pipeline: Loaded(source: read.source, graph: graph, readAt: .now),
      diagnostics: read.diagnostics, isStale: false)
  }

  /// Files ending in `.yaml` or `.yml` that do not begin with a dot.
  private func stamps() -> [String: Stamp] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    var stamps: [String: Stamp] = [:]
    for name in names
    where !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) {
      var status = stat()
      guard stat(folder.appendingPathComponent(name).path, &status) == 0,
        status.st_mode & S_IFMT == S_IFREG
      else { continue }
      stamps[name] = Stamp(
        inode: UInt64(status.st_ino), byteCount: Int(status.st_size),
        seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
    return stamps
  }
}
