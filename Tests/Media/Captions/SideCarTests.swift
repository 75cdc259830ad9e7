import Media
import Pipeline
import Testing

@Suite("Caption files", .timeLimit(.minutes(5)))
struct SideCarTests {
  private let captions = Captions(cues: [
    Cue(
      start: 1500, end: 3_723_004,
      lines: [
        [
          Cue.Word(text: "Salt", start: 1500, end: 1900),
          Cue.Word(text: "&", start: 2000, end: 2100),
        ],
        [Cue.Word(text: "<pepper>", start: 2200, end: 2600)],
      ]),
    Cue(start: 3_723_100, end: 3_724_000, lines: [[Cue.Word(text: "a-->b")]]),
  ])

  @Test("SubRip counts from one and writes a comma before milliseconds")
  func subRip() {
    #expect(
      SubRip.text(for: captions) == """
        1
        00:00:01,500 --> 01:02:03,004
        Salt &
        <pepper>

        2
        01:02:03,100 --> 01:02:04,000
        a→b

        """)
  }

  @Test(
    "what would break a file is left out: cues without text or time, empty lines, line ends, arrows"
  )
  func unfit() {
    let captions = Captions(cues: [
      Cue(start: 0, end: 900, lines: [[Cue.Word(text: " ")], []]),
      Cue(start: 1000, end: 1000, lines: [[Cue.Word(text: "never")]]),
      Cue(
        start: 2000, end: 3000,
        lines: [[], [Cue.Word(text: "a\r\nb\u{0}")], [Cue.Word(text: "-->")]]),
    ])
    #expect(SubRip.text(for: captions) == "1\n00:00:02,000 --> 00:00:03,000\na b\n→\n")
    #expect(
      WebVTT.text(for: captions) == "WEBVTT\n\n00:00:02.000 --> 00:00:03.000\na b\n--&gt;\n")
  }

  @Test("an accent does not hide a character from escaping")
  func accents() {
    let cue = Cue(start: 0, end: 900, lines: [[Cue.Word(text: "<\u{301}b>&\u{301}")]])
    #expect(
      WebVTT.text(for: Captions(cues: [cue])).contains("&lt;\u{301}b&gt;&amp;\u{301}"))
  }

  @Test("WebVTT escapes its three characters and carries the times of words")
  func webVTT() {
    #expect(
      WebVTT.text(for: captions) == """
        WEBVTT

        00:00:01.500 --> 01:02:03.004
        Salt <00:00:02.000>&amp;
        <00:00:02.200>&lt;pepper&gt;

        01:02:03.100 --> 01:02:04.000
        a--&gt;b

        """)
  }
}
