import Foundation
import Pipeline
import Threads

/// One render of a film in parts that are kept: each is looked up first, and made only when nobody made it before.
struct DividedRender: Sendable {
  let plan: RenderPlan
  let resources: RenderResources
  let outputs: [RenderOutput]
  let metadata: FilmMetadata
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
    report.chunks = plan.chunks.count * plan.codings.count
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

  /// In playing order, so many at once that the cores are busy. One more gets ready meanwhile: a chunk begins with
  /// pictures to be decoded, and ends with a file to be stored.
  private func renderPictures(_ parts: RenderedParts) async throws {
    let turns = EncodingTurns(atOnce: chunksAtOnce)
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Has the place of the one more until the first ones encode: nothing may come before these.
      group.addTask { for await _ in turns.untilBusy {} }
      var running = 1
      for job in jobs {
        if running > chunksAtOnce {
          try await group.next()
          running -= 1
        }
        group.addTask { try await ending { try await render(job, parts, turns) } }
        running += 1
      }
      turns.close()
      try await group.waitForAll()
    }
  }

  /// Each chunk keeps as many cores busy as its renditions take together, measured by the largest of them, which the
  /// others have to wait for.
  private var chunksAtOnce: Int {
    let pixels = plan.codings.map(\.size.pixelCount)
    guard let largest = pixels.max(), largest > 0 else { return 1 }
    let share = Double(pixels.reduce(0, +)) / Double(largest)
    return max(1, Int((Double(context.cores) / share).rounded(.up)))
  }

  private var jobs: [Job] {
    var jobs: [Job] = []
    var known: [[Digest]: Int] = [:]
    for chunk in plan.chunks {
      if let index = known[chunk.keys] {
        jobs[index].places.append(chunk.index)
      } else {
        known[chunk.keys] = jobs.count
        jobs.append(Job(chunk: chunk, places: [chunk.index]))
      }
    }
    return jobs
  }

  private func render(
    _ job: Job, _ parts: RenderedParts, _ turns: EncodingTurns
  ) async throws {
    let counted = Locked(0)
    let chunk = ChunkParts(
      chunk: job.chunk, plan: plan, resources: resources, context: context,
      cancellation: cancellation, turns: turns
    ) {
      counted.withLock { $0 += 1 }
      meter.add(frames: 1)
    }
    let files = try await chunk.files()
    for (rendition, file) in files.enumerated() {
      let url = try await context.open(file)
      for place in job.places { parts.supply(url, asChunk: place, of: rendition) }
    }
    let total = job.chunk.frames.count * job.places.count * plan.codings.count
    meter.add(frames: total - counted.withLock { $0 })
  }

  // MARK: - Sound

  private func renderSound(_ parts: RenderedParts) async throws {
    guard let key = plan.soundKey else { return }
    let files = try await context.part(key, named: "sound") {
      let file = context.newFile("sound")
      try await encodeSound(to: file, parts)
      return [try await context.store(file, as: "sound.packets")]
    }
    guard let file = files.first, files.count == 1 else {
      throw StageError(.lost, "the sound of the film is gone; run the stage again afresh")
    }
    parts.supply(RenderedParts.Sound(url: try await context.open(file), growth: nil))
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

  // MARK: - Joining

  private func join(_ parts: RenderedParts) async throws -> [RenderedPackage] {
    try await BlockingThread.run("join") { () throws(MediaError) in
      let join = FilmJoin(
        plan: plan, outputs: outputs, metadata: metadata, parts: parts, wrote: meter.tick,
        ready: ready)
      return try join.run()
    }
  }
}
