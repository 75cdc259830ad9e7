import Media
import Pipeline

extension Scene {
  /// What is wrong with the settings alone; each begins with where, such as `, element 2: `.
  var problems: [String] {
    var problems = Self.problems(
      motion: motion, effects: effects, fit: fit, hasEdge: false, hasPath: false)
    if background != nil, gradient != nil {
      problems.append("`background` and `gradient` exclude each other")
    }
    let own = problems.map { ": \($0)" }
    let others = elements.enumerated().flatMap { index, element in
      element.problems.map { ", element \(index + 1): \($0)" }
    }
    let texts = texts.enumerated().flatMap { index, text in
      text.problems.map { ", text \(index + 1): \($0)" }
    }
    return own + others + texts
  }

  fileprivate static func problems(
    motion: MotionOptions?, effects: [String], fit: Fit, hasEdge: Bool, hasPath: Bool
  ) -> [String] {
    var problems = [motion?.problem].compactMap { $0 }
    for text in effects {
      do throws(EffectError) { _ = try Effect(parsing: text) } catch {
        problems.append("`effects`: \(error.message)")
      }
    }
    if fit == .blur {
      let others = [("motion", motion != nil), ("path", hasPath), ("corner-radius", hasEdge)]
      for (name, isGiven) in others where isGiven {
        problems.append("`fit: blur` fills a frame that stays; it does not go with `\(name)`")
      }
    }
    return problems
  }
}

extension SceneElement {
  /// What is wrong with the settings alone.
  var problems: [String] {
    Scene.problems(
      motion: motion, effects: effects, fit: fit, hasEdge: border != nil, hasPath: !path.isEmpty)
      + [
        KeyTimes.problem("path", path.map(\.at)),
        KeyTimes.problem("opacity-keys", opacityKeys.map(\.at)),
        KeyTimes.problem("gain-keys", gainKeys.map(\.at)),
      ].compactMap { $0 }
  }
}

extension SceneText {
  fileprivate var problems: [String] {
    var problems: [String] = []
    if detail != nil, style != .lowerThird {
      problems.append("`detail` is the second line of `style: lower-third`")
    }
    if cornerRadius > 0, boxColor == nil, style != .lowerThird {
      problems.append("`corner-radius` needs a `box-color`")
    }
    return problems
  }
}
