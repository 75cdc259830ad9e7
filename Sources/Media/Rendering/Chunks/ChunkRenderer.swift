import FFmpeg
import Foundation
import Pipeline
import Threads

/// Renders the pictures of one chunk into a packet file: one thread puts frames together, one encodes them.
///
/// The result depends on the chunk and the encoding alone, with one thread in the encoder.
struct ChunkRenderer: Sendable {
  let chunk: RenderPlan.Chunk
  let encoding: Encoding
  let resources: RenderResources
  /// How many the encoder may keep busy.
  let threads: Int
  /// Called for each frame that went into the encoder.
  let encoded: @Sendable () -> Void

  private var film: Timeline { chunk.film }

  /// Begins to write a file at `url`, which is complete when all of `workers` have ended without an error.
  func start(in workers: RenderWorkers, to url: URL) {
    let frames = BoundedLink<Frame>(capacity: 2)
    workers.adopt(frames)
    workers.start("compose") { try compose(into: frames, workers) }
    workers.start("encode") { try encode(frames, to: url, workers) }
  }

  /// Puts all frames together, in order, and closes the link.
  func compose(into frames: BoundedLink<Frame>, _ workers: RenderWorkers) throws {
    let inventory = resources.inventory
    let schedule = try Schedule(film) { file throws(MediaError) in
      try inventory.source(file).isOpaque
    }
    let compositor = try Compositor(
      film, schedule: schedule, overlays: try overlays(),
      ClipFeed.Surroundings(
        canvas: film.canvas, sources: resources.sources, stills: resources.stills,
        inventory: inventory, counters: resources.counters, decoderThreads: max(1, threads / 2),
        workers: workers))
    for index in 0..<chunk.frames.count {
      guard !workers.isStopped, frames.send(try compositor.frame(index)) else { return }
    }
    frames.close()
    resources.counters.update { $0.frameCount += chunk.frames.count }
  }

  /// Where captions make way for each other, it matters what was on the screen before the chunk.
  private func overlays() throws -> (any OverlaySource)? {
    guard !film.captions.isEmpty else { return nil }
    let overlays = try resources.makeOverlays(film.captions, film.canvas.size)
    let crowded = film.captions.filter(\.hasOverlappingCues)
    guard let longest = crowded.compactMap(\.clock).max() else { return overlays }
    let rate = film.canvas.frameRate
    for frame in stride(from: rate.frameCount(in: longest), to: 0, by: -1) {
      _ = try overlays.overlay(at: .zero - rate.time(ofFrame: frame))
    }
    return overlays
  }

  private func encode(
    _ frames: BoundedLink<Frame>, to url: URL, _ workers: RenderWorkers
  ) throws {
    var encoder = try Encoder.h264(encoding.pictureSettings(film.canvas, threads: threads))
    resources.counters.update { $0.videoEncoders += 1 }
    let file = try PacketFileWriter(url, extraData: encoder.parameters.extraData)
    let keyframes = Set(chunk.keyframes)
    var index = 0
    while let frame = frames.receive() {
      guard !workers.isStopped else { return }
      try encoder.send(frame, at: Int64(index), forcesKeyframe: keyframes.contains(index))
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
