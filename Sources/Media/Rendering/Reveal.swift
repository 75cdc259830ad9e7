import Pipeline

/// What of a clip is seen at a moment of a transition, apart from its weight.
struct Reveal: Equatable {
  /// A pattern laid over an area of the canvas, and how far it is.
  struct Wipe: Equatable {
    let kind: Transition.Kind
    let area: PixelRect
    /// 0 to `Wipe.whole`.
    let progress: Int
    /// Shows what the pattern has not reached yet.
    let isLeaving: Bool

    static let whole = 4096
  }

  var wipes: [Wipe] = []
  /// How far from its place the picture is drawn; even, as chroma samples are.
  var shiftX = 0
  var shiftY = 0

  var isWhole: Bool { wipes.isEmpty && shiftX == 0 && shiftY == 0 }

  init() {}

  /// At `time` of the film.
  init(of clip: Clip, at time: MediaTime, canvas: PixelSize) {
    if let enter = clip.enter, let share = Self.share(time - clip.at, of: enter) {
      add(enter, share, isLeaving: false, clip, canvas)
    }
    if let leave = clip.leave, let left = Self.share(clip.end - time, of: leave) {
      add(leave, 1 - left, isLeaving: true, clip, canvas)
    }
  }

  /// Nil outside the transition.
  private static func share(_ time: MediaTime, of transition: Transition) -> Double? {
    guard transition.duration > .zero, time < transition.duration else { return nil }
    return max(0, time.seconds / transition.duration.seconds)
  }

  private mutating func add(
    _ transition: Transition, _ share: Double, isLeaving: Bool, _ clip: Clip, _ canvas: PixelSize
  ) {
    let whole = PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    let frame = transition.area ?? clip.frame ?? whole
    switch transition.kind {
    case .fade: break
    case .wipeLeft, .wipeRight, .wipeUp, .wipeDown, .circle, .dissolve:
      wipes.append(
        Wipe(
          kind: transition.kind, area: frame,
          progress: Int((share * Double(Wipe.whole)).rounded()), isLeaving: isLeaving))
    case .slideLeft: slide(share, isLeaving, frame, canvas, (-1, 0))
    case .slideRight: slide(share, isLeaving, frame, canvas, (1, 0))
    case .slideUp: slide(share, isLeaving, frame, canvas, (0, -1))
    case .slideDown: slide(share, isLeaving, frame, canvas, (0, 1))
    }
  }

  /// From beyond one edge of the canvas to the place, or from there beyond the other edge; slowly at both ends.
  private mutating func slide(
    _ share: Double, _ isLeaving: Bool, _ frame: PixelRect, _ canvas: PixelSize,
    _ direction: (x: Int, y: Int)
  ) {
    let eased = Easing.smooth.progress(share)
    let way = isLeaving ? eased : eased - 1
    let goesForward = (direction.x + direction.y > 0) == isLeaving
    let distance =
      direction.x != 0
      ? (goesForward ? canvas.width - frame.x : frame.x + frame.width)
      : (goesForward ? canvas.height - frame.y : frame.y + frame.height)
    let pixels = Int((way * Double(max(0, distance)) / 2).rounded()) * 2
    shiftX += direction.x * pixels
    shiftY += direction.y * pixels
  }
}

extension Clip {
  /// 0 to 256, with the ramps of its fades.
  func weight(at time: MediaTime) -> Int {
    var share = min(max(opacity, 0), 1)
    if let key = opacityKeys?.value(at: time - at) { share *= min(max(key, 0), 1) }
    if let enter, enter.kind == .fade, enter.duration > .zero {
      share *= min(max((time - at).seconds / enter.duration.seconds, 0), 1)
    }
    if let leave, leave.kind == .fade, leave.duration > .zero {
      share *= min(max((end - time).seconds / leave.duration.seconds, 0), 1)
    }
    return Int((share * Double(Blending.opaque)).rounded())
  }
}
