import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Posters and thumbnails", .timeLimit(.minutes(2)))
struct PreviewTests {
  let bench: ChunkBench

  init() throws { bench = try ChunkBench() }

  private func film(_ clips: [Clip], seconds: Double, size: PixelSize? = nil) -> Timeline {
    var canvas = Studio.canvas
    if let size { canvas.size = size }
    return Timeline(
      canvas: canvas, duration: MediaTime(seconds: seconds), layers: [Layer(clips: clips)])
  }

  private func flat(_ colour: Colour, from start: Double, to end: Double) -> Clip {
    Clip(
      source: .colour(colour), at: MediaTime(seconds: start),
      duration: MediaTime(seconds: end - start))
  }

  private func picture(from start: Double, to end: Double) throws -> Clip {
    let url = try bench.samples.make(
      "testsrc.png", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=1:duration=1", "-frames:v",
      "1")
    return Clip(
      source: .file(try bench.services.add(url)), at: MediaTime(seconds: start),
      duration: MediaTime(seconds: end - start))
  }

  /// The picture as ffmpeg shows it.
  private func pixels(_ file: FileReference) throws -> RGBPicture {
    let url = bench.samples.url("look.jpg")
    try bench.services.contents(of: file).write(to: url)
    return try RGBPicture(url)
  }

  private func poster(
    _ film: Timeline, _ settings: PosterSettings = PosterSettings()
  ) async throws -> FileReference? {
    try await bench.services.context().poster(of: film, settings)
  }

  @Test(
    "colours of a poster are those of the film",
    arguments: [
      Colour(red: 200, green: 30, blue: 40), Colour(red: 20, green: 180, blue: 60),
      Colour(red: 30, green: 60, blue: 220), Colour(red: 250, green: 250, blue: 250),
      Colour(red: 5, green: 5, blue: 5), Colour(red: 230, green: 200, blue: 20),
    ])
  func colours(colour: Colour) async throws {
    let made = try await poster(film([flat(colour, from: 0, to: 3)], seconds: 3))
    let file = try #require(made)
    #expect(file.mediaType == "image/jpeg" && file.name == "poster.jpg")
    let found = try pixels(file)
    #expect(found.size == Studio.canvas.size)
    let wanted = [colour.red, colour.green, colour.blue].map(Int.init)
    #expect(near(found.pixel(80, 45), wanted, within: 4), "\(found.pixel(80, 45)) \(wanted)")
  }

  @Test("the poster is the first picture that shows something, at the size that is asked for")
  func telling() async throws {
    let dark = flat(Colour(red: 3, green: 3, blue: 3), from: 0, to: 2.5)
    let film = film([dark, try picture(from: 2.5, to: 6)], seconds: 6)
    let file = try #require(try await poster(film, PosterSettings(height: 46)))
    let found = try pixels(file)
    #expect(found.size == PixelSize(width: 82, height: 46))
    #expect(found.contrast > 20)
    // Asked for by its time, it is what is there.
    let first = try #require(try await poster(film, PosterSettings(time: ms(1000))))
    #expect(try pixels(first).contrast < 2)
  }

