import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Probing", .blocking, .timeLimit(.minutes(5)))
struct ProbeTests {
  let samples: Samples

  init() throws { samples = try Samples() }

  @Test("a film tells its length, size, rate and streams")
  func film() async throws {
    let info = try await MediaProbe.probe(samples.film(seconds: 2), as: "film.mp4")
    #expect(info.video?.codec == "h264")
    #expect(info.video?.size == PixelSize(width: 160, height: 90))
    #expect(info.video?.frameRate == FrameRate(25))
    #expect(info.video?.isVariable == false)
    #expect(info.video?.frameCount == 50)
    #expect(info.audio?.codec == "aac")
    #expect(info.audio?.sampleRate == 48_000)
    #expect(info.duration == MediaTime(milliseconds: 2000))
    #expect(info.streamCount == 2)
    #expect(!info.isStillImage)
  }

  @Test(
    "a name may hold any character",
    arguments: ["a b.mp4", "50%03d.mp4", "it's [1], x:y.mp4", "Ünï-字.mp4", "a?*{b}.mp4"])
  func names(name: String) async throws {
    let plain = try samples.film(sound: false)
    let named = samples.url(name)
    try FileManager.default.moveItem(at: plain, to: named)
    #expect(try await MediaProbe.probe(named, as: name).video != nil)
  }

  @Test(
    "a picture is a still, whatever its kind and name",
    arguments: ["p.png", "p.jpg", "p.webp", "p.bmp", "p.tiff", "p.gif", "p%02d*.png"])
  func still(name: String) async throws {
    let made = try samples.make(
      "made." + (name as NSString).pathExtension, "-f", "lavfi", "-i", "color=red:size=64x48",
      "-frames:v", "1")
    let url = samples.url(name)
    try FileManager.default.moveItem(at: made, to: url)
    let info = try await MediaProbe.probe(url, as: name)
    #expect(info.isStillImage)
    #expect(info.duration == nil)
    #expect(info.video?.size == PixelSize(width: 64, height: 48))
    #expect(info.audio == nil)
  }

  @Test("a GIF that moves is a video with a length")
  func animation() async throws {
    let url = try samples.make("a.gif", "-f", "lavfi", "-i", "testsrc=size=32x32:rate=10:d=1")
    let info = try await MediaProbe.probe(url, as: "a.gif")
    #expect(!info.isStillImage)
    #expect(abs((info.duration?.seconds ?? 0) - 1) < 0.11)
  }

