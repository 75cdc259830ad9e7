import Foundation
import Media
import Pipeline
import TestSupport
import Threads

/// Renders films as a stage does, with a store that keeps their parts.
final class ChunkBench: Sendable {
  let services: TestStageServices
  let samples: Samples

  init() throws {
    services = try TestStageServices()
    samples = try Samples()
  }

  func folder(_ name: String) throws -> URL {
    let url = samples.url(name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @discardableResult
  func render(
    _ film: Timeline, encoding: Encoding? = nil, segment: Int = 4000, to outputs: [RenderOutput],
    segmentReady: @escaping @Sendable (ReadySegment) -> Void = { _ in }
  ) async throws -> RenderReport {
    let usual = Encoding(quality: 12, preset: .superfast, segmentDuration: ms(segment))
    return try await services.context().render(
      film, encoding: encoding ?? usual, outputs: outputs, segmentReady: segmentReady)
  }

  func undivided(
    _ film: Timeline, encoding: Encoding, to url: URL, threads: Int = 2
  ) throws {
    var sources: [Digest: URL] = [:]
    for file in film.sources {
      let copy = samples.url("copy-\(file.digest.short)")
      try services.contents(of: file).write(to: copy)
      sources[file.digest] = copy
    }
    _ = try TimelineRenderer.withCaptions.render(
      film, encoding: encoding, sources: sources, outputs: [.file(url, .mp4)], threads: threads,
      cancellation: CancellationFlag())
  }

  // MARK: - Frames that know their number

  static let size = PixelSize(width: 176, height: 48)
  private static let bits = 11

  /// A video whose frame n shows n in stripes, the lowest bit at the left, with a tone.
  func numbered(
    _ length: Double, rate: FrameRate = FrameRate(25), sound: Bool = true
  ) throws -> Timeline {
    let name = "numbers-\(rate.numerator)-\(rate.denominator)-\(length).mp4"
    let url = samples.url(name)
    if !FileManager.default.fileExists(atPath: url.path) {
      _ = try command(
        "ffmpeg",
        [
          "-v", "error", "-f", "lavfi", "-i",
          "color=black:size=176x48:rate=\(rate.numerator)/\(rate.denominator):d=\(length + 1),"
            + "format=yuv420p,geq=lum='if(mod(floor(N/pow(2,floor(X/16))),2),200,50)':cb=128:cr=128",
          "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:d=\(length + 1)", "-c:v",
          "libx264", "-preset", "superfast", "-crf", "10", "-g", "250", "-c:a", "aac", url.path,
        ])
    }
    let file = try services.add(url)
    let duration = MediaTime(seconds: length)
    return Timeline(
      canvas: Canvas(size: Self.size, frameRate: rate), duration: duration,
      layers: [Layer(clips: [Clip(source: .file(file), at: .zero, duration: duration)])],
      tracks: sound
        ? [
          AudioTrack(name: "a", clips: [AudioClip(source: file, at: .zero, duration: duration)])
        ] : [])
  }

  /// What the frames of a film show, in order.
  func numbers(_ url: URL) throws -> [Int] {
    let film = try Film(url, size: Self.size)
    return (0..<film.frameCount).map { frame in
      (0..<Self.bits).reduce(0) { number, bit in
        number | (film.luma(frame, bit * 16 + 8, 24) > 125 ? 1 << bit : 0)
      }
    }
  }

  // MARK: - Looking into files

  func packets(_ url: URL, _ stream: String) throws -> [[String: Any]] {
    try ffprobe(url, "-select_streams", stream, "-show_packets")["packets"] as? [[String: Any]]
      ?? []
  }

  func segments(_ folder: URL) throws -> [URL] {
    try String(contentsOf: folder.appendingPathComponent("video.m3u8"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { folder.appendingPathComponent(String($0)) }
  }

  /// The NAL units of some types, in Annex B form.
  func units(_ url: URL, _ types: String) throws -> Data {
    try command(
      "ffmpeg",
      [
        "-v", "error", "-i", url.path, "-map", "0:v", "-c", "copy", "-bsf:v",
        "filter_units=pass_types=\(types)", "-f", "h264", "-",
      ])
  }

  func unitTypes(_ url: URL) throws -> [Int] {
    let bytes = [UInt8](
      try command(
        "ffmpeg", ["-v", "error", "-i", url.path, "-map", "0:v", "-c", "copy", "-f", "h264", "-"]))
    return bytes.indices.dropFirst(3).filter {
      bytes[$0 - 1] == 1 && bytes[$0 - 2] == 0 && bytes[$0 - 3] == 0
    }.map { Int(bytes[$0] & 31) }
  }

  /// The boxes of an MP4 file at the top level.
  func boxes(_ url: URL) throws -> [(name: String, size: Int)] {
    let bytes = try Data(contentsOf: url)
    var boxes: [(String, Int)] = []
    var start = 0
    while start + 8 <= bytes.count {
      let size = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      boxes.append((String(decoding: bytes[start + 4..<start + 8], as: UTF8.self), size))
      guard size >= 8 else { break }
      start += size
    }
    return boxes
  }
}
