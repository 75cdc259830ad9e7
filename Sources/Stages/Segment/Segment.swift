import Foundation
import Media
public import Pipeline

/// Packages a film for streaming: HLS in one or more renditions and one MP4, from one pass over the film.
public struct Segment: Stage {
  public static let info = StageInfo(
    "segment", version: "1.1.0", cacheVersion: 4,
    summary: "Packages a video as HLS in one or more sizes, and as MP4, with one pass over it.",
    cores: .all, weight: 20, makesPreviews: true, partNames: "chunks",
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
    let film = try await context.wantedFilm(of: inputs.video)
    let folder = context.newFile("hls")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = context.newFile("film.mp4")
    let encoding = encoding(for: film, context)
    let single = encoding.renditions.first { $0.name == options.mp4Rendition }?.name
    let subtitles = subtitles(of: film, encoding, context)
    var files = try await context.keep(subtitles, of: Self.package)
    let settings = HLSSettings(format: options.format, media: subtitles.tracks.map(\.media))
    let (report, segments) = try await context.keepingSegments(of: Self.package, in: folder) {
      ready in
      try await context.render(
        film, encoding: encoding,
        outputs: [.hls(folder, settings), .file(file, .mp4, rendition: single)],
        segmentReady: ready)
    }
    files.merge(segments) { $1 }
    let package = report.packages[0]
    for path in package.files where files[path] == nil {
      let url = folder.appendingPathComponent(path)
      files[path] = try await context.store(url, as: url.lastPathComponent)
    }
    var outputs = Outputs()
    outputs.mp4 = .file(try await context.store(file, as: "film.mp4"))
    if let poster = try await poster(of: film, context) {
      outputs.poster = ImageFile(poster)
      files["poster.jpg"] = poster
    }
    for (name, picture) in try await thumbnails(of: film, context) {
      files["thumbnails/\(name)"] = picture
    }
    outputs.playlist = FileBundle(entry: package.entry.lastPathComponent, files: files)
    return outputs
  }

  public func parts(_ inputs: Inputs, _ context: StageContext) async throws -> [PlannedPart] {
    let film = try await context.wantedFilm(of: inputs.video)
    return try await context.parts(of: film, encoding: encoding(for: film, context))
  }

  private func encoding(for film: Timeline, _ context: StageContext) -> Encoding {
    context.wantedEncoding(options.encoding(fitted(to: film, context)), for: film)
  }

  /// The output that is told of while it grows.
  private static let package = "playlist"

  // MARK: - What goes with the stream

  private func subtitles(
    of film: Timeline, _ encoding: Encoding, _ context: StageContext
  ) -> SubtitlePackage {
    var captioned = film
    if !options.subtitles { captioned.captions = [] }
    let package = SubtitlePackage(captioned, grid: encoding.segmentDuration)
    if options.subtitles, package.tracks.isEmpty {
      context.warn("the film has no captions, so it has no subtitles", field: "subtitles")
    }
    return package
  }

  private func poster(of film: Timeline, _ context: StageContext) async throws -> FileReference? {
    guard options.poster else { return nil }
    // The place is one of the whole film.
    let place = context.preview?.stretch == nil ? options.posterAt : nil
    return try await context.poster(of: film, PosterSettings(time: place.map { MediaTime($0) }))
  }

  private func thumbnails(
    of film: Timeline, _ context: StageContext
  ) async throws -> [String: FileReference] {
    guard let wanted = options.thumbnails else { return [:] }
    return try await context.thumbnails(
      of: film, ThumbnailSettings(interval: MediaTime(wanted.every), width: wanted.width))
  }

  // MARK: - Renditions

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
}
