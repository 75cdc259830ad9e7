import FFmpeg
import Pipeline

/// Puts the frames of a film together, one after the other. One thread.
final class Compositor {
  private let timeline: Timeline
  private let schedule: Schedule
  private let film: ClipFeed.Surroundings
  private let overlays: (any OverlaySource)?
  private let pool: FramePool
  private let background: Frame
  private let patterns = WipePatterns()
  /// The first entry of the schedule that has not been started.
  private var upcoming = 0
  /// From bottom to top.
  private var active: [ActiveClip] = []
  private var last: (ingredients: Ingredients, frame: Frame)?

  private final class ActiveClip {
    let entry: Schedule.Entry
    let feed: ClipFeed
    var constant: ClipFeed.Prepared?

    init(_ entry: Schedule.Entry, feed: ClipFeed) {
      self.entry = entry
      self.feed = feed
    }

    func pictures() throws(MediaError) -> [Picture] {
      if let constant { return constant.pictures }
      let prepared = try feed.next()
      if feed.isConstant { constant = prepared }
      return prepared.pictures
    }
  }

  /// What a frame is made of. Two frames of the same ingredients are the same.
  private struct Ingredients: Equatable {
    struct Part: Equatable {
      let picture: Picture
      let weight: Int
      let reveal: Reveal

      static func == (left: Part, right: Part) -> Bool {
        left.picture === right.picture && left.weight == right.weight
          && left.reveal == right.reveal
      }

      /// Nothing below it can be seen.
      func hidesAll(of canvas: PixelSize) -> Bool {
        weight >= Blending.opaque && picture.isOpaque && reveal.isWhole && picture.x == 0
          && picture.y == 0 && picture.width == canvas.width && picture.height == canvas.height
      }
    }

    /// From bottom to top.
    var parts: [Part] = []
    var overlay: Int?
  }

  init(
    _ timeline: Timeline, schedule: Schedule, overlays: (any OverlaySource)?,
    _ film: ClipFeed.Surroundings
  ) throws {
    self.timeline = timeline
    self.schedule = schedule
    self.film = film
    self.overlays = overlays
    let size = timeline.canvas.size
    pool = try FramePool(width: size.width, height: size.height)
    background = try pool.frame(filledWith: timeline.canvas.background)
  }

  /// Frame `index`; must be called for 0, 1, 2 and so on.
  func frame(_ index: Int) throws -> Frame {
    try startClips(before: index)
    let time = timeline.canvas.frameRate.time(ofFrame: index)
    let overlay = try overlays?.overlay(at: time)
    let ingredients = Ingredients(parts: try parts(of: index, at: time), overlay: overlay?.id)
    if let last, last.ingredients == ingredients {
      film.counters.update { $0.repeatedFrames += 1 }
      return last.frame
    }
    let frame = try compose(ingredients, under: overlay)
    last = (ingredients, frame)
    return frame
  }

  /// Clips are opened about a second before they are seen.
  private func startClips(before index: Int) throws {
    active.removeAll { $0.entry.end <= index }
    let lead = max(8, Int(timeline.canvas.frameRate.framesPerSecond.rounded()))
    var hasNew = false
    while upcoming < schedule.entries.count, schedule.entries[upcoming].first <= index + lead {
      let entry = schedule.entries[upcoming]
      active.append(ActiveClip(entry, feed: try ClipFeed.start(entry, film)))
      upcoming += 1
      hasNew = true
    }
    if hasNew { active.sort { $0.entry.level < $1.entry.level } }
  }

  /// What can be seen, from the topmost picture that hides all below upwards.
  private func parts(of index: Int, at time: MediaTime) throws -> [Ingredients.Part] {
    var parts: [Ingredients.Part] = []
    let canvas = timeline.canvas.size
    for clip in active where clip.entry.isNeeded(in: index) {
      let pictures = try clip.pictures()
      let source = clip.entry.clip
      let weight = source.weight(at: time) * source.source.alpha / 255
      guard weight > 0 else { continue }
      let reveal = Reveal(of: source, at: time, canvas: canvas)
      for picture in pictures {
        let part = Ingredients.Part(picture: picture, weight: weight, reveal: reveal)
        if part.hidesAll(of: canvas) { parts.removeAll() }
        parts.append(part)
      }
    }
    return parts
  }

  private func compose(_ ingredients: Ingredients, under overlay: (any Overlay)?) throws -> Frame {
    var parts = ingredients.parts[...]
    var base = background
    if let bottom = parts.first, bottom.hidesAll(of: timeline.canvas.size) {
      base = bottom.picture.frame
      parts = parts.dropFirst()
    }
    if parts.isEmpty, overlay == nil { return base }
    film.counters.update { $0.composedFrames += 1 }
    return try pool.frame { planes in
      Blending.copy(base, into: planes)
      for part in parts {
        Blending.blend(
          part.picture, weight: part.weight, alpha: patterns.alpha(of: part.picture, part.reveal),
          shift: (part.reveal.shiftX, part.reveal.shiftY), into: planes)
      }
      overlay?.blend(into: planes)
    }
  }
}

extension Clip.Source {
  /// Of a colour; pictures bring their own.
  fileprivate var alpha: Int {
    if case .colour(let colour) = self { Int(colour.alpha) } else { 255 }
  }
}
