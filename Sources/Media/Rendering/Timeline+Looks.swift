import Pipeline

extension Timeline {
  /// Throws where a clip asks for what cannot be: timelines also come from outside.
  func validateLooks() throws(MediaError) {
    for clip in layers.flatMap(\.clips) {
      if let problem = clip.problem { throw MediaError(.unusable, "\(clip.name): \(problem)") }
    }
    for clip in tracks.flatMap(\.clips) {
      if let problem = clip.problem {
        throw MediaError(.unusable, "`\(clip.source.name)`: \(problem)")
      }
    }
    guard let loudness else { return }
    guard (-70.0...0).contains(loudness.target), (-30.0...0).contains(loudness.truePeak) else {
      throw MediaError(
        .unusable,
        "a loudness of \(loudness.target) LUFS with peaks of \(loudness.truePeak) dBTP "
          + "is not within -70 to 0 and -30 to 0")
    }
  }
}

extension Clip {
  fileprivate var name: String {
    switch source {
    case .file(let file): "`\(file.name)`"
    case .colour: "a colour"
    case .gradient: "a gradient"
    case .text(let text): "the text `\(text.text.prefix(20))`"
    }
  }

  fileprivate var problem: String? {
    if let speed, !(0.01...100).contains(speed) {
      return "a speed of \(speed) is not within 0.01 to 100"
    }
    for area in [motion?.from, motion?.to].compactMap({ $0 }) where !area.isPartOfPicture {
      return "its motion begins or ends outside the picture"
    }
    if let path, let problem = path.problem("path") { return problem }
    if let path, path.contains(where: { !$0.value.isPlace }) {
      return "its path leads to places that cannot be; sides are 1 to 16384 pixels"
    }
    if let opacityKeys, let problem = opacityKeys.problem("opacity") { return problem }
    if opacityKeys?.allSatisfy({ $0.value.isFinite }) == false { return "an opacity is a number" }
    if fit == .blur, needsGeometry {
      return "`fit: blur` fills a frame that stays; it does not go with motion, path or border"
    }
    return placeProblem ?? edgeProblem ?? paintProblem ?? effectProblem
  }

  private var placeProblem: String? {
    if let frame, !frame.isPlace { return "its frame is further away or larger than can be" }
    for transition in [enter, leave].compactMap({ $0 }) where transition.kind != .fade {
      guard let area = transition.area ?? frame else { continue }
      guard area.isPlace, area.width <= 8192, area.height <= 8192 else {
        return "its transition lies over more than 8192 pixels on a side"
      }
    }
    return nil
  }

  private var edgeProblem: String? {
    if let border, !(0...16_384).contains(border.radius) || !(0...16_384).contains(border.width) {
      return "a border with a radius of \(border.radius) and a width of \(border.width) cannot be"
    }
    guard let key else { return nil }
    guard (0.01...1).contains(key.similarity), (0...1).contains(key.blend),
      (0...1).contains(key.despill)
    else { return "its key has settings that are not within 0 to 1" }
    return nil
  }

  /// What is painted needs memory for all of its frame.
  private var paintProblem: String? {
    switch source {
    case .file, .colour: return nil
    case .gradient(let gradient):
      guard gradient.angle.isFinite else { return "the angle of a gradient is a number" }
    case .text(let text):
      guard (1...1000).contains(text.size), (0...200).contains(text.outlineWidth),
        (0...200).contains(text.shadowOffset), text.text.utf8.count <= 20_000
      else { return "letters are 1 to 1000 pixels high, and a text at most 20000 bytes long" }
    }
    let sides =
      [frame.map { Double(max($0.width, $0.height)) } ?? 0]
      + (path ?? []).map { max($0.value.width, $0.value.height) }
    guard sides.allSatisfy({ $0 <= 8192 }) else {
      return "its frame is larger than 8192 pixels on a side"
    }
    return nil
  }

  private var effectProblem: String? {
    for effect in effects ?? [] {
      do throws(EffectError) { try effect.check() } catch { return error.message }
    }
    return nil
  }
}

extension AudioClip {
  fileprivate var problem: String? {
    if let speed, !(0.25...4).contains(speed) {
      return "a speed of \(speed) is not within 0.25 to 4"
    }
    if let gainKeys, let problem = gainKeys.problem("gain") { return problem }
    if gainKeys?.allSatisfy({ $0.value.isFinite }) == false { return "a gain is a number" }
    return nil
  }
}

extension PixelRect {
  fileprivate var isPlace: Bool {
    [x, y, width, height].allSatisfy { (-65_536...65_536).contains($0) }
  }
}

extension Area {
  fileprivate var isPartOfPicture: Bool {
    [x, y, right, bottom].allSatisfy { (-0.000_001...1.000_001).contains($0) }
      && width >= 0.001 && height >= 0.001
  }

  fileprivate var isPlace: Bool {
    [x, y].allSatisfy { (-65_536...65_536).contains($0) }
      && [width, height].allSatisfy { (1...16_384).contains($0) }
  }
}

extension Array {
  fileprivate func problem<Content>(_ name: String) -> String?
  where Element == Keyframe<Content> {
    if isEmpty { return "its \(name) has no keyframes" }
    if zip(self, dropFirst()).contains(where: { $0.at >= $1.at }) {
      return "the keyframes of its \(name) are not in order of time"
    }
    return nil
  }
}
