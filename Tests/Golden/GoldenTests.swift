import Foundation
import TestSupport
import Testing

@testable import videocraft

/// Every file in `pipelines/`, run by the command line on tiny media.
@Suite("Pipelines", .timeLimit(.minutes(10)))
struct GoldenTests {
  @Test("narrated: speech, captions, MP4 and HLS; the second run does nothing again")
  func narrated() async throws {
    let bench = try Bench()
    _ = try await TestMedia.picture(
      bench.folder.file("a picture's [1] 100%, ü.png"), width: 320, height: 180)
    _ = try await TestMedia.clip(bench.folder.file("clip.mp4"), seconds: 1)
    _ = try await TestMedia.tone(bench.folder.file("music.wav"), seconds: 2)
    _ = try bench.folder.write(
      """
      scenes:
        - { narration: "Hello {world}, this is one.", image: "a picture's [1] 100%, ü.png" }
        - { narration: "And this is two.", video: clip.mp4 }
      music: music.wav
      size: 320x180
      letters: 90
      """, to: "inputs.yaml")
    let arguments = ["--input-file", bench.folder.file("inputs.yaml").path]
    try await bench.run("narrated", arguments)
    let film = try await bench.film("video.mp4")
    #expect(film.width == 320 && film.height == 180)
    #expect(film.drift < 1.0 / 30)
    #expect(try bench.text("captions.srt").contains("{world},"))
    try bench.checkPlaylist("hls")
    let again = try await bench.run("narrated", arguments)
    #expect(again.contains("voice: completed"))
    for stage in ["voice", "cut", "captions", "package"] {
      #expect(again.contains(try Regex("\(stage): completed in [0-9.]+ s \\([1-9] from earlier")))
    }
  }

  @Test("captions: a script is aligned with the speech of a video")
  func captions() async throws {
    let bench = try Bench()
    let script = "Hello world. This is a short film about the sea."
    try await bench.run("audio-only", ["-i", "text=[\"\(script)\"]"], output: "speech")
    let video = bench.folder.file("talk.mp4")
    _ = try await TestMedia.make(
      video,
      [
        "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-i",
        bench.folder.file("speech/sound.m4a").path, "-shortest",
      ])
    try await bench.run("captions", ["-i", "video=\(video.path)", "-i", "script=\(script)"])
    let film = try await bench.film("video.mp4")
    #expect(film.width == 320 && film.height == 180)
    #expect(film.drift < 1.0 / 25)
    let words = try bench.text("captions.srt")
      .split(separator: "\n").filter { $0.first?.isLetter ?? false }.joined(separator: " ")
    #expect(words == script)
  }

  @Test("slideshow: pictures, a clip and music, rendered because it is asked for")
  func slideshow() async throws {
    let bench = try Bench()
    let one = try await TestMedia.picture(bench.folder.file("one.png"), width: 320, height: 180)
    let two = try await TestMedia.clip(bench.folder.file("two.mp4"), seconds: 1)
    let music = try await TestMedia.tone(bench.folder.file("music.wav"), seconds: 1)
    try await bench.run(
      "slideshow",
      [
        "-i", "pictures=[\"\(one.path)\", \"\(two.path)\"]", "-i", "music=\(music.path)", "-i",
        "size=160x90", "-i", "time=1s", "-i", "fade=200ms",
      ])
    let film = try await bench.film("video.mp4")
    #expect(film.width == 160)
    #expect(abs(film.seconds - 2) < 0.05)
    #expect(film.drift < 1.0 / 30)
  }

  @Test("audio-only: texts become one sound file with captions")
  func audioOnly() async throws {
    let bench = try Bench()
    try await bench.run("audio-only", ["-i", "text=[\"Good morning.\", \"And good night.\"]"])
    let sound = try await bench.film("sound.m4a")
    #expect(sound.width == nil)
    #expect(sound.seconds > 1.5)
    #expect(try bench.text("captions.vtt").contains("morning."))
  }

  @Test("showcase: every kind of look in one film, as long as its scenes and as loud as wanted")
  func showcase() async throws {
    let bench = try Bench()
    var arguments = ["-i", "unit=20"]
    func use(_ name: String, _ url: URL) { arguments += ["-i", "\(name)=\(url.path)"] }
    let folder = bench.folder
    use("photo", try await TestMedia.picture(folder.file("photo.png"), width: 640, height: 480))
    use("clip", try await TestMedia.clip(folder.file("clip.mp4"), seconds: 2, frameRate: "30"))
    use(
      "portrait",
      try await TestMedia.clip(folder.file("portrait.mp4"), width: 90, height: 160, seconds: 2))
    use("logo", try await TestMedia.picture(folder.file("logo.png"), alpha: true))
    use("speech", try await TestMedia.tone(folder.file("speech.wav"), sampleRate: 8000))
    use("music", try await TestMedia.tone(folder.file("music.wav"), seconds: 2, channels: 2))
    use(
      "presenter",
      try await TestMedia.make(
        folder.file("presenter.mp4"),
        [
          "-f", "lavfi", "-i",
          "color=0x00FF00:size=160x120:rate=25:duration=1,drawbox=x=60:y=30:w=40:h=90:color=0xCC7755:t=fill",
        ]))
    try await bench.run("showcase", arguments)
    let film = try await bench.film("video.mp4")
    #expect(film.width == 320 && film.height == 180)
    #expect(abs(film.seconds - 16) < 0.05)
    #expect(film.drift < 1.0 / 25)
    #expect(abs(try await bench.loudness("video.mp4") + 16) < 0.5)
    // The presenter stands before the clip: their own colour is there, the screen's is not.
    let presenter = try await bench.colour("video.mp4", at: 5.5, x: 80, y: 150)
    #expect(zip(presenter, [0xCC, 0x77, 0x55]).allSatisfy { abs($0 - $1) < 24 }, "\(presenter)")
    let beside = try await bench.colour("video.mp4", at: 5.5, x: 30, y: 150)
    #expect(!(beside[1] > 200 && beside[0] < 60 && beside[2] < 60), "\(beside)")
    // The fourth scene has no colours but the logo's.
    let grey = try await bench.colour("video.mp4", at: 12.5, x: 60, y: 140)
    #expect((grey.max() ?? 0) - (grey.min() ?? 0) < 12, "\(grey)")
    // The last one is orange in the middle and violet in the corners.
    let middle = try await bench.colour("video.mp4", at: 14.2, x: 160, y: 60)
    let corner = try await bench.colour("video.mp4", at: 14.6, x: 4, y: 4)
    #expect(middle[0] > 180 && middle[2] < 100, "\(middle)")
    #expect(corner[2] > corner[1] + 60, "\(corner)")
  }

  @Test("every pipeline file has a header, passes lint without a warning and is run above")
  func complete() async throws {
    let folder = Bench.root.appendingPathComponent("pipelines")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(
      files == [
        "audio-only.yaml", "captions.yaml", "narrated.yaml", "showcase.yaml", "slideshow.yaml",
        "upload-hls.yaml", "videocraft.yaml",
      ])
    for file in files {
      let url = folder.appendingPathComponent(file)
      #expect(try String(contentsOf: url, encoding: .utf8).hasPrefix("# "))
      let console = Console(collecting: ())
      let code = await Videocraft.dispatch(["lint", url.path], console: console)
      #expect(code == .done)
      #expect(console.written.err == "1 file checked: nothing to report\n")
    }
  }
}
