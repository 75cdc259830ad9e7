import Foundation
import Pipeline
import Threads

/// The renditions of one chunk, each kept as a part of its own: what nobody made before is encoded, all of it from one
/// pass over the film.
struct ChunkParts: Sendable {
  let chunk: RenderPlan.Chunk
  let plan: RenderPlan
  let resources: RenderResources
  let context: StageContext
  let cancellation: CancellationFlag
  let turns: EncodingTurns
  /// Called for each frame that went into an encoder.
  let encoded: @Sendable () -> Void

  /// One for each rendition, in the plan's order.
  func files() async throws -> [FileReference] {
    // Renditions may be equal but for their names. Sorted, since films that are rendered at the same time may want some
    // of the same keys: whoever waits for one holds only such as come before it.
    let found = try await find(Set(chunk.keys).sorted()[...], [])
    return try chunk.keys.map { key in
      guard let file = found[key] else { throw lost }
      return file
    }
  }

  /// Looks the keys up one inside the other, so that what is missing is known when the last of them has been looked up.
  ///
  /// - Parameter missing: keys that were not found and are to be made as well.
  /// - Returns: the files of all `keys` and `missing`.
  private func find(
    _ keys: ArraySlice<Digest>, _ missing: [Digest]
  ) async throws -> [Digest: FileReference] {
    guard let key = keys.first else { return missing.isEmpty ? [:] : try await make(missing) }
    let rest = keys.dropFirst()
    let made = Locked<[Digest: FileReference]?>(nil)
    let files = try await context.part(key, named: name(of: key)) {
      let found = try await find(rest, missing + [key])
      made.withLock { $0 = found }
      guard let file = found[key] else { throw lost }
      return [file]
    }
    if let found = made.withLock({ $0 }) { return found }
    guard let file = files.first, files.count == 1 else { throw lost }
    var found = try await find(rest, missing)
    found[key] = file
    return found
  }

  private func make(_ keys: [Digest]) async throws -> [Digest: FileReference] {
    let targets = try keys.map { key in
      guard let rendition = chunk.keys.firstIndex(of: key) else { throw lost }
      return ChunkRenderer.Target(
        coding: plan.codings[rendition], url: context.newFile("chunk"))
    }
    try await encode(targets)
    resources.counters.update { $0.renderedChunks += targets.count }
    var files: [Digest: FileReference] = [:]
    for (key, target) in zip(keys, targets) {
      files[key] = try await context.store(
        target.url, as: name(of: key).replacing(" ", with: "-") + ".packets")
    }
    return files
  }

  private func encode(_ targets: [ChunkRenderer.Target]) async throws {
    let renderer = ChunkRenderer(
      chunk: chunk, resources: resources, threads: 1, turns: turns, encoded: encoded)
    let (turns, index) = (turns, chunk.index)
    try await BlockingThread.run("chunk") { () throws(MediaError) in
      defer { turns.end(index) }
      let workers = RenderWorkers(cancellation: cancellation)
      renderer.start(in: workers, to: targets)
      do { try workers.join() } catch { throw MediaError(rendering: error) }
    }
  }

  /// Such as `chunk 12`, or `chunk 12 720p` where there are several renditions.
  private func name(of key: Digest) -> String {
    let name = "chunk \(chunk.index + 1)"
    guard plan.renditions.count > 1, let rendition = chunk.keys.firstIndex(of: key) else {
      return name
    }
    return "\(name) \(plan.renditions[rendition].name)"
  }

  private var lost: StageError {
    StageError(.lost, "chunk \(chunk.index + 1) of the film is gone; run the stage again afresh")
  }
}
