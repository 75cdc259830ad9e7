import Foundation
import Media
import Pipeline
import TestSupport
import Testing

/// Films whose every picture has a brightness of its own, so that one can tell which is shown.
@Suite("Rendering videos", .blocking, .timeLimit(.minutes(10)))
struct RenderVideoTests {
  let studio: Studio
  var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  /// Frame number n has luma 20 + 4n, for at most 50 frames.
  private func counting(
    _ name: String, rate: String = "25", frames: Int = 25, _ arguments: [String] = []
  ) throws -> FileReference {
    let target = samples.url(name)
    _ = try command(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i",
        "color=black:size=160x90:rate=\(rate),format=yuv420p,geq=lum='20+4*N':cb=128:cr=128,"
          + "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv",
        "-frames:v", String(frames), "-c:v", "libx264", "-preset", "veryfast", "-crf", "4", "-g",
        "10",
      ] + arguments + [target.path])
    return try studio.use(target)
  }

  private func show(_ film: Film) -> [Int] {
    (0..<film.frameCount).map { Int(((film.brightness($0) - 20) / 4).rounded()) }
  }

  private func clip(_ file: FileReference, seconds: Double = 1) -> Clip {
    Clip(source: .file(file), at: .zero, duration: MediaTime(seconds: seconds))
  }

  @Test(
    "every picture is shown once, in whatever container",
    arguments: ["c.mp4", "c.mkv", "c.mov", "c.ts", "c.avi", "c.flv"])
  func everyPicture(name: String) throws {
    let film = try studio.render(studio.film([clip(try counting(name))]))
    #expect(show(film) == Array(0..<25))
  }

  @Test("each picture is decoded once")
  func decodedOnce() throws {
    let file = try counting("c.mp4")
    let film = try studio.render(studio.film([clip(file)]))
    #expect(film.report.decodedPictures[file.digest] == 25)
    #expect(film.report.encodedFrames == 25)
    #expect(film.report.composedFrames == 0)
  }

  @Test(
    "a clip begins at the picture asked for",
    arguments: [(0, 0), (40, 1), (400, 10), (440, 11), (900, 22)])
  func sourceStart(milliseconds: Int, first: Int) throws {
    var clip = clip(try counting("c.mp4"), seconds: 0.1)
    clip.sourceStart = ms(milliseconds)
    let film = try studio.render(studio.film([clip], seconds: 0.1))
    #expect(show(film) == [first, first + 1, first + 2])
  }

  @Test("a far start is sought", arguments: ["long.mp4", "long.ts", "long.mkv"])
  func seeking(name: String) throws {
    let file = try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i",
        "color=black:size=160x90:rate=25:d=20,format=yuv420p,geq=lum='20+10*floor(T)':cb=128:cr=128",
        "-c:v",
        "libx264", "-g", "25", "-preset", "ultrafast", "-crf", "4"))
    var clip = clip(file, seconds: 1)
    clip.sourceStart = ms(15_500)
    clip.at = ms(0)
    let film = try studio.render(studio.film([clip]))
    let expected = (0..<25).map { $0 < 13 ? 15 : 16 }
    #expect(
      (0..<25).map { Int(((film.brightness($0) - 20) / 10).rounded()) } == expected)
    #expect((film.report.decodedPictures[file.digest] ?? 999) < 200)
  }

  @Test("a video that is too short holds its last picture, or loops")
  func holdAndLoop() throws {
    let file = try counting("short.mp4", frames: 10)
    var clip = clip(file)
    #expect(
      show(try studio.render(studio.film([clip]))) == Array(0..<10) + Array(repeating: 9, count: 15)
    )
    clip.loops = true
    #expect(show(try studio.render(studio.film([clip]))) == (0..<25).map { $0 % 10 })
    clip.sourceStart = ms(200)
    #expect(show(try studio.render(studio.film([clip]))) == (0..<25).map { 5 + $0 % 5 })
  }

  @Test("a clip that starts beyond the end of its video shows the last picture")
  func beyondEnd() throws {
    var clip = clip(try counting("short.mp4", frames: 10), seconds: 0.2)
    clip.sourceStart = ms(5000)
    #expect(show(try studio.render(studio.film([clip], seconds: 0.2))) == [9, 9, 9, 9, 9])
  }

  @Test("other rates are shown at their own speed", arguments: [("50", 2.0), ("12.5", 0.5)])
  func rates(rate: String, step: Double) throws {
    let film = try studio.render(studio.film([clip(try counting("r.mp4", rate: rate, frames: 50))]))
    #expect(show(film) == (0..<25).map { Int((Double($0) * step).rounded(.down)) })
  }

  @Test("pictures at irregular distances are shown when their time has come")
  func variable() throws {
    let file = try counting(
      "v.mp4", frames: 25,
      ["-vf", "select='not(between(n,3,9))*not(between(n,15,16))'", "-fps_mode", "vfr"])
    let film = try studio.render(studio.film([clip(file)]))
    let expected = (0..<25).map { (3...9).contains($0) ? 2 : (15...16).contains($0) ? 14 : $0 }
    #expect(show(film) == expected)
  }

  @Test("a picture is turned as the file says", arguments: [90, 180, 270])
  func rotation(degrees: Int) throws {
    let plain = try samples.make(
      "p.mp4", "-f", "lavfi", "-i",
      "color=black:size=160x90:rate=25:d=0.2,format=yuv420p,drawbox=w=40:h=40:color=white:t=fill",
      "-c:v", "libx264", "-crf", "4")
    let turned = try studio.use(
      samples.make(
        "t.mp4", "-i", plain.path, "-c", "copy", "-metadata:s:v", "rotate=\(360 - degrees)"))
    let size =
      degrees == 180 ? PixelSize(width: 160, height: 90) : PixelSize(width: 90, height: 160)
    let canvas = Canvas(size: size, frameRate: FrameRate(25))
    let film = try studio.render(
      studio.film([clip(turned, seconds: 0.2)], seconds: 0.2, canvas: canvas))
    // The white corner was at the top left; turned clockwise it goes to the right, then down.
    let right = size.width - 10
    let bottom = size.height - 10
    let corners = [[10, 10], [right, 10], [right, bottom], [10, bottom]]
    let bright = corners.firstIndex { film.luma(2, $0[0], $0[1]) > 200 }
    #expect(bright == degrees / 90)
    #expect(corners.filter { film.luma(2, $0[0], $0[1]) > 200 }.count == 1)
  }

  @Test("a photo is turned as its EXIF data says")
  func exif() throws {
    let plain = try samples.make(
      "p.jpg", "-f", "lavfi", "-i",
      "color=black:size=80x40,format=yuvj420p,drawbox=w=20:h=20:color=white:t=fill", "-frames:v",
      "1", "-q:v",
      "2")
    var bytes = try Data(contentsOf: plain)
    // An APP1 segment with one tag, orientation 6: to be turned clockwise by a quarter.
    let tag: [UInt8] =
      [0xFF, 0xE1, 0, 34] + Array("Exif\0\0".utf8) + Array("MM".utf8)
      + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    bytes.insert(contentsOf: tag, at: 2)
    let url = samples.url("turned.jpg")
    try bytes.write(to: url)
    let info = try MediaProbe.inspect(url, as: "turned.jpg")
    #expect(info.video?.size == PixelSize(width: 40, height: 80))
    let canvas = Canvas(size: PixelSize(width: 40, height: 80), frameRate: FrameRate(25))
    let film = try studio.render(
      studio.film([clip(try studio.use(url), seconds: 0.1)], seconds: 0.1, canvas: canvas))
    #expect(film.luma(1, 30, 10) > 200)
    #expect(film.luma(1, 10, 10) < 40)
  }

  @Test("pixels that are not square are stretched to their shape")
  func aspect() throws {
    let file = try studio.use(
      samples.make(
        "wide.mp4", "-f", "lavfi", "-i", "color=white:size=80x90:rate=25:d=0.2,setsar=2/1", "-c:v",
        "libx264"))
    var clip = clip(file, seconds: 0.2)
    clip.fit = .contain
    let film = try studio.render(studio.film([clip], seconds: 0.2))
    #expect(film.luma(2, 4, 45) > 220)
    #expect(film.luma(2, 155, 45) > 220)
  }

  @Test("odd sides are no problem", arguments: ["161x91", "1x1", "3x301", "159x7"])
  func oddSizes(size: String) throws {
    let file = try studio.use(
      samples.make(
        "odd.png", "-f", "lavfi", "-i", "color=white:size=\(size),format=rgb24", "-frames:v", "1"))
    for fit in Fit.allCases {
      var clip = clip(file, seconds: 0.1)
      clip.fit = fit
      clip.frame = PixelRect(x: 11, y: 7, width: 101, height: 51)
      let film = try studio.render(studio.film([clip], seconds: 0.1))
      let middle = (60..<64).flatMap { x in (30..<36).map { film.luma(1, x, $0) } }
      #expect((middle.max() ?? 0) > 120, "\(fit)")
    }
  }

  static let alphaCodecs: [(name: String, codec: [String])] = [
    (
      "vp9.webm",
      ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime"]
    ),
    (
      "vp8.webm",
      ["-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime"]
    ),
    ("animation.mov", ["-c:v", "qtrle", "-pix_fmt", "argb"]),
    ("prores.mov", ["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"]),
    ("png.mov", ["-c:v", "png", "-pix_fmt", "rgba"]),
  ]

  @Test("a video with alpha lets through what lies below", arguments: alphaCodecs)
  func alphaVideo(name: String, codec: [String]) throws {
    let target = samples.url(name)
    _ = try command(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i",
        "color=white:size=160x90:rate=25:d=0.4,format=rgba,geq=r=255:g=255:b=255:a='if(lt(X,80),255,0)'",
      ] + codec + [target.path])
    let file = try studio.use(target)
    let clips = [
      Clip(source: .colour(red), at: .zero, duration: ms(400)), clip(file, seconds: 0.4),
    ]
    let film = try studio.render(studio.film(clips, seconds: 0.4))
    #expect(film.luma(5, 30, 44) > 225)
    #expect(near(film.pixel(5, 130, 44), red.stored, within: 8))
  }

  @Test(
    "HDR pictures are brought to what normal screens show",
    arguments: ["smpte2084", "arib-std-b67"])
  func hdr(transfer: String) throws {
    let file = try studio.use(
      samples.make(
        "hdr.mkv", "-f", "lavfi", "-i", "color=gray:size=160x90:rate=25:d=0.2,format=yuv420p10le",
        "-c:v",
        "ffv1", "-color_trc", transfer, "-color_primaries", "bt2020", "-colorspace", "bt2020nc",
        "-color_range", "tv"))
    let film = try studio.render(studio.film([clip(file, seconds: 0.2)], seconds: 0.2))
    #expect((90...235).contains(film.luma(2, 80, 45)))
    #expect(near(Array(film.pixel(2, 80, 44).dropFirst()), [128, 128]))
  }

  @Test(
    "a clip plays faster or slower",
    arguments: [(0.5, 20), (2.0, 25), (1.5, 25), (0.25, 25)])
  func speed(speed: Double, frames: Int) throws {
    var clip = clip(try counting("c.mp4", frames: 50), seconds: Double(frames) / 25)
    clip.speed = speed
    clip.sourceStart = ms(80)
    let film = try studio.render(
      studio.film([clip], seconds: Double(frames) / 25))
    let expected = (0..<frames).map { min(49, 2 + Int((Double($0) * speed + 0.01).rounded(.down))) }
    #expect(show(film) == expected)
  }

  @Test("a clip at another speed loops, and is the same wherever the film begins")
  func speedLoops() throws {
    var clip = clip(try counting("short.mp4", frames: 10), seconds: 2)
    clip.speed = 2
    clip.loops = true
    let whole = show(try studio.render(studio.film([clip], seconds: 2)))
    #expect(whole[..<25] == (0..<25).map { $0 * 2 % 10 }[...])
    clip.at = ms(-1000)
    #expect(show(try studio.render(studio.film([clip], seconds: 1))) == Array(whole[25...]))
  }

  @Test("a damaged stretch does not end the film")
  func damaged() throws {
    let good = try samples.make(
      "good.ts", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:d=2", "-c:v", "mpeg2video", "-g",
      "5")
    var bytes = try Data(contentsOf: good)
    for index in stride(from: bytes.count / 3, to: bytes.count / 2, by: 7) { bytes[index] = 0xA5 }
    let url = samples.url("bad.ts")
    try bytes.write(to: url)
    let film = try studio.render(studio.film([clip(try studio.use(url), seconds: 2)], seconds: 2))
    #expect(film.frameCount == 50)
  }

  @Test("a video cut off in the middle of its data still shows what there is")
  func truncatedData() throws {
    let whole = try Data(
      contentsOf: samples.make(
        "f.mkv", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:d=2", "-c:v", "libx264", "-g",
        "5"))
    let url = samples.url("cut.mkv")
    try whole.prefix(whole.count * 2 / 3).write(to: url)
    let film = try studio.render(studio.film([clip(try studio.use(url), seconds: 2)], seconds: 2))
    #expect(film.frameCount == 50)
  }
}
