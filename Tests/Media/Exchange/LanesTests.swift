import Testing

@testable import Media

@Suite("Layers as tracks")
struct LanesTests {
  private func lanes(_ strips: Strip...) -> [[Int]] {
    Lanes(
      strips.enumerated().map { index, strip in
        var strip = strip
        strip.index = index
        return strip
      }
    ).lanes.map { $0.map(\.index) }
  }

  private func strip(_ span: Range<Int>, enter: Int = 0, leave: Int = 0) -> Strip {
    Strip(index: 0, start: span.lowerBound, end: span.upperBound, enter: enter, leave: leave)
  }

  @Test("clips one after the other share a track")
  func oneAfterTheOther() {
    #expect(lanes(strip(0..<10), strip(10..<20), strip(25..<30)) == [[0, 1, 2]])
    #expect(lanes(strip(10..<20), strip(0..<10)) == [[1, 0]])
  }

  @Test("a clip that comes in over the end of another is a transition on the same track")
  func transition() {
    #expect(lanes(strip(0..<15), strip(10..<30, enter: 5)) == [[0, 1]])
    // Both sides of the transition as the renderer makes it where something lies below.
    #expect(lanes(strip(0..<15, leave: 5), strip(10..<30, enter: 5)) == [[0, 1]])
    // The same overlap without a transition is one clip over another.
    #expect(lanes(strip(0..<15), strip(10..<30)) == [[0], [1]])
    // One that is over before the other is lies upon it.
    #expect(lanes(strip(0..<30), strip(10..<15, enter: 5)) == [[0], [1]])
  }

  @Test("what lies on top is never on a lower track")
  func order() {
    #expect(lanes(strip(0..<30), strip(10..<20), strip(5..<25)) == [[0], [1], [2]])
    #expect(lanes(strip(0..<10), strip(0..<10), strip(10..<20)) == [[0, 2], [1]])
  }

  @Test("a fade from nothing is not put beside a clip, where it would be a cross-fade")
  func fades() {
    #expect(lanes(strip(0..<10), strip(10..<20, enter: 3)) == [[0], [1]])
    #expect(lanes(strip(0..<10, leave: 3), strip(10..<20)) == [[0], [1]])
    #expect(lanes(strip(0..<10, leave: 3), strip(11..<20, enter: 2)) == [[0, 1]])
  }

  @Test("a clip without a frame is on no track")
  func empty() { #expect(lanes(strip(5..<5)).isEmpty) }
}
