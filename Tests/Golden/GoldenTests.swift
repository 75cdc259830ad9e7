import Foundation
import TestSupport
import Testing

@testable import videocraft

/// Every file in `pipelines/`, run by the command line on tiny media.
@Suite("Pipelines", .timeLimit(.minutes(3)))
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

  @Test("every pipeline file has a header, passes lint without a warning and is run above")
  func complete() async throws {
    let folder = Bench.root.appendingPathComponent("pipelines")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(files == ["audio-only.yaml", "captions.yaml", "narrated.yaml", "slideshow.yaml"])
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
