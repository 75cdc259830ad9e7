import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("What a run shows", .timeLimit(.minutes(5)))
struct DisplayTests {
  private func event(_ type: RunEvent.Kind, _ change: (inout RunEvent) -> Void = { _ in })
    -> RunEvent
  {
    var event = RunEvent(run: "r", type: type, stage: "package")
    change(&event)
    return event
  }

  @Test("progress tells share, counts, speed and time left")
  func progress() {
    let progress = event(.stageProgress) {
      $0.fraction = 0.55
      $0.done = 120
      $0.total = 218
      $0.unit = .frames
      $0.speed = 61.7
      $0.eta = 2.2
    }
    #expect(EventText.line(for: progress) == "package:  55% 120/218 frames, 62 frames/s, 0:03 left")
  }

  @Test("progress that says the same again is no line of its own")
  func repeated() {
    let console = Console(collecting: ())
    let display = LineDisplay(console: console)
    for (done, speed) in [(1.0, 62.0), (2, 62), (2, 50), (2, 30)] {
      display.show(
        event(.stageProgress) {
          $0.fraction = done / 2
          $0.done = done
          $0.total = 2
          $0.unit = .frames
          $0.speed = speed
        })
    }
    #expect(
      console.written.err
        == "package:  50% 1/2 frames, 62 frames/s\npackage: 100% 2/2 frames, 62 frames/s\n")
  }

  @Test("of segments only the first of each rendition is worth a line")
  func segments() throws {
    func ready(_ index: Int, _ name: String) -> RunEvent {
      event(.segmentReady) {
        $0.segment = PlayableSegment(
          output: "playlist",
          rendition: PlayableRendition(name: name, playlist: "v.m3u8", targetDuration: 4),
          index: index, start: .zero, duration: MediaTime(seconds: 4), path: "\(index).ts",
          file: .named("\(name) \(index)"))
        $0.at = 2500 + index
      }
    }
    var created = event(.runCreated)
    created.at = 1000
    let events = [created] + (0..<9).flatMap { [ready($0, "720p"), ready($0, "360p")] }
    #expect(
      events.dropFirst().compactMap(EventText.line) == [
        "package: `720p` can be played as far as it is made",
        "package: `360p` can be played as far as it is made",
      ])
    let streams = FoldedEvents(events + [ready(0, "720p")]).streams
    #expect(streams.map(\.rendition) == ["720p", "360p"])
    #expect(streams.allSatisfy { $0.segments == 9 && $0.duration == 36 && $0.firstAt == 1500 })
  }

  @Test("a bar never exceeds the terminal's width")
  func bar() {
    let progress = event(.stageProgress) {
      $0.fraction = 0.5
      $0.done = 1
      $0.total = 2
      $0.unit = .items
    }
    for width in [20, 40, 80] {
      let line = BarText.line(
        "package", latest: progress, fraction: 0.5, width: width, colour: false)
      #expect(line.count <= width)
    }
    let line = BarText.line("package", latest: progress, fraction: 0.5, width: 80, colour: false)
    #expect(line.hasPrefix("package  ████████████░░░░░░░░░░░░   50%"))
  }

  @Test(
    "amounts are written for people",
    arguments: [
      (Amount.seconds(420), "0.42 s"), (Amount.seconds(12_340), "12.3 s"),
      (Amount.seconds(185_000), "3:05"), (Amount.clock(3723), "1:02:03"),
      (Amount.bytes(999), "999 B"), (Amount.bytes(4_600_000), "4.6 MB"),
      (Amount.speed(2.04, .seconds), "2.0x"), (Amount.percent(0.999), " 99%"),
    ])
  func amounts(found: String, wanted: String) {
    #expect(found == wanted)
  }

  @Test("warnings, retries, skips and failures are words with their reason")
  func words() {
    let warning = event(.stageWarning) { $0.message = "no glyph" }
    #expect(EventText.line(for: warning) == "package: warning: no glyph")
    let retry = event(.stageRetrying) {
      $0.attempt = 1
      $0.message = "busy"
      $0.delay = 1500
    }
    #expect(EventText.line(for: retry) == "package: attempt 1 failed: busy; again in 1.50 s")
    let failed = event(.stageFailed) {
      $0.errorClass = .invalidInput
      $0.message = "`a.mp4` is empty"
    }
    #expect(EventText.line(for: failed) == "package: failed [invalid-input]: `a.mp4` is empty")
  }
}
