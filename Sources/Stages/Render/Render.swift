import Foundation
import Media
public import Pipeline

/// Makes one file of a film.
public struct Render: Stage {
  public static let info = StageInfo(
    "render", version: "1.0.0", cacheVersion: 3, summary: "Renders a video into one file.",
    cores: .all, weight: 20, makesPreviews: true, partNames: "chunks",
    example: """
      file:
        uses: render
        in:   { video: captions.video }
        with: { container: mp4, quality: 18, preset: medium }
      """)

  private let options: Options

  public init(_ options: Options) { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let container = options.container
    let film = try await film(of: inputs.video, context)
    let name = "film.\(container.fileExtension)"
    let file = context.newFile(name)
    _ = try await context.render(
      film, encoding: context.wantedEncoding(options.encoding, for: film),
      outputs: [.file(file, container)])
    var outputs = Outputs()
    outputs.video = .file(try await context.store(file, as: name))
    return outputs
  }

  public func parts(_ inputs: Inputs, _ context: StageContext) async throws -> [PlannedPart] {
    let film = try await film(of: inputs.video, context)
    return try await context.parts(
      of: film, encoding: context.wantedEncoding(options.encoding, for: film))
  }

  /// What is put into the file: pictures only where it holds them.
  private func film(of video: Video, _ context: StageContext) async throws -> Timeline {
    var film = try await context.wantedFilm(of: video)
    if options.container.holdsPictures { return film }
    guard film.hasSound else {
      throw StageError(
        .invalidInput, "the film has no sound to put into an `\(options.container.rawValue)` file",
        field: "video")
    }
    film.layers = []
    film.captions = []
    return film
  }
}
