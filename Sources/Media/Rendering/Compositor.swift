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

    func picture() throws(MediaError) -> Picture? {
      if let constant { return constant.picture }
      let prepared = try feed.next()
      if feed.isConstant { constant = prepared }
      return prepared.picture
    }
  }

  /// What a frame is made of. Two frames of the same ingredients are the same.
  private struct Ingredients: Equatable {
    struct Part: Equatable {
      let picture: Picture
      let weight: Int

      static func == (left: Part, right: Part) -> Bool {
        left.picture === right.picture && left.weight == right.weight
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
    for clip in active where clip.entry.isNeeded(in: index) {
      guard let picture = try clip.picture() else { continue }
      let weight = clip.entry.clip.weight(at: time) * clip.entry.clip.source.alpha / 255
      guard weight > 0 else { continue }
      if weight >= Blending.opaque, picture.isOpaque, covers(picture) { parts.removeAll() }
      parts.append(Ingredients.Part(picture: picture, weight: weight))
    }
    return parts
  }

  private func covers(_ picture: Picture) -> Bool {
    picture.x == 0 && picture.y == 0 && picture.width == timeline.canvas.size.width
      && picture.height == timeline.canvas.size.height
  }

  private func compose(_ ingredients: Ingredients, under overlay: (any Overlay)?) throws -> Frame {
    var parts = ingredients.parts[...]
    var base = background
    if let bottom = parts.first, bottom.weight >= Blending.opaque, bottom.picture.isOpaque,
      covers(bottom.picture)
    {
      base = bottom.picture.frame
      parts = parts.dropFirst()
    }
    if parts.isEmpty, overlay == nil { return base }
    film.counters.update { $0.composedFrames += 1 }
    return try pool.frame { planes in
      Blending.copy(base, into: planes)
      for part in parts { Blending.blend(part.picture, weight: part.weight, into: planes) }
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
