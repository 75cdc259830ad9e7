import Foundation
import TestSupport
import Testing

/// Uploads as streams, by the command line.
@Suite("Uploads", .timeLimit(.minutes(3)))
struct UploadTests {
  @Test(
    "upload-hls: sizes up to the upload's own, all of which play",
    arguments: ["ts", "fmp4"])
  func upload(format: String) async throws {
    let bench = try Bench()
    let video = bench.folder.file("a talk's [1] 100%, ü.mp4")
    _ = try await TestMedia.make(
      video,
      [
        "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=5", "-f", "lavfi", "-i",
        "sine=duration=5", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac",
      ])
    try await bench.run("upload-hls", ["-i", "video=\(video.path)", "-i", "format=\(format)"])
    try bench.checkPlaylist("hls")
    let master = try bench.text("hls/master.m3u8")
    #expect(master.contains("RESOLUTION=640x360") && master.contains("RESOLUTION=426x240"))
    #expect(!master.contains("1080"))
    for playlist in ["360p/video.m3u8", "240p/video.m3u8"] {
      #expect(try bench.text("hls/\(playlist)").contains("#EXT-X-ENDLIST"))
    }
    let film = try await bench.film("mp4.mp4")
    #expect(film.width == 640 && film.height == 360)
    #expect(film.drift < 1.0 / 25)
    let played = try await TestProgram.run(
      "ffmpeg",
      ["-v", "error", "-i", bench.folder.file("out/hls/master.m3u8").path, "-f", "null", "-"])
    #expect(played.errors.isEmpty, "\(played.errors)")
  }
}
