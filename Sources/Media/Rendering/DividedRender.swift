import Foundation
import Pipeline
import Threads

/// One render of a film in parts that are kept: each is looked up first, and made only when nobody made it before.
struct DividedRender: Sendable {
  let plan: RenderPlan
  let resources: RenderResources
  let outputs: [RenderOutput]
  let meter: RenderMeter
  let context: StageContext
  /// Called for each segment as soon as it can be played.
  let ready: @Sendable (ReadySegment) -> Void
  /// Ends all threads of the render, when the task is cancelled and when a part cannot be made.
  let cancellation: CancellationFlag
  private let failure = Locked<(any Error)?>(nil)

  /// Chunks that look alike are one piece of work.
  private struct Job: Sendable {
    let chunk: RenderPlan.Chunk
    var places: [Int]
  }

  func run() async throws -> RenderReport {
    let parts = RenderedParts(cancellation)
    let packages: [RenderedPackage]
    do { packages = try await renderAll(parts) } catch {
      throw failure.withLock { $0 } ?? error
    }
    meter.finish()
    var report = resources.report
    report.chunks = plan.chunks.count
    report.packages = packages
    return report
  }

  private func renderAll(_ parts: RenderedParts) async throws -> [RenderedPackage] {
    try await withThrowingTaskGroup(of: [RenderedPackage].self) { group in
      group.addTask { try await ending { try await join(parts) } }
      group.addTask {
        try await ending { try await renderSound(parts) }
        return []
      }
      group.addTask {
        try await renderPictures(parts)
        return []
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }

  /// The first failure ends the threads that still work, so that nobody waits for what will not come; what these fail
  /// with then does not count.
  private func ending<Success>(_ body: () async throws -> Success) async throws -> Success {
    do { return try await body() } catch {
      failure.withLock { $0 = $0 ?? error }
      cancellation.raise()
      throw error
    }
  }

  // MARK: - Pictures

  /// In playing order, as many at once as there are cores.
  private func renderPictures(_ parts: RenderedParts) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var running = 0
      for job in jobs {
        if running == max(1, context.cores) {
          try await group.next()
          running -= 1
        }
        group.addTask { try await ending { try await render(job, parts) } }
        running += 1
      }
      try await group.waitForAll()
    }
  }

  private var jobs: [Job] {
    var jobs: [Job] = []
    var known: [Digest: Int] = [:]
    for chunk in plan.chunks {
      if let index = known[chunk.key] {
        jobs[index].places.append(chunk.index)
      } else {
        known[chunk.key] = jobs.count
        jobs.append(Job(chunk: chunk, places: [chunk.index]))
      }
    }
    return jobs
  }

  private func render(_ job: Job, _ parts: RenderedParts) async throws {
    let name = "chunk \(job.chunk.index + 1)"
    let counted = Locked(0)
    let files = try await context.part(job.chunk.key, named: name) {
      let file = context.newFile("chunk")
      try await encode(job.chunk, to: file) {
        counted.withLock { $0 += 1 }
        meter.add(frames: 1)
      }
      resources.counters.update { $0.renderedChunks += 1 }
      return [try await context.store(file, as: "\(name.replacing(" ", with: "-")).packets")]
    }
    let url = try await open(files, name)
    let total = job.chunk.frames.count * job.places.count
    meter.add(frames: total - counted.withLock { $0 })
    for place in job.places { parts.supply(url, asChunk: place) }
  }

  private func encode(
    _ chunk: RenderPlan.Chunk, to file: URL, encoded: @escaping @Sendable () -> Void
  ) async throws {
    let renderer = ChunkRenderer(
      chunk: chunk, encoding: plan.encoding, resources: resources, threads: 1, encoded: encoded)
    try await BlockingThread.run("chunk") { () throws(MediaError) in
      let workers = RenderWorkers(cancellation: cancellation)
      renderer.start(in: workers, to: file)
      do { try workers.join() } catch { throw MediaError(rendering: error) }
    }
  }

  // MARK: - Sound

  private func renderSound(_ parts: RenderedParts) async throws {
    guard let key = plan.soundKey else { return }
    let files = try await context.part(key, named: "sound") {
      let file = context.newFile("sound")
      try await encodeSound(to: file, parts)
      return [try await context.store(file, as: "sound.packets")]
    }
    parts.supply(RenderedParts.Sound(url: try await open(files, "the sound"), growth: nil))
    meter.heard(until: plan.timeline.duration)
  }

  /// Segments can be written while the sound still grows: they read it under a second name, which stays when the store
  /// takes the first one.
  private func encodeSound(to file: URL, _ parts: RenderedParts) async throws {
    let second = context.newFile("growing-sound")
    let growth = ByteGrowth()
    let renderer = SoundRenderer(
      timeline: plan.timeline, encoding: plan.encoding, resources: resources,
      measured: { meter.measured(until: $0) }, encoded: { meter.heard(until: $0) })
    try await BlockingThread.run("sound") { () throws(MediaError) in
      do {
        try renderer.render(to: file, growth: growth, cancellation) {
          // Where a disk knows no second names, segments wait for the whole sound.
          guard link(file.path, second.path) == 0 else { return }
          parts.supply(RenderedParts.Sound(url: second, growth: growth))
        }
      } catch {
        throw MediaError(rendering: error)
      }
    }
  }

  private func open(_ files: [FileReference], _ name: String) async throws -> URL {
    guard let file = files.first, files.count == 1 else {
      throw StageError(.lost, "\(name) of the film is gone; run the stage again afresh")
    }
    return try await context.open(file)
  }

  // MARK: - Joining

  private func join(_ parts: RenderedParts) async throws -> [RenderedPackage] {
    try await BlockingThread.run("join") { () throws(MediaError) in
      let join = FilmJoin(
        plan: plan, outputs: outputs, parts: parts, wrote: meter.tick, ready: ready)
      return try join.run()
    }
  }
}