  @Test("a film that is flat all over has a poster, one without a picture has none")
  func nothingToSee() async throws {
    let black = film([flat(.black, from: 0, to: 0.4)], seconds: 0.4)
    #expect(try await poster(black) != nil)
    var heard = black
    heard.layers = []
    #expect(try await poster(heard) == nil)
    #expect(
      try await bench.services.context().thumbnails(of: heard, ThumbnailSettings()).isEmpty)
  }

  @Test("a poster is made once, and again only when what is seen in it changed")
  func kept() async throws {
    var film = film([try picture(from: 0, to: 3), flat(red, from: 3, to: 9)], seconds: 9)
    let first = try await poster(film)
    film.layers[0].clips[1].source = .colour(blue)
    let time = PosterSettings(time: ms(1000))
    let again = try await poster(film, time)
    #expect(bench.services.madeParts == ["poster", "poster"])
    #expect(first == again)
    film.layers[0].clips[1].source = .colour(green)
    _ = try await poster(film, time)
    #expect(bench.services.madeParts.count == 2)
    film.layers[0].clips[0].opacity = 0.5
    _ = try await poster(film, time)
    #expect(bench.services.madeParts.count == 3)
  }

  @Test(
    "a poster that cannot be is refused with what to do",
    arguments: [
      (PosterSettings(time: MediaTime(seconds: 9)), "lasts 2.0 s"),
      (PosterSettings(height: 45), "must be even"), (PosterSettings(height: 120), "16 to 90"),
    ])
  func wrongPoster(settings: PosterSettings, words: String) async throws {
    let film = film([flat(red, from: 0, to: 2)], seconds: 2)
    let error = await #expect(throws: MediaError.self) { try await poster(film, settings) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test("thumbnails show the film in order, and the index says which stands where")
  func thumbnails() async throws {
    let colours = [red, green, blue]
    let clips = colours.enumerated().map {
      flat($0.element, from: Double($0.offset) * 2, to: Double($0.offset) * 2 + 2)
    }
    let film = film(clips, seconds: 5.5)
    let files = try await bench.services.context().thumbnails(
      of: film, ThumbnailSettings(interval: ms(2000), width: 32))
    #expect(files.keys.sorted() == ["sprite-1.jpg", "thumbnails.vtt"])
    let index = try bench.services.text(of: try #require(files["thumbnails.vtt"]))
    #expect(
      index == """
        WEBVTT

        00:00:00.000 --> 00:00:02.000
        sprite-1.jpg#xywh=0,0,32,18

        00:00:02.000 --> 00:00:04.000
        sprite-1.jpg#xywh=32,0,32,18

        00:00:04.000 --> 00:00:05.500
        sprite-1.jpg#xywh=64,0,32,18

        """)
    let sheet = try pixels(try #require(files["sprite-1.jpg"]))
    #expect(sheet.size == PixelSize(width: 96, height: 18))
    for (place, colour) in colours.enumerated() {
      let wanted = [colour.red, colour.green, colour.blue].map(Int.init)
      #expect(near(sheet.pixel(place * 32 + 16, 9), wanted, within: 12), "\(place)")
    }
    #expect(bench.services.progress.last?.unit == .items)
  }

  @Test("many thumbnails take several files, and a change makes only its own file again")
  func sheets() async throws {
    var clips = [flat(red, from: 0, to: 25), flat(blue, from: 25, to: 26)]
    let settings = ThumbnailSettings(interval: ms(200), width: 16)
    let context = try bench.services.context()
    let before = try await context.thumbnails(of: film(clips, seconds: 26), settings)
    #expect(before.keys.sorted() == ["sprite-1.jpg", "sprite-2.jpg", "thumbnails.vtt"])
    let index = try bench.services.text(of: try #require(before["thumbnails.vtt"]))
    #expect(index.contains("00:00:20.000 --> 00:00:20.200\nsprite-2.jpg#xywh=0,0,16,10\n"))
    #expect(index.contains("00:00:19.800 --> 00:00:20.000\nsprite-1.jpg#xywh=144,90,16,10\n"))
    let second = try pixels(try #require(before["sprite-2.jpg"]))
    #expect(second.size == PixelSize(width: 160, height: 30))
    #expect(bench.services.madeParts == ["sprite-1.jpg", "sprite-2.jpg"])
    clips[1] = flat(green, from: 25, to: 26)
    let after = try await context.thumbnails(of: film(clips, seconds: 26), settings)
    #expect(bench.services.madeParts == ["sprite-1.jpg", "sprite-2.jpg", "sprite-2.jpg"])
    #expect(after["sprite-1.jpg"] == before["sprite-1.jpg"])
    #expect(after["sprite-2.jpg"] != before["sprite-2.jpg"])
  }

  @Test("pictures of a video are those of their moment")
  func moments() async throws {
    let film = try bench.numbered(4, sound: false)
    let files = try await bench.services.context().thumbnails(
      of: film, ThumbnailSettings(interval: ms(1000), width: 176))
    let sheet = try pixels(try #require(files["sprite-1.jpg"]))
    for place in 0..<4 {
      let number = (0..<11).reduce(0) { number, bit in
        number | (sheet.pixel(place * 176 + bit * 16 + 8, 24)[1] > 125 ? 1 << bit : 0)
      }
      // The middle of each second, at 25 frames a second.
      #expect(number == place * 25 + 12)
    }
  }
}

/// A picture file as another program decodes it.
struct RGBPicture {
  let size: PixelSize
  private let bytes: [UInt8]

  init(_ url: URL) throws {
    let stream = try #require(try streams(url).first)
    size = PixelSize(
      width: try #require(stream["width"] as? Int), height: try #require(stream["height"] as? Int))
    bytes = [UInt8](
      try command(
        "ffmpeg",
        ["-v", "error", "-i", url.path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]))
  }

  func pixel(_ x: Int, _ y: Int) -> [Int] {
    (0..<3).map { Int(bytes[(y * size.width + x) * 3 + $0]) }
  }

  /// The standard deviation of green.
  var contrast: Double {
    let samples = stride(from: 1, to: bytes.count, by: 3).map { Double(bytes[$0]) }
    let mean = samples.reduce(0, +) / Double(samples.count)
    let squares = samples.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (squares / Double(samples.count)).squareRoot()
  }
}