  @Test("rotation and the shape of pixels change the displayed size", arguments: [90, 180, 270])
  func rotation(degrees: Int) async throws {
    let film = try samples.film(sound: false)
    let turned = try samples.make(
      "turned.mp4", "-i", film.path, "-c", "copy", "-metadata:s:v", "rotate=\(360 - degrees)")
    let info = try await MediaProbe.probe(turned, as: "turned.mp4")
    #expect(info.video?.rotation == degrees)
    #expect(
      info.video?.size
        == (degrees == 180 ? PixelSize(width: 160, height: 90) : PixelSize(width: 90, height: 160)))
  }

  @Test("pixels that are not square count by their shape")
  func aspect() async throws {
    let url = try samples.make(
      "wide.mp4", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:d=1,setsar=2/1")
    let video = try await MediaProbe.probe(url, as: "wide.mp4").video
    #expect(video?.size == PixelSize(width: 320, height: 90))
    #expect(video?.codedSize == PixelSize(width: 160, height: 90))
  }

  @Test("the cover of a sound file is not its picture")
  func cover() async throws {
    let cover = try samples.picture("cover.png", colour: "red")
    let url = try samples.make(
      "song.mp3", "-f", "lavfi", "-i", "sine=d=1", "-i", cover.path, "-map", "0", "-map", "1",
      "-disposition:v", "attached_pic")
    let info = try await MediaProbe.probe(url, as: "song.mp3")
    #expect(info.video == nil)
    #expect(info.audio?.channels == 1)
    #expect(info.streamCount == 2)
  }

  @Test(
    "the length of sound is measured, not guessed",
    arguments: ["s.wav", "s.mp3", "s.aac", "s.flac", "s.ogg", "s.m4a"])
  func soundLength(name: String) async throws {
    let url = try samples.make(
      name, "-f", "lavfi", "-i", "sine=sample_rate=44100:d=3", "-write_xing", "0")
    let info = try await MediaProbe.probe(url, as: name)
    #expect(abs((info.duration?.seconds ?? 0) - 3) < 0.08)
  }

  @Test("pictures at irregular distances are told")
  func variable() async throws {
    let url = try samples.make(
      "vfr.mp4", "-f", "lavfi", "-i",
      "testsrc=size=64x48:rate=30:d=2,select='not(mod(n\\,7))+not(mod(n\\,5))'",
      "-fps_mode", "vfr")
    #expect(try await MediaProbe.probe(url, as: "vfr.mp4").video?.isVariable == true)
  }

  // MARK: - Bad files

  @Test(
    "what is no media is refused with its name",
    arguments: [
      ("", MediaError.Reason.empty), ("just some text, not a film\n", .unreadable),
      ("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n/etc/passwd\n", .unreadable),
      ("ffconcat version 1.0\nfile '/etc/passwd'\n", .unreadable),
    ])
  func refused(text: String, reason: MediaError.Reason) async throws {
    let url = samples.url("upload.mp4")
    try Data(text.utf8).write(to: url)
    let error = await #expect(throws: MediaError.self) {
      try await MediaProbe.probe(url, as: "my film.mp4")
    }
    #expect(error?.reason == reason)
    #expect(error?.message.contains("`my film.mp4`") == true)
    #expect(error?.stageError.errorClass == .invalidInput)
    #expect(error?.description.contains(samples.folder.path) == false)
  }

  @Test("a film without its end is refused")
  func truncated() async throws {
    let whole = try Data(contentsOf: samples.film())
    let url = samples.url("cut.mp4")
    try whole.prefix(whole.count / 2).write(to: url)
    let error = await #expect(throws: MediaError.self) {
      try await MediaProbe.probe(url, as: "cut.mp4")
    }
    #expect(error?.reason == .unreadable)
    #expect(error?.cause?.contains("moov atom not found") == true)
  }

  @Test("a picture of 20 000 pixels is too large", arguments: ["20000x20", "14000x14000"])
  func tooLarge(size: String) async throws {
    let url = try samples.make(
      "huge.png", "-f", "lavfi", "-i", "color=red:size=\(size),format=gray", "-frames:v", "1")
    let error = await #expect(throws: MediaError.self) {
      try await MediaProbe.probe(url, as: "huge.png")
    }
    #expect(error?.reason == .tooLarge)
    #expect(error?.message.contains("16384 on a side") == true)
  }

  @Test("a picture whose header alone says 20 000 by 20 000 is too large, not damaged")
  func hugeHeader() async throws {
    let side: [UInt8] = [0, 0, 0x4E, 0x20]
    let header: [UInt8] =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + side
      + side + [8, 0, 0, 0, 0, 0, 0, 0, 0]
    let data: [UInt8] = [0, 0, 0, 2] + Array("IDAT".utf8) + [0x78, 0x9C, 0, 0, 0, 0]
    let url = samples.url("header.png")
    try Data(header + data).write(to: url)
    let error = await #expect(throws: MediaError.self) {
      try await MediaProbe.probe(url, as: "header.png")
    }
    #expect(error?.reason == .tooLarge, "\(String(describing: error))")
  }

  @Test("a file that is not there is told")
  func missing() async {
    let error = await #expect(throws: MediaError.self) {
      try await MediaProbe.probe(samples.url("none.mp4"), as: "none.mp4")
    }
    #expect(error?.reason == .missing)
  }

  // MARK: - A film of one file

  @Test("a file becomes a film of its own size, rate and length")
  func timelineOfFile() async throws {
    let url = try samples.make(
      "odd.mp4", "-f", "lavfi", "-i", "testsrc=size=161x91:rate=30000/1001:d=1", "-f", "lavfi",
      "-i", "sine=d=1", "-pix_fmt", "yuv444p")
    let file = try samples.reference(url)
    let info = try await MediaProbe.probe(url, as: file.name)
    let timeline = try Timeline(ofFile: file, info: info)
    #expect(timeline.canvas.size == PixelSize(width: 160, height: 90))
    #expect(timeline.canvas.frameRate == FrameRate(30_000, per: 1001))
    #expect(timeline.duration == info.duration)
    #expect(timeline.layers.count == 1)
    #expect(timeline.tracks.first?.clips.first?.source == file)
  }

  @Test("a still picture is no film")
  func timelineOfStill() async throws {
    let url = try samples.picture("p.png", colour: "red")
    let info = try await MediaProbe.probe(url, as: "p.png")
    let error = #expect(throws: MediaError.self) {
      try Timeline(ofFile: samples.reference(url), info: info)
    }
    #expect(error?.reason == .noDuration)
  }
}
