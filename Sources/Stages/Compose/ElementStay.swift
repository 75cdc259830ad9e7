import Pipeline

/// What an author says about when something is there.
struct Stay: Hashable {
  var start = Duration.zero
  var duration: Duration?
  var fadeIn: Duration?
  var fadeOut: Duration?
  var enter: Transition.Kind?
  var leave: Transition.Kind?
}

/// When an element is there, and how it comes and goes.
///
/// Where its author says nothing it behaves as its scene does: one that is there from the start comes in with the
/// scene, one that lasts to the end goes away while the next scene comes in.
struct ElementStay: Hashable {
  var at: MediaTime
  /// Zero if its scene is over before it begins.
  var duration: MediaTime
  var enter: MediaTime
  var leave: MediaTime
  /// How much of the wanted duration does not fit into the scene.
  var cut: MediaTime
  var enterKind: Transition.Kind
  var leaveKind: Transition.Kind
  /// Its own fades would have taken longer than it is there.
  var isTooShort: Bool
  /// It comes or goes with its scene, as part of the whole picture.
  var entersWithScene: Bool
  var leavesWithScene: Bool

  /// How long something takes that is only told how.
  private static let usual = MediaTime(milliseconds: 500)

  init(_ stay: Stay, in span: Schedule.Span) {
    let start = MediaTime(stay.start)
    let left = max(.zero, span.length - start)
    let wanted = stay.duration.map(MediaTime.init) ?? left
    let lastsToTheEnd = wanted >= left
    entersWithScene = stay.fadeIn == nil && stay.enter == nil && start == .zero
    leavesWithScene = stay.fadeOut == nil && stay.leave == nil && lastsToTheEnd
    at = span.start + start
    cut = max(.zero, wanted - left)
    duration = left > .zero ? min(wanted, left) + (leavesWithScene ? span.overlap : .zero) : .zero
    let half = MediaTime(ticks: duration.ticks / 2)
    let ownEnter = stay.fadeIn.map(MediaTime.init) ?? (stay.enter == nil ? .zero : Self.usual)
    let ownLeave = stay.fadeOut.map(MediaTime.init) ?? (stay.leave == nil ? .zero : Self.usual)
    let wantedEnter = entersWithScene ? span.enter : ownEnter
    let wantedLeave = leavesWithScene ? span.overlap : ownLeave
    let fits = wantedEnter + wantedLeave <= duration
    enter = fits ? wantedEnter : min(half, wantedEnter)
    leave = fits ? wantedLeave : min(half, wantedLeave)
    isTooShort = !fits && !(entersWithScene && leavesWithScene)
    enterKind = entersWithScene ? span.enterKind : stay.enter ?? .fade
    leaveKind = leavesWithScene ? span.leaveKind : stay.leave ?? .fade
  }

  /// - Parameter area: of clips that come and go together; nil is each one's own frame.
  func enter(on canvas: PixelSize, area: PixelRect? = nil) -> Transition? {
    .make(enterKind, enter, area: entersWithScene ? canvas.whole : area)
  }

  func leave(on canvas: PixelSize, area: PixelRect? = nil) -> Transition? {
    .make(leaveKind, leave, area: leavesWithScene ? canvas.whole : area)
  }

  /// - Parameters:
  ///   - name: quoted, what it is about.
  ///   - whole: what it belongs to.
  func warn(
    _ label: String, _ name: String, _ span: Schedule.Span, of whole: String = "scene",
    _ findings: inout Findings
  ) {
    let length = span.length.milliseconds
    if duration == .zero {
      findings.warn(
        "\(label): `\(name)` is never seen or heard: it starts at "
          + "\((at - span.start).milliseconds)ms, and the \(whole) lasts \(length)ms",
        field: "scenes")
    } else if cut.milliseconds > 0 {
      findings.warn(
        "\(label): `\(name)` ends \(cut.milliseconds)ms early, with its \(whole) of \(length)ms",
        field: "scenes")
    }
    if duration > .zero, isTooShort {
      findings.warn(
        "\(label): `\(name)` is there for \(duration.milliseconds)ms only; its fades are shortened",
        field: "scenes")
    }
  }
}

extension Transition {
  /// Nil for one that takes no time. A fade is the same wherever it is.
  static func make(
    _ kind: Kind, _ duration: MediaTime, area: PixelRect?
  ) -> Transition? {
    guard duration > .zero else { return nil }
    return Transition(kind: kind, duration: duration, area: kind == .fade ? nil : area)
  }
}

extension PixelSize {
  var whole: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }
}
