import Foundation
import Media
import Pipeline
import TestSupport
import Threads

/// Renders small films and looks at what came out with other programs.
final class Studio {
  let samples: Samples
  private(set) var sources: [Digest: URL] = [:]

  static let canvas = Canvas(size: PixelSize(width: 160, height: 90), frameRate: FrameRate(25))

  init() throws { samples = try Samples() }

  /// Makes a file known to the renderer.
  func use(_ url: URL) throws -> FileReference {
    let reference = try samples.reference(url)
    sources[reference.digest] = url
    return reference
  }

  func film(
    _ clips: [Clip], seconds: Double = 1, canvas: Canvas = Studio.canvas,
    tracks: [AudioTrack] = []
  ) -> Timeline {
    Timeline(
      canvas: canvas, duration: MediaTime(seconds: seconds),
      layers: clips.isEmpty ? [] : [Layer(clips: clips)], tracks: tracks)
  }

  @discardableResult
  func render(
    _ timeline: Timeline, encoding: Encoding = Encoding(quality: 6, preset: .ultrafast),
    to outputs: [RenderOutput], cancellation: CancellationFlag = CancellationFlag(),
    overlays: @escaping OverlayMaker = { _, _ in NoOverlays() },
    progress: @escaping @Sendable (RenderProgress) -> Void = { _ in }
  ) throws -> RenderReport {
    try requireWaitingThread()
    return try TimelineRenderer(overlays: overlays).render(
      timeline, encoding: encoding, sources: sources, outputs: outputs, threads: 2,
      cancellation: cancellation, progress: progress)
  }

  /// Renders to `out.mp4`.
  func render(_ timeline: Timeline) throws -> Film {
    let url = samples.url("out.mp4")
    let report = try render(timeline, to: [.file(url, .mp4)])
    return try Film(url, size: timeline.canvas.size, report: report)
  }
}

struct NoOverlays: OverlaySource {
  func overlay(at time: MediaTime) -> (any Overlay)? { nil }
}

/// The pictures of a rendered file as another decoder sees them.
struct Film {
  let url: URL
  let report: RenderReport
  let size: PixelSize
  private let bytes: [UInt8]

  init(_ url: URL, size: PixelSize, report: RenderReport = RenderReport()) throws {
    self.url = url
    self.size = size
    self.report = report
    bytes = [UInt8](
      try command(
        "ffmpeg",
        [
          "-v", "error", "-i", url.path, "-map", "0:v", "-fps_mode", "passthrough", "-f",
          "rawvideo", "-pix_fmt", "yuv420p", "-",
        ]))
  }

  private var frameBytes: Int { size.pixelCount * 3 / 2 }
  var frameCount: Int { bytes.count / frameBytes }

  func luma(_ frame: Int, _ x: Int, _ y: Int) -> Int {
    Int(bytes[frame * frameBytes + y * size.width + x])
  }

  /// Luma and both chroma samples.
  func pixel(_ frame: Int, _ x: Int, _ y: Int) -> [Int] {
    let chroma = frame * frameBytes + size.pixelCount + (y / 2) * (size.width / 2) + x / 2
    return [luma(frame, x, y), Int(bytes[chroma]), Int(bytes[chroma + size.pixelCount / 4])]
  }

  /// Average luma of a frame.
  func brightness(_ frame: Int) -> Double {
    lumaPlane(frame) { plane in
      var sum = 0
      for sample in plane { sum += Int(sample) }
      return Double(sum) / Double(size.pixelCount)
    }
  }

  /// Lends the luma of a frame, row by row.
  func lumaPlane<Result>(_ frame: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let start = frame * frameBytes
    return bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[start..<(start + size.pixelCount)]))
    }
  }

  /// The largest chroma samples in a rectangle of a frame.
  func largestChroma(_ frame: Int, x: Range<Int>, y: Range<Int>) -> [Int] {
    var largest = [0, 0]
    for row in y {
      for column in x {
        let pixel = pixel(frame, column, row)
        largest = [max(largest[0], pixel[1]), max(largest[1], pixel[2])]
      }
    }
    return largest
  }

  /// Largest difference of luma between two frames.
  func difference(_ first: Int, _ second: Int) -> Int {
    let left = bytes[(first * frameBytes)..<(first * frameBytes + size.pixelCount)]
    let right = bytes[(second * frameBytes)..<(second * frameBytes + size.pixelCount)]
    return zip(left, right).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}

/// What `ffprobe` says, as JSON.
func ffprobe(_ url: URL, _ arguments: String...) throws -> [String: Any] {
  let text = try command(
    "ffprobe", ["-v", "error", "-of", "json"] + arguments + [url.path])
  return try JSONSerialization.jsonObject(with: text) as? [String: Any] ?? [:]
}

func streams(_ url: URL) throws -> [[String: Any]] {
  try ffprobe(url, "-show_streams")["streams"] as? [[String: Any]] ?? []
}

func seconds(_ value: Any?) -> Double { (value as? String).flatMap(Double.init) ?? .nan }

func near(_ left: [Int], _ right: [Int], within tolerance: Int = 6) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance }
}

extension Colour {
  /// As video stores it.
  var stored: [Int] {
    let colour = YCbCr(self)
    return [Int(colour.y), Int(colour.cb), Int(colour.cr)]
  }
}

let red = Colour(red: 255, green: 0, blue: 0)
let green = Colour(red: 0, green: 255, blue: 0)
let blue = Colour(red: 0, green: 0, blue: 255)

func ms(_ milliseconds: Int) -> MediaTime { MediaTime(milliseconds: milliseconds) }
