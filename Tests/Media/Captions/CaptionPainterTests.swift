import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Media

@Suite("Caption painter", .blocking, .timeLimit(.minutes(5)))
struct CaptionPainterTests {
  /// A grey picture in memory.
  private final class Picture {
    let size: PixelSize
    var y: [UInt8]
    var u: [UInt8]
    var v: [UInt8]

    init(_ size: PixelSize) {
      self.size = size
      y = Array(repeating: 100, count: size.pixelCount)
      u = Array(repeating: 128, count: size.pixelCount / 4)
      v = u
    }

    func draw(_ overlay: any Overlay) {
      y.withUnsafeMutableBufferPointer { y in
        u.withUnsafeMutableBufferPointer { u in
          v.withUnsafeMutableBufferPointer { v in
            guard let y = y.baseAddress, let u = u.baseAddress, let v = v.baseAddress else {
              return
            }
            overlay.blend(
              into: FramePlanes(
                y: y, u: u, v: v, strideY: size.width, strideU: size.width / 2,
                strideV: size.width / 2, width: size.width, height: size.height))
          }
        }
      }
    }

    /// The rows and columns in which something was drawn.
    var drawn: (columns: ClosedRange<Int>, rows: ClosedRange<Int>)? {
      let indices = y.indices.filter { y[$0] != 100 }
      let columns = indices.map { $0 % size.width }
      let rows = indices.map { $0 / size.width }
      guard let left = columns.min(), let right = columns.max(), let top = rows.min(),
        let bottom = rows.max()
      else { return nil }
      return (left...right, top...bottom)
    }
  }

  private func painter(
    _ words: [String], size: PixelSize, change: (inout CaptionStyle) -> Void = { _ in }
  ) throws -> CaptionPainter {
    var style = CaptionStyle()
    style.size = 80
    change(&style)
    let timed = words.enumerated().map { index, text in
      Cue.Word(text: text, start: 1000 + index * 500, end: 1400 + index * 500)
    }
    let captions = Captions(cues: [Cue(start: 1000, end: 3000, lines: [timed])])
    return try CaptionPainter([CaptionLayer(captions: captions, style: style)], canvas: size)
  }

  private let size = PixelSize(width: 640, height: 360)

  @Test("nothing is drawn before and after a cue")
  func outside() throws {
    let painter = try painter(["Hello"], size: size)
    #expect(painter.overlay(at: .zero) == nil)
    #expect(painter.overlay(at: MediaTime(milliseconds: 1500)) != nil)
    #expect(painter.overlay(at: MediaTime(milliseconds: 3000)) == nil)
  }

  @Test("the picture changes with the word and at no other time")
  func changes() throws {
    let painter = try painter(["One", "two", "three"], size: size)
    let ids = stride(from: 1000, to: 2400, by: 33).map { time in
      painter.overlay(at: MediaTime(milliseconds: time))?.id
    }
    #expect(Set(ids).count == 3)
  }

  @Test(
    "painted in a row, each picture is what it is when painted alone",
    arguments: CaptionStyle.Animation.allCases)
  func row(animation: CaptionStyle.Animation) throws {
    let row = try painter(["One", "two", "three"], size: size) { $0.animation = animation }
    for time in stride(from: 900, to: 3100, by: 40) {
      let alone = try painter(["One", "two", "three"], size: size) { $0.animation = animation }
      let pictures = [row, alone].map { painter in
        let picture = Picture(size)
        if let overlay = painter.overlay(at: MediaTime(milliseconds: time)) {
          picture.draw(overlay)
        }
        return picture
      }
      #expect(pictures[0].y == pictures[1].y, "at \(time) ms")
    }
  }

