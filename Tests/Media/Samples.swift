import Foundation
import Media
import Pipeline
import TestSupport

/// Tiny media made by the `ffmpeg` command, each kind once per process, and a folder that goes away.
final class Samples: Sendable {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("videocraft-media-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Runs `ffmpeg` with `arguments` before the output's name.
  func make(_ name: String, _ arguments: String...) throws -> URL {
    let target = url(name)
    _ = try command("ffmpeg", ["-v", "error", "-y", "-bitexact"] + arguments + [target.path])
    return target
  }

  /// A second of `testsrc` at 25 frames a second, 160x90, with a tone unless `sound` is false.
  func film(
    _ name: String = "film.mp4", seconds: Double = 1, size: String = "160x90", rate: String = "25",
    sound: Bool = true
  ) throws -> URL {
    let target = url(name)
    var arguments = [
      "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=\(size):rate=\(rate):d=\(seconds)",
    ]
    if sound {
      arguments += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:d=\(seconds)"]
    }
    arguments += ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"]
    if sound { arguments += ["-c:a", "aac"] }
    _ = try command("ffmpeg", arguments + [target.path])
    return target
  }

  func picture(_ name: String, colour: String, size: String = "160x90") throws -> URL {
    try make(
      name, "-f", "lavfi", "-i", "color=\(colour):size=\(size),format=rgba", "-frames:v", "1")
  }

  func reference(_ url: URL) throws -> FileReference {
    let bytes = try Data(contentsOf: url)
    return FileReference(
      digest: Digest(of: bytes), byteCount: bytes.count,
      mediaType: MediaTypes.type(forExtension: url.pathExtension), name: url.lastPathComponent)
  }
}

/// Runs a program and gives what it printed; a failure is an error with what it said.
func command(_ name: String, _ arguments: [String]) throws -> Data {
  try TestProgram.runBlocking(name, arguments).output
}
