import Foundation
import Media
import Pipeline

import struct Pipeline.Port

/// Makes a package as `segment` does, without looking at its video: the text is what is in its one segment. A video that
/// begins with `bad` fails, and each waits at its gate if it has one.
struct PackStage: Stage {
  static let info = StageInfo("pack", version: "1.0.0", cacheVersion: 1, summary: "Packages text.")
  struct Options: StageOptions {
    @Field("Where to wait; empty for nowhere.") var gate = ""
  }
  struct Inputs: Ports {
    @Port("What to package.") var file: PlainFile
  }
  struct Outputs: Ports {
    @Port("The package.") var playlist: FileBundle
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  static let master = """
    #EXTM3U
    #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="a,URI=b",DEFAULT=NO,URI="subtitles/en.m3u8"
    #EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=1280x720
    720p/video.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=500,RESOLUTION=426x240
    240p/video.m3u8
    #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100,URI="720p/iframes.m3u8"

    """
  static let video = """
    #EXTM3U
    #EXT-X-TARGETDURATION:4
    #EXTINF:4.000000,
    segment-00000.ts
    #EXT-X-ENDLIST

    """
  static let iFrames = """
    #EXTM3U
    #EXT-X-I-FRAMES-ONLY
    #EXT-X-MAP:URI="segment-00000.ts",BYTERANGE="4@0"
    #EXTINF:4.000000,
    #EXT-X-BYTERANGE:4@4
    segment-00000.ts
    #EXT-X-ENDLIST

    """
  static let subtitles = """
    #EXTM3U
    #EXTINF:4.000000,
    en-00000.vtt
    #EXT-X-ENDLIST

    """

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let text = try String(
      contentsOf: try await context.open(inputs.file.reference), encoding: .utf8)
    if !options.gate.isEmpty { try await Gate.named(options.gate).pass() }
    if text.hasPrefix("bad") { throw StageError(.invalidInput, "this is no video") }
    var outputs = Outputs()
    var files: [String: FileReference] = [:]
    for (path, contents) in [
      ("master.m3u8", Self.master), ("720p/video.m3u8", Self.video),
      ("240p/video.m3u8", Self.video), ("720p/iframes.m3u8", Self.iFrames),
      ("subtitles/en.m3u8", Self.subtitles), ("subtitles/en-00000.vtt", "WEBVTT\n"),
      ("720p/segment-00000.ts", text), ("240p/segment-00000.ts", "small \(text)"),
      ("init é%.mp4", "init"),
    ] {
      let url = context.newFile(path.replacing("/", with: "-"))
      try Data(contents.utf8).write(to: url)
      files[path] = try await context.store(
        url, as: path.split(separator: "/").last.map(String.init) ?? path)
    }
    outputs.playlist = FileBundle(entry: "master.m3u8", files: files)
    return outputs
  }
}