  @Test(
    "text stays inside the safe area, whatever its place",
    arguments: CaptionStyle.Position.allCases)
  func safeArea(position: CaptionStyle.Position) throws {
    for size in [size, PixelSize(width: 360, height: 640)] {
      let painter = try painter(["Hey", "you"], size: size) {
        $0.position = position
        $0.animation = .classic
        $0.shadowOffset = 0
        $0.outlineWidth = 0
      }
      let picture = Picture(size)
      picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: 1200))))
      let drawn = try #require(picture.drawn)
      let marginX = Int(0.06 * Double(size.width)) - 2
      let marginY = Int(0.08 * Double(size.height)) - 2
      #expect(drawn.columns.lowerBound >= marginX)
      #expect(drawn.columns.upperBound <= size.width - marginX)
      #expect(drawn.rows.lowerBound >= marginY)
      #expect(drawn.rows.upperBound <= size.height - marginY)
    }
  }

  @Test("colours are those of the style in bt709")
  func colours() throws {
    let painter = try painter(["MMM"], size: size) {
      $0.animation = .classic
      $0.lineColour = Colour(red: 255, green: 0, blue: 0)
      $0.outlineWidth = 0
      $0.shadowOffset = 0
    }
    let picture = Picture(size)
    picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: 1200))))
    let red = YCbCr(Colour(red: 255, green: 0, blue: 0))
    #expect(picture.y.contains(red.y))
    #expect(picture.v.contains { abs(Int($0) - Int(red.cr)) <= 2 })
  }

  @Test(
    "any text can be drawn",
    arguments: [
      "{\\an8}", "back\\slash\\N", "مرحبا بالعالم", "你好世界", "🎬🚀", "a{b}c", "", "   ", "%s%n:,'[",
      "{\u{301}\\an8}", "a\u{0}b",
    ])
  func anyText(text: String) throws {
    let painter = try painter([text, "end"], size: size) { $0.animation = .classic }
    let picture = Picture(size)
    picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: 1200))))
    // An override that got through would move the text to the top.
    #expect(try #require(picture.drawn).rows.lowerBound > size.height / 2)
  }

  @Test("a box stands behind the whole cue from its first word on")
  func box() throws {
    let painter = try painter(["First", "second"], size: size) {
      $0.boxColour = .black
      $0.outlineWidth = 0
    }
    let drawn = try [1100, 1700].map { time in
      let picture = Picture(size)
      picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: time))))
      return try #require(picture.drawn)
    }
    #expect(drawn[0].columns == drawn[1].columns)
    #expect(drawn[0].rows == drawn[1].rows)
  }

  @Test("box, letters and their shadow are drawn together when that is wanted")
  func boxAndShadow() throws {
    func drawn(_ shadow: Bool?) throws -> Picture {
      let painter = try painter(["MMM"], size: size) {
        $0.animation = .classic
        $0.lineColour = .white
        $0.outlineWidth = 0
        $0.boxColour = .black
        $0.boxShadow = shadow
        $0.shadowColour = Colour(red: 255, green: 0, blue: 0)
        $0.shadowOffset = 10
      }
      let picture = Picture(size)
      picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: 1200))))
      return picture
    }
    let (without, with) = (try drawn(nil), try drawn(true))
    #expect(without.v.allSatisfy { $0 < 200 } && with.v.contains { $0 > 200 })
    for picture in [without, with] {
      #expect(picture.y.contains { $0 < 20 } && picture.y.contains { $0 > 230 })
    }
    #expect(without.drawn?.columns == with.drawn?.columns)
    #expect(without.drawn?.rows == with.drawn?.rows)
  }

  @Test("karaoke colours more and more of the cue")
  func sweep() throws {
    let painter = try painter(["MMM", "MMM"], size: size) {
      $0.animation = .karaoke
      $0.lineColour = .white
      $0.wordColour = Colour(red: 255, green: 0, blue: 0)
      $0.outlineWidth = 0
      $0.shadowOffset = 0
    }
    let reds = try stride(from: 1000, through: 1900, by: 100).map { time in
      let picture = Picture(size)
      picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: time))))
      return picture.v.count { $0 > 200 }
    }
    #expect(reds.first == 0)
    #expect(zip(reds, reds.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(reds[3] > reds[1] && reds[8] > reds[5])
  }

  @Test("half transparent text lets the picture through")
  func transparency() throws {
    func brightest(_ alpha: UInt8) throws -> UInt8 {
      let painter = try painter(["MMM"], size: size) {
        $0.animation = .classic
        $0.lineColour = Colour(red: 255, green: 255, blue: 255, alpha: alpha)
        $0.outlineWidth = 0
        $0.shadowOffset = 0
      }
      let picture = Picture(size)
      picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: 1200))))
      return picture.y.max() ?? 0
    }
    #expect(try brightest(255) == 235)
    // Half way between the picture's 100 and white's 235.
    #expect(try (166...169).contains(brightest(128)))
  }

  @Test("words to come keep their place: the first word does not move when the second appears")
  func steady() throws {
    let painter = try painter(["First", "second"], size: size) { $0.wordColour = $0.lineColour }
    let columns = try [1100, 1700].map { time in
      let picture = Picture(size)
      picture.draw(try #require(painter.overlay(at: MediaTime(milliseconds: time))))
      return try #require(picture.drawn).columns
    }
    #expect(columns[0].lowerBound == columns[1].lowerBound)
    #expect(columns[0].upperBound < columns[1].upperBound)
  }
}
