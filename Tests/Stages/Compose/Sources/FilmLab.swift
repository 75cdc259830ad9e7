import ComposeStage
import Foundation
import Media
import Pipeline
import TestSupport

/// Composes and renders small films of media made on the spot, and looks at them with other programs.
struct FilmLab {
  let folder: TestFolder
  let services: TestStageServices

  init() throws {
    folder = try TestFolder()
    services = try TestStageServices()
  }

  /// Runs `ffmpeg`; every argument that begins with `@` is a file in the folder.
  func make(_ arguments: [String]) async throws {
    let named = arguments.map { argument in
      argument.hasPrefix("@") ? folder.file(String(argument.dropFirst())).path : argument
    }
    _ = try await TestProgram.run("ffmpeg", ["-v", "error", "-y", "-nostdin"] + named)
  }

  func file(_ name: String) throws -> Value { .file(try services.add(folder.file(name))) }

  /// Scenes follow each other without transitions, at 25 frames per second.
  func film(
    _ scenes: [Value], size: PixelSize = PixelSize(width: 96, height: 64),
    with options: [String: Value] = [:]
  ) async throws -> URL {
    let usual: [String: Value] = [
      "scenes": .list(scenes), "frame-rate": .number(25), "lead": .duration(.zero),
      "tail": .duration(.zero), "size": .size(size),
      "transition": .map(["duration": .duration(.zero)]),
    ]
    let outputs = try await StageSpec(Compose.self).run(
      with: usual.merging(options) { $1 }, services: services)
    guard case .video(.timeline(let timeline)) = outputs["video"] else {
      throw StageError(.internal, "no timeline came out")
    }
    let url = folder.file("film-\(UUID().uuidString.prefix(4)).mp4")
    _ = try await services.context().render(
      timeline, encoding: Encoding(quality: 3, preset: .superfast), outputs: [.file(url, .mp4)])
    return url
  }

  /// A scene that shows all of a file, stretched over the canvas.
  func scene(_ name: String, milliseconds: Int = 120, still: Bool = false) throws -> Value {
    .map([
      still ? "image" : "video": try file(name), "fit": .text("stretch"),
      "duration": .duration(.milliseconds(milliseconds)),
    ])
  }

  /// Both sides of the sound, −1 to 1.
  func sound(_ url: URL) async throws -> (left: [Float], right: [Float]) {
    let samples = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-i", url.path, "-map", "0:a", "-ar", "48000", "-f", "f32le", "-ac", "2",
        "-",
      ]
    ).output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    return (
      stride(from: 0, to: samples.count - 1, by: 2).map { samples[$0] },
      stride(from: 1, to: samples.count, by: 2).map { samples[$0] }
    )
  }
}

/// The pictures of a film in red, green and blue, as a player that heeds its tags shows them.
struct ColourFrames {
  let count: Int
  private let size: PixelSize
  private let bytes: [UInt8]

  init(_ url: URL, size: PixelSize = PixelSize(width: 96, height: 64)) async throws {
    self.size = size
    bytes = [UInt8](
      try await TestProgram.run(
        "ffmpeg",
        [
          "-v", "error", "-i", url.path, "-map", "0:v", "-fps_mode", "passthrough", "-vf",
          "scale=flags=accurate_rnd+full_chroma_int,format=rgb24", "-f", "rawvideo", "-",
        ]
      ).output)
    count = bytes.count / (3 * size.pixelCount)
  }

  /// - Parameters:
  ///   - x: share of the width.
  ///   - y: share of the height.
  func colour(_ frame: Int, x: Double, y: Double) -> [Int] {
    let column = min(size.width - 1, Int(x * Double(size.width)))
    let row = min(size.height - 1, Int(y * Double(size.height)))
    let start = 3 * (frame * size.pixelCount + row * size.width + column)
    guard start >= 0, start + 3 <= bytes.count else { return [] }
    return bytes[start..<start + 3].map(Int.init)
  }

  /// Top left, top right, bottom left, bottom right.
  func quarters(_ frame: Int) -> [[Int]] {
    [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].map {
      colour(frame, x: $0.0, y: $0.1)
    }
  }
}

/// The largest difference of any colour; 255 when there is nothing to compare.
func distance(_ found: [[Int]], _ expected: [[Int]]) -> Int {
  guard found.count == expected.count else { return 255 }
  return zip(found, expected).map { found, expected in
    found.count == expected.count
      ? zip(found, expected).map { abs($0 - $1) }.max() ?? 255 : 255
  }.max() ?? 255
}
