import Foundation
import Media
public import Pipeline

/// Packages a film for streaming: HLS in one or more renditions and one MP4, from one pass over the film.
public struct Segment: Stage {
  public static let info = StageInfo(
    "segment", version: "1.1.0", cacheVersion: 3,
    summary: "Packages a video as HLS in one or more sizes, and as MP4, with one pass over it.",
    cores: .all, weight: 20,
    example: """
      package:
        uses: segment
        in:   { video: captions.video }
        with:
          duration: 4s
          renditions:
            - { height: 1080, quality: 20 }
            - { height: 720, quality: 21, max-bitrate: 3000 }
            - { height: 360, quality: 23, max-bitrate: 800 }
      """)

  private let options: Options

  public init(_ options: Options) { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let film = try await context.film(of: inputs.video)
    let folder = context.newFile("hls")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = context.newFile("film.mp4")
    let renditions = fitted(to: film, context)
    let single = renditions.first { $0.name == options.mp4Rendition }?.name
    let report = try await context.render(
      film, encoding: options.encoding(renditions),
      outputs: [
        .hls(folder, HLSSettings(format: options.format)), .file(file, .mp4, rendition: single),
      ],
      segmentReady: { segment in
        context.log(
          "segment-ready: \(segment.file.lastPathComponent) of `\(segment.rendition)` can be played"
        )
      })
    var outputs = Outputs()
    outputs.playlist = try await store(report.packages[0], from: folder, context)
    outputs.mp4 = .file(try await context.store(file, as: "film.mp4"))
    return outputs
  }

  private func fitted(to film: Timeline, _ context: StageContext) -> [Rendition] {
    let ladder = Ladder(options)
    guard film.hasPicture else {
      if !options.renditions.isEmpty {
        context.warn(
          "the film has no picture; there is one stream of its sound", field: "renditions")
      }
      return Array(ladder.renditions.prefix(1))
    }
    let (renditions, note) = ladder.fitted(to: film.canvas.size)
    if let note { context.warn(note, field: "renditions") }
    return renditions
  }

  private func store(
    _ package: RenderedPackage, from folder: URL, _ context: StageContext
  ) async throws -> FileBundle {
    var files: [String: FileReference] = [:]
    for name in package.files {
      let url = folder.appendingPathComponent(name)
      files[name] = try await context.store(url, as: url.lastPathComponent)
    }
    return FileBundle(entry: package.entry.lastPathComponent, files: files)
  }
}
