import Foundation
import Pipeline
import Threads

/// Joins the parts of a film into its outputs, by copying packets. One thread.
struct FilmJoin {
  let plan: RenderPlan
  let outputs: [RenderOutput]
  let metadata: FilmMetadata
  let parts: RenderedParts
  /// Called for every packet that was written.
  let wrote: () -> Void
  /// Called for every segment that can be played.
  let ready: (ReadySegment) -> Void

  /// What can be played while it grows is written as parts come in; files follow when all are there, since their index
  /// stands at the front.
  func run() throws(MediaError) -> [RenderedPackage] {
    var writers: [Int: any PackageWriter] = [:]
    do throws(MediaError) {
      for (index, output) in outputs.enumerated() {
        if case .hls(let folder, _) = output {
          writers[index] = try HLSWriter(folder, streams: plan.streams(of: 0), ready: ready)
        }
      }
      var packages: [Int: RenderedPackage] = [:]
      if !writers.isEmpty {
        try copy(0, to: Array(writers.values), stretch: MediaTime(ticks: 1))
        for (index, writer) in writers { packages[index] = try writer.finish() }
      }
      for (index, output) in outputs.enumerated() {
        guard case .file(let url, let container, let name) = output else { continue }
        let rendition = plan.rendition(named: name)
        let writer = try FileWriter(
          url, container: container, streams: plan.streams(of: rendition),
          contents: try contents(of: rendition, stretch: container.stretch))
        writers[index] = writer
        try copy(rendition, to: [writer], stretch: container.stretch)
        packages[index] = try writer.finish()
      }
      return outputs.indices.compactMap { packages[$0] }
    } catch {
      for writer in writers.values { writer.abandon() }
      throw error
    }
  }

  private func copy(_ rendition: Int, to writers: [any PackageWriter], stretch: MediaTime)
    throws(MediaError)
  {
    var packets = try FilmPackets(
      plan, parts, .init(rendition: rendition, hasSound: plan.timeline.hasSound), stretch: stretch)
    while let packet = try packets.next() {
      if parts.cancellation.isRaised { throw .cancelled }
      for writer in writers { try writer.write(packet) }
      wrote()
    }
  }

  /// Waits for all parts.
  private func contents(of rendition: Int, stretch: MediaTime) throws(MediaError) -> FilmContents {
    var contents = FilmContents(
      pictures: plan.timeline.hasPicture ? plan.timeline.frameCount : 0,
      keyframes: plan.chunks.reduce(0) { $0 + $1.keyframes.count },
      stretches: Int(plan.timeline.duration.ticks / stretch.ticks) + 8)
    for chunk in plan.chunks {
      contents.byteCount += try size(of: try parts.chunk(chunk.index, of: rendition))
    }
    if plan.timeline.hasSound {
      let sound = try parts.sound()
      try sound.growth?.waitForEnd(parts.cancellation)
      contents.byteCount += try size(of: sound.url)
      contents.samples = AudioMixer.sampleCount(
        of: plan.timeline.duration, at: plan.timeline.canvas.sampleRate)
    }
    return contents
  }

  private func size(of url: URL) throws(MediaError) -> Int {
    do {
      return try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    } catch {
      throw MediaError(
        .lost, "a part of the film is gone; run the stage again",
        cause: error.localizedDescription)
    }
  }
}

/// How much goes into a file, known before it is begun.
struct FilmContents {
  var pictures = 0
  var keyframes = 0
  var samples = 0
  /// How often sound and pictures take turns, at most.
  var stretches = 0
  /// At least as many as the packets have.
  var byteCount = 0
}
