import Foundation
import Pipeline
import Threads

/// One render of a film in one go, with nothing kept of its parts.
struct UndividedRender {
  let plan: RenderPlan
  let resources: RenderResources
  let outputs: [RenderOutput]
  let metadata: FilmMetadata
  let threads: Int
  let meter: RenderMeter
  let workers: RenderWorkers

  /// Blocks until the outputs are there. After a throw there are none.
  func run() throws -> RenderReport {
    let scratch = try Self.scratch(beside: outputs)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let parts = RenderedParts(workers.stop)
    workers.adopt(parts)
    let packages = Locked<[RenderedPackage]>([])
    workers.start("film") {
      // The threads of both parts are workers of the same render: the first failure ends all.
      let rendered = RenderWorkers(cancellation: workers.stop)
      for chunk in plan.chunks { start(chunk, in: rendered, scratch, parts) }
      if plan.soundKey != nil { start(soundIn: scratch, rendered, parts) }
      try rendered.join()
      for chunk in plan.chunks {
        for rendition in plan.renditions.indices {
          parts.supply(
            Self.file(of: chunk, rendition, scratch), asChunk: chunk.index, of: rendition)
        }
      }
    }
    workers.start("join") {
      let join = FilmJoin(
        plan: plan, outputs: outputs, metadata: metadata, parts: parts, wrote: meter.tick,
        ready: { _ in })
      let made = try join.run()
      packages.withLock { $0 = made }
    }
    try workers.join()
    meter.finish()
    var report = resources.report
    report.packages = packages.withLock { $0 }
    return report
  }

  private func start(
    _ chunk: RenderPlan.Chunk, in workers: RenderWorkers, _ scratch: URL, _ parts: RenderedParts
  ) {
    let targets = plan.codings.enumerated().map { rendition, coding in
      ChunkRenderer.Target(coding: coding, url: Self.file(of: chunk, rendition, scratch))
    }
    ChunkRenderer(
      chunk: chunk, resources: resources, threads: threads, turns: nil
    ) { meter.add(frames: 1) }
    .start(in: workers, to: targets)
  }

  private func start(soundIn scratch: URL, _ workers: RenderWorkers, _ parts: RenderedParts) {
    let url = scratch.appendingPathComponent("sound")
    let growth = ByteGrowth()
    let renderer = SoundRenderer(
      timeline: plan.timeline, encoding: plan.encoding, resources: resources,
      measured: { meter.measured(until: $0) }, encoded: { meter.heard(until: $0) })
    workers.start("sound") {
      try renderer.render(to: url, growth: growth, workers.stop) {
        parts.supply(RenderedParts.Sound(url: url, growth: growth))
      }
    }
  }

  private static func file(
    of chunk: RenderPlan.Chunk, _ rendition: Int, _ scratch: URL
  ) -> URL {
    scratch.appendingPathComponent("chunk-\(chunk.index)-\(rendition)")
  }

  /// On the same disk as what is made.
  private static func scratch(beside outputs: [RenderOutput]) throws -> URL {
    let parent =
      switch outputs.first {
      case .file(let url, _, _): url.deletingLastPathComponent()
      case .hls(let url, _): url.deletingLastPathComponent()
      case nil: FileManager.default.temporaryDirectory
      }
    let url = parent.appendingPathComponent(".\(UUID().uuidString).parts")
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    } catch {
      throw MediaError(storing: "parts of the film", error)
    }
    return url
  }
}
