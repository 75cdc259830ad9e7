import Pipeline

/// When each scene is on the screen.
///
/// A scene begins where the one before it ends; both on frame boundaries. A transition takes no time from either:
/// the next scene comes up over the last one, which stays under it for as long (`overlap`). So speech never
/// meets speech, whatever the transition. Only a clip that itself sets the length of its scene is
/// still running in that time, rather than standing still, because it gives up that much of its own.
struct Schedule {
  struct Span: Hashable {
    var start: MediaTime
    /// Where the next scene begins.
    var end: MediaTime
    /// How long it takes to come up.
    var enter: MediaTime
    /// How much longer than `end` it is seen, under the next one.
    var overlap: MediaTime
    /// How it comes up, and how the next one does.
    var enterKind = Transition.Kind.fade
    var leaveKind = Transition.Kind.fade

    var length: MediaTime { end - start }
    var seen: MediaTime { length + overlap }
  }

  /// One day: more is a mistake in some duration.
  static let longest = MediaTime(seconds: 86_400)

  private(set) var spans: [Span] = []
  var duration: MediaTime { spans.last?.end ?? .zero }
  /// Of what is there all the time.
  var whole: Span { Span(start: .zero, end: duration, enter: .zero, overlap: .zero) }

  private let options: Compose.Options

  init(_ shots: [Shot], _ options: Compose.Options, _ findings: inout Findings) {
    self.options = options
    let wishes = shots.map { wish($0, &findings) }
    guard findings.problems.isEmpty else { return }
    let transitions = self.transitions(wishes, shots, &findings)
    let frameRate = FrameRate(nominal: options.frameRate)
    var start = MediaTime.zero
    for (index, wish) in wishes.enumerated() {
      let overlap = transitions[index + 1]
      let length = wish.isRunningClip ? wish.length - overlap : wish.length
      let end = frameRate.time(ofFrame: frameRate.frameCount(in: start + length))
      spans.append(
        Span(
          start: start, end: end, enter: transitions[index], overlap: overlap,
          enterKind: kind(before: index, shots), leaveKind: kind(before: index + 1, shots)))
      start = end
    }
    if duration > Self.longest {
      findings.problem(
        "the film would last \(duration.asDuration.written); at most a day is possible")
    }
  }

  private func kind(before index: Int, _ shots: [Shot]) -> Transition.Kind {
    guard index < shots.count else { return .fade }
    return (shots[index].scene.transition ?? options.transition).kind.pattern ?? .fade
  }

  private struct Wish {
    var length: MediaTime
    var isRunningClip = false
  }

  private func wish(_ shot: Shot, _ findings: inout Findings) -> Wish {
    if let narration = shot.narration {
      let spoken = MediaTime(options.lead) + narration.duration + MediaTime(options.tail)
      return Wish(length: max(spoken, shot.scene.duration.map(MediaTime.init) ?? .zero))
    }
    if let duration = shot.scene.duration { return Wish(length: MediaTime(duration)) }
    if shot.scene.lasts == .sound, let longest = shot.elements.compactMap(\.heard).max() {
      return Wish(length: longest)
    }
    let timed = (shot.elements.map(\.settings.stay) + shot.scene.texts.map(\.stay)).compactMap {
      stay in stay.duration.map { MediaTime(stay.start) + MediaTime($0) }
    }
    if let longest = timed.max() { return Wish(length: longest) }
    if let picture = shot.picture, picture.facts.isVideo {
      return clipWish(shot.label, picture, &findings)
    }
    let clips = shot.elements.compactMap { element in
      element.facts.videoDuration.map {
        MediaTime(element.settings.start) + $0.played(at: element.settings.speed)
      }
    }
    return Wish(length: clips.max() ?? MediaTime(options.pictureDuration))
  }

  private func clipWish(
    _ label: String, _ picture: Shot.Picture, _ findings: inout Findings
  ) -> Wish {
    guard let duration = picture.facts.videoDuration, duration > .zero else {
      findings.problem(
        "\(label): `\(picture.file.name)` does not say how long it is; give the scene a `duration`")
      return Wish(length: .zero)
    }
    return Wish(length: duration.played(at: picture.look.speed), isRunningClip: true)
  }

  /// The transition before each scene, and zero before the first and after the last. At most half of either scene.
  private func transitions(
    _ wishes: [Wish], _ shots: [Shot], _ findings: inout Findings
  ) -> [MediaTime] {
    var times = Array(repeating: MediaTime.zero, count: wishes.count + 1)
    for index in wishes.indices.dropFirst() {
      let wanted = (shots[index].scene.transition ?? options.transition).time
      let shorter = min(wishes[index - 1].length, wishes[index].length)
      let possible = min(wanted, MediaTime(ticks: shorter.ticks / 2))
      times[index] = possible
      if possible < wanted {
        findings.warn(
          "the transition to \(shots[index].label) is shortened to \(possible.milliseconds)ms: "
            + "one of the scenes beside it is only \(shorter.milliseconds)ms long",
          field: "transition")
      }
    }
    return times
  }
}

extension MediaTime {
  /// How long so much of a source lasts at another speed.
  func played(at speed: Double) -> MediaTime {
    speed == 1 ? self : MediaTime(seconds: seconds / speed)
  }
}
