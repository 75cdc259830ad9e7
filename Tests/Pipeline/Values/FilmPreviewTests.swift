import Pipeline
import Testing

@Suite("Previews")
struct FilmPreviewTests {
  @Test(
    "a stretch is a length, a place, or both",
    arguments: [
      ("5s@0:30", 5000, 30_000), ("5s", 5000, 0), ("@0:30", 5000, 30_000), ("@90s", 5000, 90_000),
      ("@1m30s", 5000, 90_000), ("500ms@1:02:03.5", 500, 3_723_500), ("1m@12", 60_000, 12_000),
      ("2.5s@0:00.25", 2500, 250), ("3s@90:00", 3000, 5_400_000),
    ])
  func stretch(text: String, duration: Int, start: Int) throws {
    let stretch = try #require(FilmPreview.Stretch(text))
    #expect(stretch.duration == MediaTime(milliseconds: duration))
    #expect(stretch.start == MediaTime(milliseconds: start))
    #expect(FilmPreview.Stretch(stretch.description) == stretch)
  }

  @Test(
    "anything else is no stretch",
    arguments: [
      "", "@", "5", "x", "5s@", "5s@x", "5s@0:30@0:40", "0s", "50ms", "-5s", "5s@-0:10", "5s@0:60",
      "5s@0:61:00", "5s@1:2:3:4", "5s@99:00:00", "30h", "5s@0x10", "5s@inf", "5s@nan", "5s@1e3",
    ])
  func noStretch(text: String) { #expect(FilmPreview.Stretch(text) == nil, "\(text)") }

  @Test(
    "a scale keeps the shape, gives even sides and never enlarges",
    arguments: [
      ("360p", 1920, 1080, 640, 360), ("360p", 1080, 1920, 360, 640), ("360p", 320, 180, 320, 180),
      ("640x360", 1080, 1920, 202, 360), ("50%", 1280, 720, 640, 360),
      ("12.5%", 1920, 1080, 240, 136), ("100%", 1920, 1080, 1920, 1080), ("1%", 640, 360, 16, 16),
      ("480p", 1920, 800, 1152, 480),
    ])
  func scale(text: String, width: Int, height: Int, newWidth: Int, newHeight: Int) throws {
    let scale = try #require(FilmPreview.Scale(text))
    #expect(
      scale.apply(to: PixelSize(width: width, height: height))
        == PixelSize(width: newWidth, height: newHeight))
    #expect(FilmPreview.Scale(scale.description) == scale)
  }

  @Test(
    "anything else is no scale",
    arguments: ["", "p", "360", "0p", "8p", "-360p", "0%", "101%", "%", "x", "640x", "8x8", "big"])
  func noScale(text: String) { #expect(FilmPreview.Scale(text) == nil, "\(text)") }

  private static func film(_ seconds: Double) -> Timeline {
    Timeline(
      canvas: Canvas(size: PixelSize(width: 64, height: 36), frameRate: FrameRate(25)),
      duration: MediaTime(seconds: seconds),
      layers: [
        Layer(clips: [
          Clip(source: .colour(.white), at: .zero, duration: MediaTime(seconds: seconds))
        ])
      ])
  }

  @Test(
    "a stretch beyond the end is held at it; one after the end is refused with the film's length")
  func end() throws {
    let film = Self.film(10)
    let late = FilmPreview(stretch: .init(start: MediaTime(seconds: 8)))
    #expect(try late.cut(film).duration == MediaTime(seconds: 2))
    let never = FilmPreview(stretch: .init(start: MediaTime(seconds: 10)))
    let error = #expect(throws: StageError.self) { try never.cut(film) }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.message.contains("ends at 0:10") == true)
    #expect(try FilmPreview(scale: .lines(360)).cut(film) == film)
  }

  @Test("sounds move with the stretch, and those stay that only lower others")
  func sounds() throws {
    func clip(_ name: String, _ at: Double, _ duration: Double) -> AudioClip {
      AudioClip(
        source: FileReference(digest: Digest(of: name.utf8), byteCount: 1, name: name),
        at: MediaTime(seconds: at), duration: MediaTime(seconds: duration))
    }
    var film = Self.film(60)
    film.loudness = Loudness()
    film.canvas.sampleRate = 44_100
    let music = clip("music", 0, 60)
    film.tracks = [
      AudioTrack(
        name: "music", clips: [music, clip("early", 2, 1)],
        duck: Duck(
          under: "voice", attack: MediaTime(seconds: 0.5), release: MediaTime(seconds: 1))),
      AudioTrack(
        name: "voice",
        clips: [
          clip("before", 5, 4.5), clip("long before", 1, 2), clip("in", 11, 1),
          clip("after", 15.4, 1), clip("long after", 17, 1),
        ]),
    ]
    let part = film.stretch(from: MediaTime(seconds: 10), to: MediaTime(seconds: 15))
    #expect(part.duration == MediaTime(seconds: 5))
    #expect(part.canvas == film.canvas)
    #expect(part.loudness == film.loudness)
    #expect(part.tracks[0].duck == film.tracks[0].duck)
    #expect(part.tracks[0].clips.map(\.source.name) == ["music"])
    #expect(part.tracks[0].clips[0].at == MediaTime(seconds: -10))
    #expect(part.tracks[0].clips[0].duration == music.duration)
    #expect(part.tracks[1].clips.map(\.source.name) == ["before", "in", "after"])
    #expect(part.tracks[1].clips.map(\.at.seconds) == [-5, 1, 5.4].map { $0 })
  }

  @Test("a stretch begins with the frame that is showing, and a film with pictures stays one")
  func frames() {
    var film = Self.film(10)
    film.layers[0].clips[0].duration = MediaTime(seconds: 2)
    let part = film.stretch(from: MediaTime(seconds: 5.03), to: MediaTime(seconds: 6))
    #expect(part.duration == MediaTime(seconds: 1))
    #expect(part.hasPicture)
    #expect(part.layers.flatMap(\.clips).isEmpty)
  }
}
