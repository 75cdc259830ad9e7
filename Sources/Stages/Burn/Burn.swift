import Foundation
import Media
public import Pipeline
import Threads

/// Adds a caption layer to a film, and writes the captions as files.
///
/// Nothing is drawn here: the layer is part of the timeline until somebody renders it.
public struct Burn: Stage {
  public static let info = StageInfo(
    "burn", version: "1.1.0", cacheVersion: 2, summary: "Draws captions into a video.", weight: 0.3,
    isForeseeable: true,
    example: """
      captions:
        uses: burn
        in:   { video: cut.video, transcript: voice.transcript }
        with: { style: progressive, size: 64, word-color: "#FFD700" }
      """)

  private let options: Options

  public init(_ options: Options) { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    var film = try await film(of: inputs.video, context)
    let words = inputs.transcript.map { FilmWords.place($0, in: film) }
    let captions = try await captions(from: inputs, words, for: film, context)
    film.marks += CaptionMarks.marks(of: captions, words: words)
    let layer = CaptionLayer(captions: captions, style: options.captionStyle)
    if !captions.cues.isEmpty { film.captions.append(layer) }
    let canvas = film.canvas.size
    var outputs = Outputs()
    outputs.video = .timeline(film)
    outputs.captions = captions
    outputs.srt = try await file("captions.srt", SubRip.text(for: captions), context)
    outputs.vtt = try await file("captions.vtt", WebVTT.text(for: captions), context)
    outputs.ass = try await file(
      "captions.ass", ASSScript.text(for: layer, canvas: canvas), context)
    return outputs
  }

  private func film(of video: Video, _ context: StageContext) async throws -> Timeline {
    switch video {
    case .timeline(let timeline): return timeline
    case .file(let reference):
      let url = try await context.open(reference)
      let info = try await MediaProbe.probe(url, as: reference.name)
      guard info.video != nil else {
        throw StageError(
          .invalidInput, "`\(reference.name)` has no picture to draw captions on", field: "video")
      }
      var film = try Timeline(ofFile: reference, info: info)
      film.marks = [
        TimelineMark(
          .video, at: .zero, duration: film.duration, path: "in.video", module: Self.info.name)
      ]
      return film
    }
  }

  private func captions(
    from inputs: Inputs, _ words: [PlacedWord]?, for film: Timeline, _ context: StageContext
  ) async throws -> Captions {
    let shape = CaptionShape(options: options, canvas: film.canvas.size)
    var captions: Captions
    switch (inputs.transcript, inputs.captions) {
    case (nil, let given?):
      captions = given
      captions.cues = try await BlockingThread.run("captions") { () throws(StageError) in
        try shape.fitted(given.cues)
      }
    case (let transcripts?, nil):
      let words = (words ?? []).map(\.word)
      let end = film.duration.milliseconds
      let cues = try await BlockingThread.run("captions") { () throws(StageError) in
        try shape.cues(for: words, filmEnd: end)
      }
      captions = Captions(cues: cues, language: transcripts.lazy.compactMap(\.language).first)
    case (nil, nil):
      throw StageError(
        .configuration, "`burn` needs words or cues: connect `transcript` or `captions`",
        field: "transcript")
    case (.some, .some):
      throw StageError(
        .configuration, "`burn` takes `transcript` or `captions`, not both", field: "captions")
    }
    if captions.cues.isEmpty { context.warn("there are no words: nothing will be drawn") }
    captions.language = options.language ?? captions.language
    try await FontCheck(options: options).warn(about: captions, context)
    return captions
  }

  private func file(
    _ name: String, _ text: String, _ context: StageContext
  ) async throws -> PlainFile {
    let url = context.newFile(name)
    do {
      try Data(text.utf8).write(to: url)
    } catch {
      throw StageError(
        .configuration, "`\(name)` cannot be written; is the disk full?",
        cause: error.localizedDescription)
    }
    return PlainFile(try await context.store(url, as: name))
  }
}
