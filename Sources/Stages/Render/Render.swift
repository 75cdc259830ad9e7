import Foundation
import Media
public import Pipeline

/// Makes one file of a film.
public struct Render: Stage {
  public static let info = StageInfo(
    "render", version: "1.0.0", cacheVersion: 3, summary: "Renders a video into one file.",
    cores: .all, weight: 20,
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
    var film = try await context.film(of: inputs.video)
    if !container.holdsPictures {
      guard film.hasSound else {
        throw StageError(
          .invalidInput, "the film has no sound to put into an `\(container.rawValue)` file",
          field: "video")
      }
      film.layers = []
      film.captions = []
    }
    let name = "film.\(container.fileExtension)"
    let file = context.newFile(name)
    _ = try await context.render(
      film, encoding: options.encoding, outputs: [.file(file, container)])
    var outputs = Outputs()
    outputs.video = .file(try await context.store(file, as: name))
    return outputs
  }
}
