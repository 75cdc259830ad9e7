public import Pipeline

/// How one scene follows the other.
public struct SceneTransition: FieldRecord {
  public enum Kind: String, FieldChoice {
    case fade, cut
    case wipeLeft = "wipe-left"
    case wipeRight = "wipe-right"
    case wipeUp = "wipe-up"
    case wipeDown = "wipe-down"
    case slideLeft = "slide-left"
    case slideRight = "slide-right"
    case slideUp = "slide-up"
    case slideDown = "slide-down"
    case circle, dissolve

    public static let summaries = [
      "fade": "the next scene comes up over the last one",
      "cut": "at once, whatever `duration` says",
      "wipe-left":
        "an edge moves from right to left and uncovers the next scene; likewise the other wipes",
      "slide-left": "the next scene pushes the last one out to the left; likewise the other slides",
      "circle": "the next scene is seen through a circle that grows",
      "dissolve": "the next scene comes through in grains",
    ]

    /// Nil for a cut.
    var pattern: Transition.Kind? { Transition.Kind(rawValue: rawValue) }
  }

  @Field("Which kind.") public var kind = Kind.fade
  @Field("How long it takes; 0s is a cut.", in: 0...10)
  public var duration = Duration.milliseconds(500)

  public init() {}

  var time: MediaTime { kind == .cut ? .zero : MediaTime(duration) }
}

extension Transition.Kind {
  /// The last scene moves along with the next one.
  var isSlide: Bool {
    switch self {
    case .slideLeft, .slideRight, .slideUp, .slideDown: true
    default: false
    }
  }
}
