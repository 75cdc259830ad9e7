/// Says which part of a stage's settings or inputs made a stretch of a film.
///
/// Marks are for people and tools, never for the renderer. They name no stage and no line: a result may be found again
/// by a stage of another name in another file. Both are looked up when somebody asks (`FilmTracer`).
public struct TimelineMark: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case scene
    /// A picture, clip or sound of a scene.
    case element
    /// A text of a scene.
    case text
    /// Something that is spoken.
    case narration
    case music
    /// What lies under all scenes.
    case background
    /// A whole video that others lie on.
    case video
    /// What captions show at a time.
    case cue
  }

  public var kind: Kind
  /// On the film's clock.
  public var at: MediaTime
  public var duration: MediaTime
  /// Where in the settings or inputs of the stage, such as `with.scenes[2].elements[0]` or `in.narration[2]`.
  public var path: String
  /// The module of the stage that set it, such as `compose`.
  public var module: String
  /// What is shown, said or written, in the author's words; nil where there are none.
  public var text: String?

  public init(
    _ kind: Kind, at: MediaTime, duration: MediaTime, path: String, module: String,
    text: String? = nil
  ) {
    self.kind = kind
    self.at = at
    self.duration = duration
    self.path = path
    self.module = module
    self.text = text
  }

  public var end: MediaTime { at + duration }

  /// What of it lies in some time of the film, on a clock that begins there; nil for nothing.
  public func within(_ start: MediaTime, _ end: MediaTime) -> TimelineMark? {
    let (first, last) = (max(at, start), min(self.end, end))
    guard first < last else { return nil }
    var part = self
    part.at = first - start
    part.duration = last - first
    return part
  }
}

extension Timeline {
  /// The film as it is rendered.
  public var withoutMarks: Timeline {
    var film = self
    film.marks = []
    return film
  }
}

extension Timeline {
  /// Of what is seen and heard, whatever made it.
  public var filmDigest: Digest {
    get throws { try Digest(canonical: withoutMarks) }
  }
}

extension Value {
  /// The value with every film in it as it is rendered.
  var withoutMarks: Value {
    switch self {
    case .video(.timeline(let film)): .video(.timeline(film.withoutMarks))
    case .list(let values): .list(values.map(\.withoutMarks))
    case .map(let members): .map(members.mapValues(\.withoutMarks))
    default: self
    }
  }
}
