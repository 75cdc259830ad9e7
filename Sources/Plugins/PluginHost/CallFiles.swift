import Confinement
import Foundation
import Pipeline
import StageProtocol
import Threads

/// The files that a plugin may name in a call: those that it was given, and those that it gave to the store.
///
/// What it says about a file's size, type and name is not believed: the host knows.
final class CallFiles: Sendable {
  let scratch: URL
  private let title: String
  private let known = Locked<[Digest: FileReference]>([:])

  init(scratch: URL, title: String) {
    self.scratch = scratch
    self.title = title
  }

  func add(_ files: [FileReference]) {
    known.withLock { known in
      for file in files where known[file.digest] == nil { known[file.digest] = file }
    }
  }

  func knows(_ file: FileReference) -> Bool { known.withLock { $0[file.digest] != nil } }

  /// The file as the host knows it. Throws `StageError` when the plugin cannot have it.
  ///
  /// - Parameter place: what names it, for the message.
  func file(_ named: FileReference, in place: String) throws(StageError) -> FileReference {
    guard var file = known.withLock({ $0[named.digest] }) else {
      throw StageError(
        .internal,
        "\(place) names the file \(named.digest.short), which \(title) was not given and did not store"
      )
    }
    // The name is for people, and may be another one.
    if FileBundle.isPath(named.name), !named.name.contains("/") { file.name = named.name }
    return file
  }

  /// Takes a file out of the scratch folder and gives it to the store.
  func store(_ path: String, as name: String, _ context: StageContext) async throws -> FileReference
  {
    let prefix = scratch.path + "/"
    let relative = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    guard FileBundle.isPath(relative) else {
      throw StageError(
        .internal,
        "\(title) wants to store `\(path.prefix(200))`, which is not in the scratch folder of the call"
      )
    }
    guard FileBundle.isPath(name), !name.contains("/"), name.utf8.count <= 200 else {
      throw StageError(
        .internal, "\(title) wants to store a file as `\(name.prefix(200))`, which is no name")
    }
    // Where the plugin cannot reach it any more.
    let taken = scratch.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("taken-\(UUID().uuidString)-\(name)")
    if let reason = TakenFile.take(relative, from: scratch, to: taken) {
      throw StageError(.internal, "\(title) wants to store `\(relative)`: \(reason)")
    }
    chmod(taken.path, 0o644)
    do {
      let file = try await context.store(taken, as: name)
      add([file])
      return file
    } catch {
      try? FileManager.default.removeItem(at: taken)
      throw error
    }
  }

  /// The text of a value that was put into a file.
  func spilled(_ path: String) throws -> Value {
    let prefix = scratch.path + "/"
    let relative = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    let taken = scratch.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("value-\(UUID().uuidString).json")
    let reason =
      FileBundle.isPath(relative)
      ? TakenFile.take(relative, from: scratch, to: taken) : "it is outside of the scratch folder"
    if let reason {
      throw StageError(.internal, "\(title) has a value in `\(path.prefix(200))`: \(reason)")
    }
    defer { try? FileManager.default.removeItem(at: taken) }
    return try PassedValue.spilled(at: taken.path)
  }
}
