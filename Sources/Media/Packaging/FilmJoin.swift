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
    var packages: [Int: RenderedPackage] = [:]
    var unwanted: [() -> Void] = []
    do throws(MediaError) {
      for (index, output) in outputs.enumerated() {
        guard case .hls(let folder, let settings) = output else { continue }
        let package = try HLSPackage(
          plan, in: folder, settings, metadata, parts, wrote: advanced, ready: ready)
        unwanted.append(package.abandon)
        packages[index] = try package.write()
      }
      for (index, output) in outputs.enumerated() {
        guard case .file(let url, let container, let name) = output else { continue }
        let rendition = plan.rendition(named: name)
        let writer = try FileWriter(
          url, container: container, streams: plan.streams(of: rendition),
          contents: try contents(of: rendition, stretch: container.stretch), metadata: metadata)
        unwanted.append(writer.abandon)
        try copy(rendition, to: writer, stretch: container.stretch)
        packages[index] = try writer.finish()
      }
    } catch {
      for abandon in unwanted { abandon() }
      throw error
    }
    return outputs.indices.compactMap { packages[$0] }
  }

  private func copy(
    _ rendition: Int?, to writer: FileWriter, stretch: MediaTime
  ) throws(MediaError) {
    var packets = try FilmPackets(
      plan, parts, .init(rendition: rendition, hasSound: plan.timeline.hasSound),
      stretch: stretch)
    while let packet = try packets.next() {
      try writer.write(packet)
      try advanced()
    }
  }

  private func advanced() throws(MediaError) {
    if parts.cancellation.isRaised { throw .cancelled }
    wrote()
  }

  /// Waits for all parts.
  private func contents(of rendition: Int?, stretch: MediaTime) throws(MediaError) -> FilmContents {
    var contents = FilmContents(
      pictures: plan.timeline.hasPicture ? plan.timeline.frameCount : 0,
      keyframes: plan.chunks.reduce(0) { $0 + $1.keyframes.count },
      stretches: Int(plan.timeline.duration.ticks / stretch.ticks) + 8)
    if let rendition {
      for chunk in plan.chunks {
        contents.byteCount += try size(of: try parts.chunk(chunk.index, of: rendition))
      }
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
