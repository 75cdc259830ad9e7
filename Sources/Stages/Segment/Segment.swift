import Foundation
import Media
public import Pipeline

/// Packages a film for streaming: HLS segments and one MP4, from a single encode.
public struct Segment: Stage {
  public static let info = StageInfo(
    "segment", version: "1.0.0", cacheVersion: 2,
    summary: "Packages a video as HLS and MP4 with a single encode.", cores: .all, weight: 20,
    makesPreviews: true, partNames: "chunks",
    example: """
      package:
        uses: segment
        in:   { video: captions.video }
        with: { duration: 4s, quality: 20 }
      """)

  private let options: Options

  public init(_ options: Options) { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let film = try await context.wantedFilm(of: inputs.video)
    let folder = context.newFile("hls")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = context.newFile("film.mp4")
    let report = try await context.render(
      film, encoding: context.wantedEncoding(options.encoding, for: film),
      outputs: [.hls(folder), .file(file, .mp4)],
      segmentReady: { segment in
        context.log("segment-ready: \(segment.file.lastPathComponent) can be played")
      })
    var outputs = Outputs()
    outputs.playlist = try await store(report.packages[0], from: folder, context)
    outputs.mp4 = .file(try await context.store(file, as: "film.mp4"))
    return outputs
  }

  public func parts(_ inputs: Inputs, _ context: StageContext) async throws -> [PlannedPart] {
    let film = try await context.wantedFilm(of: inputs.video)
    return try await context.parts(
      of: film, encoding: context.wantedEncoding(options.encoding, for: film))
  }

  private func store(
    _ package: RenderedPackage, from folder: URL, _ context: StageContext
  ) async throws -> FileBundle {
    var files: [String: FileReference] = [:]
    for name in package.files {
      files[name] = try await context.store(folder.appendingPathComponent(name), as: name)
    }
    return FileBundle(entry: package.entry.lastPathComponent, files: files)
  }
}
