public import Foundation

/// Tiny media files, made by the `ffmpeg` program so that nothing of ours is tested with itself.
///
/// Every function returns `url`. The files are written under a plain name and moved, since `ffmpeg` takes `%` and
/// `:` in an output's name for syntax; the ending decides the format.
public enum TestMedia {
  /// A picture with gradients and edges. `alpha` makes its left half see-through (PNG only).
  @discardableResult
  public static func picture(
    _ url: URL, width: Int = 160, height: Int = 90, alpha: Bool = false
  ) async throws -> URL {
    let cut = alpha ? ",format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*gte(X,W/2)'" : ""
    return try await make(
      url,
      [
        "-f", "lavfi", "-i", "testsrc=size=\(width)x\(height):rate=1:duration=1", "-vf",
        "null\(cut)", "-frames:v", "1", "-update", "1",
      ])
  }

  /// A picture of one colour, such as `red` or `0x336699`.
  @discardableResult
  public static func flatPicture(
    _ url: URL, colour: String, width: Int = 160, height: Int = 90
  ) async throws -> URL {
    try await make(
      url,
      [
        "-f", "lavfi", "-i",
        "color=\(colour):size=\(width)x\(height):rate=1:duration=1,format=rgb24",
        "-frames:v", "1", "-update", "1",
      ])
  }

  /// A sine tone at about −18 dBFS; `.wav` is exactly `seconds` long.
  @discardableResult
  public static func tone(
    _ url: URL, seconds: Double = 1, frequency: Int = 440, sampleRate: Int = 48_000,
    channels: Int = 1
  ) async throws -> URL {
    try await make(
      url,
      [
        "-f", "lavfi", "-i",
        "sine=frequency=\(frequency):sample_rate=\(sampleRate):duration=\(seconds)", "-ac",
        "\(channels)",
      ])
  }

  /// Digital silence.
  @discardableResult
  public static func silence(
    _ url: URL, seconds: Double = 1, sampleRate: Int = 48_000
  ) async throws -> URL {
    try await make(
      url,
      [
        "-f", "lavfi", "-i", "anullsrc=channel_layout=mono:sample_rate=\(sampleRate)", "-t",
        "\(seconds)",
      ])
  }

  /// A moving test pattern that shows its own time, in H.264; with a tone in AAC unless `sound` is false.
  @discardableResult
  public static func clip(
    _ url: URL, width: Int = 160, height: Int = 90, seconds: Double = 1, frameRate: String = "25",
    sound: Bool = true
  ) async throws -> URL {
    try await make(
      url, pattern(width, height, seconds, frameRate) + (sound ? tone(seconds) : []) + encoding)
  }

  /// A clip whose frames stay for different lengths of time: all of the first half, every third of the second.
  @discardableResult
  public static func variableRateClip(_ url: URL, seconds: Double = 2) async throws -> URL {
    try await make(
      url,
      pattern(160, 90, seconds, "30") + tone(seconds) + [
        "-vf", "select='lt(t,\(seconds / 2))+not(mod(n,3))'", "-vsync", "vfr",
      ] + encoding)
  }

  /// A clip of 160x90 coded pixels with a display matrix, as phones write it: 90 and 270 are shown upright.
  @discardableResult
  public static func rotatedClip(
    _ url: URL, degrees: Int = 90, seconds: Double = 1
  ) async throws -> URL {
    let folder = try TestFolder()
    let upright = try await clip(folder.file("upright.mp4"), seconds: seconds)
    return try await make(
      url, ["-i", "file:\(upright.path)", "-c", "copy", "-metadata:s:v", "rotate=\(degrees)"])
  }

  /// The first `share` (0 to 1) of another file's bytes.
  @discardableResult
  public static func truncated(_ url: URL, from whole: URL, share: Double = 0.6) throws -> URL {
    let bytes = try Data(contentsOf: whole)
    try bytes.prefix(Int(Double(bytes.count) * share)).write(to: url)
    return url
  }

  /// Runs `ffmpeg` with an output at `url`.
  @discardableResult
  public static func make(_ url: URL, _ arguments: [String]) async throws -> URL {
    let folder = try TestFolder()
    let made = folder.file("made.\(url.pathExtension)")
    let quiet = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    _ = try await TestProgram.run("ffmpeg", quiet + arguments + ["file:\(made.path)"])
    try? FileManager.default.removeItem(at: url)
    try FileManager.default.moveItem(at: made, to: url)
    return url
  }

  /// What `ffprobe -show_entries` says, one value per line, such as `stream=codec_name,width`.
  public static func probe(
    _ url: URL, _ entries: String, streams: String? = nil
  ) async throws -> [String] {
    let selected = streams.map { ["-select_streams", $0] } ?? []
    let result = try await TestProgram.run(
      "ffprobe",
      ["-v", "error"] + selected + [
        "-show_entries", entries, "-of", "default=noprint_wrappers=1:nokey=1", "file:\(url.path)",
      ])
    return result.text.split(separator: "\n").map(String.init)
  }

  private static func pattern(
    _ width: Int, _ height: Int, _ seconds: Double, _ frameRate: String
  ) -> [String] {
    [
      "-f", "lavfi", "-i",
      "testsrc=size=\(width)x\(height):rate=\(frameRate):duration=\(seconds),format=yuv420p",
    ]
  }

  private static func tone(_ seconds: Double) -> [String] {
    ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=\(seconds)"]
  }

  private static let encoding = [
    "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-threads", "1", "-c:a", "aac",
  ]
}
