import Pipeline
import Testing

@testable import ComposeStage

@Suite("Compose: when elements come and go", .timeLimit(.minutes(5)))
struct ElementStayTests {
  /// A scene of 4 s that begins at 10 s, comes up in 1 s and is seen 2 s longer under the next one.
  private let span = Schedule.Span(start: .s(10), end: .s(14), enter: .s(1), overlap: .s(2))

  struct Case: Sendable {
    var start: Double = 0
    var duration: Double?
    var fadeIn: Double?
    var fadeOut: Double?
    var at: Double = 10
    var end: Double
    var enter: Double = 0
    var leave: Double = 0
    var cut: Double = 0
  }

  @Test(
    "an element behaves as its scene does unless its author says otherwise",
    arguments: [
      Case(end: 16, enter: 1, leave: 2),
      Case(duration: 4, end: 16, enter: 1, leave: 2),
      Case(duration: 2, end: 12, enter: 1),
      Case(start: 1, end: 16, leave: 2).at(11),
      Case(start: 1, duration: 2, fadeIn: 0.5, fadeOut: 0.25, end: 13, enter: 0.5, leave: 0.25)
        .at(11),
      Case(fadeIn: 0, fadeOut: 0, end: 14),
      Case(fadeOut: 1, end: 14, enter: 1, leave: 1),
      Case(duration: 1, fadeIn: 5, fadeOut: 5, end: 11, enter: 0.5, leave: 0.5),
      Case(duration: 9, end: 16, enter: 1, leave: 2, cut: 5),
      Case(start: 4, end: 14).at(14),
    ])
  func stays(_ given: Case) {
    var element = SceneElement()
    element.start = .seconds(given.start)
    element.duration = given.duration.map { .seconds($0) }
    element.fadeIn = given.fadeIn.map { .seconds($0) }
    element.fadeOut = given.fadeOut.map { .seconds($0) }
    let stay = ElementStay(element.stay, in: span)
    #expect(stay.at == .s(given.at))
    #expect(stay.at + stay.duration == .s(given.end))
    #expect(stay.enter == .s(given.enter))
    #expect(stay.leave == .s(given.leave))
    #expect(stay.cut == .s(given.cut))
  }
}

extension ElementStayTests.Case {
  fileprivate func at(_ seconds: Double) -> Self {
    var copy = self
    copy.at = seconds
    return copy
  }
}
