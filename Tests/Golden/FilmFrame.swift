import Foundation
import TestSupport
import Testing

/// A decoded picture of a film.
struct FilmFrame {
  let width: Int
  let height: Int
  /// Red, green and blue of each pixel, row by row.
  private let bytes: [UInt8]

  init(width: Int, height: Int, bytes: [UInt8]) throws {
    try #require(bytes.count == width * height * 3)
    (self.width, self.height, self.bytes) = (width, height, bytes)
  }

  subscript(x: Int, y: Int) -> [Int] {
    let start = (y * width + x) * 3
    return bytes[start..<(start + 3)].map(Int.init)
  }

  /// Whether a pixel has this colour, as far as coding leaves it.
  func shows(_ colour: [Int], x: Int, y: Int, tolerance: Int = 14) -> Bool {
    zip(self[x, y], colour).allSatisfy { abs($0 - $1) <= tolerance }
  }

  /// How many pixels have about this colour.
  func count(
    _ colour: [Int], x columns: Range<Int>? = nil, y rows: Range<Int>? = nil, tolerance: Int = 60
  ) -> Int {
    (rows ?? 0..<height).reduce(0) { count, y in
      count
        + (columns ?? 0..<width).count { x in shows(colour, x: x, y: y, tolerance: tolerance) }
    }
  }
}

extension Bench {
  /// The picture at some second.
  func frame(_ name: String, at second: Double, width: Int, height: Int) async throws -> FilmFrame {
    let result = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-ss", "\(second)", "-i", folder.file("out/\(name)").path, "-frames:v", "1",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
      ])
    return try FilmFrame(width: width, height: height, bytes: Array(result.output))
  }

  /// How loud the left channel is: the root of the mean square, 1 being full scale.
  func level(_ file: URL, from start: Double, seconds: Double) async throws -> Double {
    let result = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-ss", "\(start)", "-t", "\(seconds)", "-i", file.path, "-af",
        "pan=mono|c0=c0", "-f", "f32le", "-c:a", "pcm_f32le", "-",
      ])
    let bytes = Array(result.output)
    let samples = stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
      return Double(Float(bitPattern: bits))
    }
    try #require(!samples.isEmpty)
    return (samples.reduce(0) { $0 + $1 * $1 } / Double(samples.count)).squareRoot()
  }
}
