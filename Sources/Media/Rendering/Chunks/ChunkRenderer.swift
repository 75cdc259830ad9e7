import FFmpeg
import Foundation
import Pipeline
import Threads

/// Renders the pictures of one chunk into packet files, one for each of some renditions: one thread puts frames
/// together, and one for each rendition brings them to its size and encodes them.
///
/// The result depends on the chunk and the coding alone, with one thread in the encoder.
struct ChunkRenderer: Sendable {
  /// A rendition that is wanted.
  struct Target: Sendable {
    let coding: PictureCoding
    /// Where its packets go.
    let url: URL
  }

  let chunk: RenderPlan.Chunk
  let resources: RenderResources
  /// How many each encoder may keep busy.
  let threads: Int
  /// Called for each frame that went into an encoder, from that encoder's thread.
  let encoded: @Sendable () -> Void

  private var film: Timeline { chunk.film }

  /// Begins to write files, which are complete when all of `workers` have ended without an error.
  func start(in workers: RenderWorkers, to targets: [Target]) {
    let links = targets.map { _ in BoundedLink<Frame>(capacity: 2) }
    for link in links { workers.adopt(link) }
    workers.start("compose") { try compose(into: links, workers) }
    for (target, frames) in zip(targets, links) {
      workers.start("encode") { try encode(frames, to: target, workers) }
    }
  }

  /// Puts all frames together, in order, and closes the links. All get the same frames, not copies.
  func compose(into links: [BoundedLink<Frame>], _ workers: RenderWorkers) throws {
    let compositor = try resources.compositor(
      of: film, threads: max(1, threads / 2), in: workers)
    for index in 0..<chunk.frames.count {
      let frame = try compositor.frame(index)
      for link in links { guard !workers.isStopped, link.send(frame) else { return } }
    }
    for link in links { link.close() }
    resources.counters.update { $0.frameCount += chunk.frames.count }
  }

  private func encode(
    _ frames: BoundedLink<Frame>, to target: Target, _ workers: RenderWorkers
  ) throws {
    var settings = target.coding.settings
    settings.threads = threads
    var encoder = try Encoder.h264(settings)
    var scaler: RenditionScaler? =
      target.coding.size == film.canvas.size
      ? nil : try RenditionScaler.open(from: film.canvas.size, to: target.coding.size)
    resources.counters.update { $0.videoEncoders += 1 }
    let file = try PacketFileWriter(target.url, extraData: encoder.parameters.extraData)
    let keyframes = Set(chunk.keyframes)
    var index = 0
    while let frame = frames.receive() {
      guard !workers.isStopped else { return }
      let picture = try scaler?.scale(frame) ?? frame
      try encoder.send(picture, at: Int64(index), forcesKeyframe: keyframes.contains(index))
      index += 1
      resources.counters.update { $0.encodedFrames += 1 }
      encoded()
      try drain(&encoder, into: file)
    }
    guard !workers.isStopped, index == chunk.frames.count else { return }
    try encoder.finish()
    try drain(&encoder, into: file)
    try file.finish()
  }

  private func drain(_ encoder: inout Encoder, into file: PacketFileWriter) throws {
    while case .packet(let packet) = try encoder.receive() { try file.write(packet) }
  }
}
