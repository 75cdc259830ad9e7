import FFmpeg
import Foundation
import Pipeline
import Threads

/// Prepares the pictures of one clip ahead of the compositor, on a thread of its own.
final class ClipFeed: Sendable {
  /// The pictures of the frames that are needed, in order; a still has only one.
  private let link: BoundedLink<Prepared>
  private let isStill: Bool

  struct Prepared: Sendable {
    /// Nil when nothing of it is on the canvas.
    let picture: Picture?
  }

  /// How many pictures of a video are ready at most.
  private static let depth = 3

  private init(isStill: Bool) {
    self.isStill = isStill
    link = BoundedLink(capacity: isStill ? 1 : Self.depth)
  }

  /// What a feed needs to know about the film.
  struct Surroundings: Sendable {
    let canvas: Canvas
    let sources: SourceFiles
    let stills: StillCache
    let inventory: SourceInventory
    let counters: RenderCounters
    let decoderThreads: Int
    let workers: RenderWorkers
  }

  /// Starts preparing.
  static func start(_ entry: Schedule.Entry, _ film: Surroundings) throws(MediaError) -> ClipFeed {
    let video: FileReference?
    if case .file(let file) = entry.clip.source, try !film.inventory.source(file).isStill {
      video = file
    } else {
      video = nil
    }
    let feed = ClipFeed(isStill: video == nil)
    film.workers.adopt(feed.link)
    film.workers.start("clip \(entry.level)") {
      // After a throw the link is aborted, not closed: who waits for it must not see an end.
      if let video {
        try feed.prepare(entry, of: video, film)
      } else {
        feed.link.send(Prepared(picture: try film.stills.picture(for: entry.clip)))
      }
      feed.link.close()
      film.workers.release(feed.link)
    }
    return feed
  }

  /// The picture for the next needed frame; waits until it is ready. Throws when the film was given up.
  func next() throws(MediaError) -> Prepared {
    guard let prepared = link.receive() else { throw .cancelled }
    return prepared
  }

  /// One picture serves all frames.
  var isConstant: Bool { isStill }

  private func prepare(
    _ entry: Schedule.Entry, of file: FileReference, _ film: Surroundings
  ) throws {
    let clip = entry.clip
    let rate = film.canvas.frameRate
    let reader = try VideoReader(
      try film.sources.url(of: file), as: file.name, from: clip.sourceStart, loops: clip.loops,
      frameRate: rate, threads: film.decoderThreads, cancellation: film.workers.cancellation)
    defer {
      film.counters.decoded(
        file, pictures: reader.decodedCount, damagedPackets: reader.damagedCount)
    }
    var filter = PictureFilter(
      for: clip, canvas: film.canvas.size, orientation: reader.orientation, isStill: false)
    var last: (frame: Frame, picture: Picture?)?
    for frame in entry.frames.joined() {
      if film.workers.isStopped { return }
      let shown = try reader.frame(at: rate.time(ofFrame: frame) - clip.at + clip.sourceStart)
      if last?.frame !== shown {
        let picture = try reading(file.name) { () throws(FFmpegError) in
          try filter.picture(from: shown)
        }
        last = (shown, picture)
      }
      guard let last, link.send(Prepared(picture: last.picture)) else { return }
    }
  }
}
