import Foundation
import TestSupport
import Testing

@testable import videocraft

/// A folder in which pipelines of this repository are run, and a look at what came out.
struct Bench {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Returns what was said about the run; fails the test when it did not complete.
  @discardableResult
  func run(
    _ pipeline: String, _ arguments: [String], output: String = "out"
  ) async throws -> String {
    let console = Console(collecting: ())
    let file = Self.root.appendingPathComponent("pipelines/\(pipeline).yaml").path
    let code = await Videocraft.dispatch(
      ["run", file, "-o", folder.file(output).path, "--data-dir", folder.file("data").path]
        + arguments, console: console)
    let written = console.written
    try #require(code == .done, "\(written.err)\n\(written.out)")
    return written.err
  }

  struct Film {
    var width: Int?
    var height: Int?
    var seconds: Double
    /// Between the ends of picture and sound.
    var drift: Double
  }

  /// Looks at a file with programs that are not ours; anything that does not decode fails the test.
  func film(_ name: String) async throws -> Film {
    let file = folder.file("out/\(name)").path
    let decoded = try await TestProgram.run(
      "ffmpeg", ["-v", "error", "-i", file, "-f", "null", "-"])
    #expect(decoded.errors.isEmpty, "\(decoded.errors)")
    let probed = try await TestProgram.run(
      "ffprobe",
      [
        "-v", "error", "-show_entries", "stream=codec_type,width,height,duration", "-of", "json",
        file,
      ])
    let streams = try JSONDecoder().decode(Streams.self, from: probed.output).streams
    let ends = streams.compactMap { $0.duration.flatMap(Double.init) }
    let picture = streams.first { $0.codec_type == "video" }
    return Film(
      width: picture?.width, height: picture?.height, seconds: ends.max() ?? 0,
      drift: (ends.max() ?? 0) - (ends.min() ?? 0))
  }

  private struct Streams: Decodable {
    struct Stream: Decodable {
      var codec_type: String
      var width: Int?
      var height: Int?
      var duration: String?
    }
    var streams: [Stream]
  }

  /// Integrated loudness in LUFS, by FFmpeg's meter.
  func loudness(_ name: String) async throws -> Double {
    let file = folder.file("out/\(name)").path
    let result = try await TestProgram.run(
      "ffmpeg", ["-nostats", "-i", file, "-af", "ebur128", "-f", "null", "-"])
    let lines = result.errors.split(separator: "\n").filter { $0.contains("I:") }
    let numbers = lines.last?.split(separator: " ").compactMap { Double($0) }
    return try #require(numbers?.first)
  }

  /// Red, green and blue of a pixel at some second.
  func colour(_ name: String, at second: Double, x: Int, y: Int) async throws -> [Int] {
    let result = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-ss", "\(second)", "-i", folder.file("out/\(name)").path, "-frames:v", "1",
        "-vf", "crop=2:2:\(x):\(y),scale=1:1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
      ])
    return result.output.prefix(3).map(Int.init)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: folder.file("out/\(name)"), encoding: .utf8)
  }

  /// Every playlist of the package names only what is there.
  func checkPlaylist(_ output: String) throws {
    let package = folder.file("out/\(output)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: package.path)
    let playlists = names.filter { $0.hasSuffix(".m3u8") }
    #expect(playlists.count >= 2)
    for playlist in playlists {
      let file = package.appendingPathComponent(playlist)
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(lines.first == "#EXTM3U")
      for line in lines where !line.hasPrefix("#") {
        let target = file.deletingLastPathComponent().appendingPathComponent(String(line))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(line)")
      }
    }
  }
}
