import FFmpeg
import Foundation
import Pipeline
import Threads

/// Prepares the pictures of one clip ahead of the compositor, on a thread of its own.
final class ClipFeed: Sendable {
  /// The pictures of the frames that are needed, in order; a still has only one.
  private let link: BoundedLink<Prepared>
  /// One picture serves all frames.
  let isConstant: Bool

  struct Prepared: Sendable {
    /// From bottom to top; none when nothing of it is on the canvas.
    let pictures: [Picture]
  }

  /// How many pictures of a video are ready at most.
  private static let depth = 3

  private init(isConstant: Bool) {
    self.isConstant = isConstant
    link = BoundedLink(capacity: isConstant ? 1 : Self.depth)
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
    let clip = entry.clip
    let feed = ClipFeed(isConstant: video == nil && !clip.isMoving)
    film.workers.adopt(feed.link)
    film.workers.start("clip \(entry.level)") {
      // After a throw the link is aborted, not closed: who waits for it must not see an end.
      if let video {
        try feed.prepare(entry, of: video, film)
      } else if clip.isMoving {
        try feed.move(entry, film)
      } else {
        feed.link.send(Prepared(pictures: try film.stills.pictures(for: clip)))
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

  /// A still picture that moves.
  private func move(_ entry: Schedule.Entry, _ film: Surroundings) throws {
    guard let master = try film.stills.master(for: entry.clip) else { return }
    var placed = PlacedPictures(of: entry.clip, canvas: film.canvas.size)
    for frame in entry.frames.joined() {
      if film.workers.isStopped { return }
      let time = film.canvas.frameRate.time(ofFrame: frame)
      guard link.send(Prepared(pictures: try placed.pictures(of: master, at: time))) else { return }
    }
  }

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
    var maker = VideoPictures(of: clip, file.name, film.canvas.size, reader.orientation)
    for frame in entry.frames.joined() {
      if film.workers.isStopped { return }
      let time = rate.time(ofFrame: frame)
      let shown = try reader.frame(at: clip.sourceTime(at: time))
      guard link.send(Prepared(pictures: try maker.pictures(of: shown, at: time))) else { return }
    }
  }
}

/// Makes the pictures of a video, each once. One thread at a time.
private struct VideoPictures: ~Copyable {
  private let clip: Clip
  private let name: String
  private let canvas: PixelSize
  private var filter: PictureFilter
  private var placed: PlacedPictures
  private var last: (frame: Frame, made: Made)?

  private enum Made {
    case pictures([Picture])
    case master(Master)
  }

  init(of clip: Clip, _ name: String, _ canvas: PixelSize, _ orientation: Orientation) {
    self.clip = clip
    self.name = name
    self.canvas = canvas
    filter = PictureFilter(
      for: clip, canvas: canvas, orientation: orientation, isStill: false)
    placed = PlacedPictures(of: clip, canvas: canvas)
  }

  mutating func pictures(of frame: Frame, at time: MediaTime) throws -> [Picture] {
    if last?.frame !== frame { last = (frame, try make(frame)) }
    switch last?.made {
    case .pictures(let pictures): return pictures
    case .master(let master): return try placed.pictures(of: master, at: time)
    case nil: return []
    }
  }

  private mutating func make(_ frame: Frame) throws(MediaError) -> Made {
    let (clip, canvas) = (clip, canvas)
    return try reading(name) { () throws(FFmpegError) in
      guard clip.needsGeometry else {
        return .pictures(try filter.picture(from: frame).map { [$0] } ?? [])
      }
      return .master(
        try filter.master(from: frame) { clip.largestScale(of: $0, on: canvas) })
    }
  }
}
