import Foundation
import Pipeline
import Testing

@testable import Media

@Suite("ASS scripts", .timeLimit(.minutes(5)))
struct ASSScriptTests {
  private func layer(
    _ animation: CaptionStyle.Animation, _ words: [Cue.Word], end: Int = 2000
  ) -> CaptionLayer {
    var style = CaptionStyle()
    style.animation = animation
    return CaptionLayer(
      captions: Captions(cues: [Cue(start: 0, end: end, lines: [words])]), style: style)
  }

  private func events(of layer: CaptionLayer) -> [String] {
    ASSScript.text(for: layer, canvas: PixelSize(width: 1920, height: 1080))
      .split(separator: "\n").filter { $0.hasPrefix("Dialogue") }.map(String.init)
  }

  private let two = [
    Cue.Word(text: "Hello", start: 0, end: 500), Cue.Word(text: "world", start: 600, end: 1200),
  ]

  @Test("classic shows the cue as a whole")
  func classic() {
    #expect(
      events(of: layer(.classic, two)) == [
        "Dialogue: 0,0:00:00.00,0:00:02.00,Caption,,0,0,0,,Hello world"
      ])
  }

  @Test("karaoke sweeps each word for as long as it is spoken")
  func karaoke() {
    #expect(
      events(of: layer(.karaoke, two)) == [
        "Dialogue: 0,0:00:00.00,0:00:02.00,Caption,,0,0,0,,{\\k0\\kf50}Hello {\\k10\\kf60}world"
      ])
  }

  @Test("progressive shows a step per word; words to come keep their place")
  func progressive() {
    let events = events(of: layer(.progressive, two))
    #expect(events.count == 3)
    #expect(events[0].hasSuffix("{\\r\\1c&H00D7FF&\\1a&H00&}Hello {\\r\\alpha&HFF&}world"))
    #expect(events[1].hasSuffix("{\\r}Hello {\\r\\1c&H00D7FF&\\1a&H00&}world"))
    #expect(events[2].hasPrefix("Dialogue: 0,0:00:01.20,0:00:02.00"))
    #expect(events[2].hasSuffix("{\\r}Hello {\\r}world"))
  }

  @Test("words to come leave the box behind the text as it is")
  func progressiveInBox() {
    var layer = layer(.progressive, two)
    layer.style.boxColour = .black
    #expect(events(of: layer)[0].hasSuffix("Hello {\\r\\1a&HFF&\\3a&HFF&}world"))
  }

  @Test("with a shadow, letters lie over a box that has none of them")
  func boxAndShadow() {
    var layer = layer(.classic, two)
    layer.style.boxColour = .white
    layer.style.boxShadow = true
    #expect(
      events(of: layer) == [
        "Dialogue: 0,0:00:00.00,0:00:02.00,Box,,0,0,0,,Hello world",
        "Dialogue: 1,0:00:00.00,0:00:02.00,Caption,,0,0,0,,Hello world",
      ])
    let styles = ASSScript.text(for: layer, canvas: PixelSize(width: 1920, height: 1080))
      .split(separator: "\n").filter { $0.hasPrefix("Style: ") }
      .map { $0.split(separator: ",").map(String.init) }
    // Letters, outline, what is behind, and whether that is a box.
    #expect(
      styles.map { [$0[0], $0[3], $0[5], $0[6], $0[15]] } == [
        ["Style: Box", "&HFF000000", "&HFF000000", "&H00FFFFFF", "4"],
        ["Style: Caption", "&H00FFFFFF", "&H00000000", "&H5F000000", "1"],
      ])
    layer.style.boxShadow = nil
    #expect(events(of: layer).count == 1)
  }

  @Test("words without times get a share of the cue's")
  func untimed() {
    let events = events(
      of: layer(.progressive, [Cue.Word(text: "aaaa"), Cue.Word(text: "bbbb")]))
    #expect(events.map { $0.split(separator: ",")[1] } == ["0:00:00.00", "0:00:01.00"])
  }

  @Test(
    "text shows as itself, whatever is in it",
    arguments: [
      ("{\\b1}bold", "\\{\\\u{2060}b1\\}bold"), ("a\\Nb", "a\\\u{2060}Nb"), ("a\nb", "a b"),
      ("100% [x], 'y': \"z\"", "100% [x], 'y': \"z\""), ("\r\n", " "),
      ("{\u{301}\\an8}", "\\{\u{301}\\\u{2060}an8\\}"), ("a\u{0}b\u{1B}\tc\u{2028}d", "ab c d"),
    ])
  func escape(text: String, escaped: String) {
    #expect(ASSScript.escape(text) == escaped)
  }

  @Test("no text can begin an override, an escape or a new line")
  func fuzz() {
    var generator = SplitMix(state: 42)
    // With an accent on it, a brace is another character to Swift and the same one to libass.
    let alphabet: [Unicode.Scalar] = [
      "{", "}", "\\", "N", "n", "h", "b", "1", " ", "\n", "\r", "\0", "é", "🎬", "\u{2060}",
      "\u{301}",
      "\u{200D}", "\u{FE0F}", "\u{2029}", "\u{85}",
    ]
    for _ in 0..<5000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
      }
      let escaped = Array(ASSScript.escape(String(text)).unicodeScalars)
      for (index, scalar) in escaped.enumerated() {
        switch scalar {
        case "{", "}": #expect(index > 0 && escaped[index - 1] == "\\", "\(text)")
        case "\\":
          let next = index + 1 < escaped.count ? escaped[index + 1] : " "
          #expect(["{", "}", "\u{2060}"].contains(next), "\(text)")
        case "\n", "\r", "\0", "\u{85}", "\u{2028}", "\u{2029}": Issue.record("\(text)")
        default: break
        }
      }
    }
  }

  @Test("lengths scale with the shorter side, so portrait and landscape look alike")
  func geometry() {
    let style = CaptionStyle()
    for canvas in [PixelSize(width: 1920, height: 1080), PixelSize(width: 1080, height: 1920)] {
      #expect(ASSScript.Geometry(style: style, canvas: canvas).size == style.size)
    }
    let small = ASSScript.Geometry(style: style, canvas: PixelSize(width: 960, height: 540))
    #expect(small.size == style.size / 2)
  }

  @Test("a font name cannot leave its field")
  func fontName() {
    var layer = layer(.classic, two)
    layer.style.font = "Evil,99,&H00FF00\nDialogue: 0"
    let script = ASSScript.text(for: layer, canvas: PixelSize(width: 100, height: 100))
    let style = script.split(separator: "\n").first { $0.hasPrefix("Style:") } ?? ""
    #expect(style.split(separator: ",", omittingEmptySubsequences: false).count == 23)
    #expect(events(of: layer).count == 1)
  }
}

/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
