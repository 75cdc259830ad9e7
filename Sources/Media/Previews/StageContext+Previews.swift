import FFmpeg
import Foundation
public import Pipeline
import Threads

extension StageContext {
  /// A picture that stands for the film, as JPEG; nil for a film without pictures.
  ///
  /// It is made of the film itself, not of its rendering, and kept under the digest of what is seen in it.
  public func poster(of film: Timeline, _ settings: PosterSettings) async throws -> FileReference? {
    guard film.hasPicture else { return nil }
    try film.validateForRendering()
    try settings.validate(for: film)
    return try await withCancellationFlag { cancellation in
      let maker = try await frameMaker(film, cancellation)
      let slices = try await posterSlices(settings, maker)
      let tile = settings.height.map { film.canvas.size.scaled(toHeight: $0) } ?? film.canvas.size
      let key = try PreviewRecipe(
        kind: "poster", film: slices, tile: tile, columns: 1, quality: settings.quality
      ).key
      return try await part(key, named: "poster") {
        let file = newFile("poster.jpg")
        try await BlockingThread.run("poster") { () throws(MediaError) in
          try previewing("poster.jpg") {
            var sheet = PictureSheet(tile: tile)
            try sheet.put(try maker.mostTelling(slices), at: 0)
            try sheet.jpeg(quality: settings.quality).write(to: file)
          }
        }
        return [try await store(file, as: "poster.jpg")]
      }.first
    }
  }

  private func posterSlices(
    _ settings: PosterSettings, _ maker: FrameMaker
  ) async throws -> [Timeline] {
    let frames =
      settings.time.map { [maker.film.canvas.frameRate.frame(at: $0)] }
      ?? Telling.candidates(in: maker.film)
    return try await BlockingThread.run("poster") { () throws(MediaError) in
      var slices: [Timeline] = []
      for frame in frames { slices.append(try maker.slice(frame)) }
      return slices
    }
  }

  /// Small pictures of the film, many to a file, and the WebVTT file that says which stands where; by path below the
  /// index, which is `thumbnails.vtt`. Empty for a film without pictures.
  ///
  /// Each file of pictures is kept under the digest of what is seen in them.
  public func thumbnails(
    of film: Timeline, _ settings: ThumbnailSettings
  ) async throws -> [String: FileReference] {
    guard film.hasPicture else { return [:] }
    try film.validateForRendering()
    try settings.validate()
    return try await withCancellationFlag { cancellation in
      let maker = try await frameMaker(film, cancellation)
      let plan = ThumbnailPlan(film, settings)
      let name = { (number: Int) in "sprite-\(number + 1).jpg" }
      var files: [String: FileReference] = [:]
      for (number, thumbnails) in plan.sheets.enumerated() {
        let sheet = ThumbnailSheet(
          thumbnails: thumbnails, plan: plan, quality: settings.quality, maker: maker)
        files[name(number)] = try await make(sheet, as: name(number))
      }
      let index = newFile("thumbnails.vtt")
      try previewing("thumbnails.vtt") {
        try Data(plan.index(name: name).utf8).write(to: index)
      }
      files["thumbnails.vtt"] = try await store(index, as: "thumbnails.vtt")
      return files
    }
  }

  private func make(_ sheet: ThumbnailSheet, as name: String) async throws -> FileReference {
    let slices = try await BlockingThread.run("thumbnails") { () throws(MediaError) in
      var slices: [Timeline] = []
      for thumbnail in sheet.thumbnails { slices.append(try sheet.maker.slice(thumbnail.frame)) }
      return slices
    }
    let key = try PreviewRecipe(
      kind: "thumbnails", film: slices, tile: sheet.plan.tile, columns: sheet.plan.columns,
      quality: sheet.quality
    ).key
    let files = try await part(key, named: name) {
      let file = newFile(name)
      let pictures = try await sheet.pictures(slices, atOnce: cores) {
        progress(Double($0), of: Double(slices.count), unit: .items, phase: name)
      }
      try await BlockingThread.run("thumbnails") { () throws(MediaError) in
        try previewing(name) { try sheet.jpeg(pictures).write(to: file) }
      }
      return [try await store(file, as: name)]
    }
    guard let file = files.first else {
      throw StageError(.lost, "the thumbnails `\(name)` are gone; run the stage again afresh")
    }
    return file
  }

  private func frameMaker(
    _ film: Timeline, _ cancellation: CancellationFlag
  ) async throws -> FrameMaker {
    var sources: [Digest: URL] = [:]
    for file in film.sources { sources[file.digest] = try await open(file) }
    let resources = RenderResources(
      film, sources: SourceFiles(sources),
      makeOverlays: TimelineRenderer.withCaptions.makeOverlays, cancellation: cancellation)
    return FrameMaker(film: film, resources: resources, cancellation: cancellation)
  }
}

/// All that previews depend on.
private struct PreviewRecipe: Encodable {
  var kind: String
  /// Raised whenever the same film and settings give other bytes than before.
  var version = 1
  var film: [Timeline]
  var tile: PixelSize
  var columns: Int
  var quality: Int

  var key: Digest {
    get throws(MediaError) {
      do { return try Digest(canonical: self) } catch {
        throw MediaError(
          .unusable, "the film has a number in it that cannot be written down",
          cause: String(describing: error))
      }
    }
  }
}

/// Runs `body`, and says of what it was that it failed.
private func previewing<Result>(
  _ name: String, _ body: () throws -> Result
) throws(MediaError) -> Result {
  do { return try body() } catch let error as MediaError { throw error } catch let error
    as FFmpegError
  {
    throw MediaError(writing: "`\(name)`", error)
  } catch {
    throw MediaError(storing: "`\(name)`", error)
  }
}
