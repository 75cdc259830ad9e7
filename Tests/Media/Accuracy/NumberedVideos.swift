import Foundation
import Pipeline
import TestSupport

/// A video whose every picture tells, all over, which video it is of and which picture it is: bits as dark and bright
/// blocks of 8x8 pixels, four by four for a code, the codes side by side.
struct NumberedVideo: Hashable {
  /// 0 to 7.
  let id: Int
  let rate: FrameRate
  let frameCount: Int
  let container: String

  static let size = PixelSize(width: 192, height: 96)
  static let block = 8
  static let bright = 200.0
  static let dark = 40.0

  /// Of the block with this position, in picture `number`.
  func luma(number: Int, column: Int, row: Int) -> Double {
    let bit = column % 4 + 4 * (row % 4)
    return (number * 8 + id) >> bit & 1 == 1 ? Self.bright : Self.dark
  }

  /// The same for the `ffmpeg` command, which is left with work for ever by a source that does not end itself.
  var pattern: String {
    let (columns, rows) = (Self.size.width / Self.block, Self.size.height / Self.block)
    return "color=black:size=\(columns)x\(rows):rate=\(rate.numerator)/\(rate.denominator),"
      + "format=yuv420p,geq=lum='if(mod(floor((N*8+\(id))/pow(2,mod(X,4)+4*mod(Y,4))),2),"
      + "\(Int(Self.bright)),\(Int(Self.dark)))':cb=128:cr=128,"
      + "scale=\(Self.size.width):\(Self.size.height):flags=neighbor,trim=end_frame=\(frameCount)"
  }
}

extension ChunkBench {
  /// Makes several videos at once.
  func make(_ videos: [NumberedVideo]) async throws -> [NumberedVideo: FileReference] {
    var arguments = ["-v", "error", "-y"]
    for video in videos { arguments += ["-f", "lavfi", "-i", video.pattern] }
    var urls: [URL] = []
    for (index, video) in videos.enumerated() {
      urls.append(samples.url("numbered-\(video.id).\(video.container)"))
      arguments += [
        "-map", "\(index):v", "-c:v", "libx264", "-preset", "veryfast", "-crf", "8", "-g", "40",
        urls[index].path,
      ]
    }
    _ = try await TestProgram.run("ffmpeg", arguments)
    var files: [NumberedVideo: FileReference] = [:]
    for (video, url) in zip(videos, urls) { files[video] = try services.add(url) }
    return files
  }
}

/// The brightness of a film's pictures as another decoder sees it.
struct LumaFrames: Sendable {
  let count: Int
  private let size: PixelSize
  private let bytes: Data

  init(_ url: URL, size: PixelSize) async throws {
    self.size = size
    bytes = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-i", url.path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo",
        "-pix_fmt", "yuv420p", "-",
      ]
    ).output
    count = bytes.count / (size.pixelCount * 3 / 2)
  }

  /// The average of the four pixels around a point.
  func around(_ frame: Int, x: Int, y: Int) -> Double {
    let start = frame * (size.pixelCount * 3 / 2) + (y - 1) * size.width + x - 1
    let sum =
      Int(bytes[start]) + Int(bytes[start + 1]) + Int(bytes[start + size.width])
      + Int(bytes[start + size.width + 1])
    return Double(sum) / 4
  }
}
