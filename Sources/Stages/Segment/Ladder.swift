import Media
import Pipeline

/// The renditions that an author wants, and what becomes of them with a certain film.
struct Ladder {
  /// As written; one of the film's size where none is.
  let renditions: [Rendition]

  init(_ options: Segment.Options) {
    renditions =
      options.renditions.isEmpty
      ? [Rendition(quality: options.quality)]
      : options.renditions.map { rendition in
        Rendition(
          height: rendition.height, quality: rendition.quality ?? options.quality,
          maxBitsPerSecond: rendition.maxBitrate.map { $0 * 1000 }, name: rendition.name)
      }
  }

  static func problem(_ rendition: Rendition, among earlier: ArraySlice<Rendition>) -> String? {
    if !rendition.hasUsableName {
      return "a rendition cannot be called `\(rendition.name)`: 1 to 40 of a-z, 0-9, `-` and `_`, "
        + "and not the name of another folder of the package, such as `audio`"
    }
    if let height = rendition.height, height % 2 != 0 {
      return "heights must be even, found \(height); \(height - 1) would do"
    }
    let name = rendition.name.lowercased()
    guard earlier.contains(where: { $0.name.lowercased() == name }) else { return nil }
    return "two renditions are called `\(rendition.name)`; give one of them a `name`"
  }

  /// What is made of a film, and what its author should know about that.
  ///
  /// More lines than the film has would show nothing more. The least of those that are too large is made in the film's
  /// size, so that the best rendition is as good as the film, unless another one is nearly that.
  func fitted(to film: PixelSize) -> (renditions: [Rendition], note: String?) {
    var kept = renditions.filter { ($0.height ?? film.height) <= film.height }
    let tooLarge = renditions.filter { ($0.height ?? film.height) > film.height }
    guard let least = tooLarge.min(by: { ($0.height ?? 0) < ($1.height ?? 0) }) else {
      return (kept, nil)
    }
    var note =
      "the film has \(film) pixels, fewer than "
      + tooLarge.map { "`\($0.name)`" }.joined(separator: ", ") + ": left out"
    if !kept.contains(where: { ($0.height ?? film.height) * 10 >= film.height * 9 }) {
      var whole = Rendition(
        quality: least.quality, maxBitsPerSecond: least.maxBitsPerSecond,
        name: least.hasOwnName ? least.name : "\(film.height)p")
      if kept.contains(where: { $0.name.lowercased() == whole.name.lowercased() }) {
        whole.name = least.name
      }
      let place = renditions.prefix { $0 != least }.count { kept.contains($0) }
      kept.insert(whole, at: place)
      note += ", but for `\(least.name)`, which is made in the film's size"
    }
    return (kept, note)
  }
}

extension Rendition {
  fileprivate var hasOwnName: Bool { height.map { name != "\($0)p" } ?? true }
}
