import Foundation
import Pipeline

import struct Pipeline.Port

/// Describes something in a moment, as `compose` does: its text and a file with it.
struct Sketch: Stage {
  static let info = StageInfo(
    "sketch", version: "1.0.0", cacheVersion: 1, summary: "Describes.", isForeseeable: true)
  struct Options: StageOptions {
    @Field("What to describe; `secret`, `part`, `render` and `fail` do what is not foreseeable.")
    var text: String
  }
  struct Inputs: Ports {
    @Port("A file whose text comes first.") var file: PlainFile?
  }
  struct Outputs: Ports {
    @Port("The text.") var text: String
    @Port("A film as many seconds long as the text has words.") var video: Video
    @Port("The text in a file.") var file: PlainFile
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    Calls.shared.count("sketch \(options.text)")
    var text = options.text
    switch options.text {
    case "part": _ = try await context.part(Digest(of: "p".utf8), named: "p") { [] }
    case "render": _ = try await context.materialise(.timeline(Self.film(text)))
    case "fail": throw StageError(.invalidInput, "nothing can be made of this")
    case "break": throw StageError(.transient, "just now it does not work")
    default: break
    }
    if let file = inputs.file {
      text =
        try String(contentsOf: try await context.open(file.reference), encoding: .utf8) + " " + text
    }
    let url = context.newFile("sketch.txt")
    try Data(text.utf8).write(to: url)
    var outputs = Outputs()
    outputs.text = text
    outputs.video = .timeline(Self.film(text))
    outputs.file = PlainFile(try await context.store(url, as: "sketch.txt"))
    return outputs
  }

  static func film(_ text: String) -> Timeline {
    Timeline(
      canvas: Canvas(size: PixelSize(width: 16, height: 16)),
      duration: MediaTime(seconds: Double(text.split(separator: " ").count)))
  }
}

/// Makes a part of each word, as a renderer does of each chunk; of a preview only of the words in it.
struct Assemble: Stage {
  static let info = StageInfo(
    "assemble", version: "1.0.0", cacheVersion: 1, summary: "Assembles.", makesPreviews: true,
    partNames: "chunks")
  struct Options: StageOptions {
    @Field("Something that does not matter to the parts.") var name = ""
  }
  struct Inputs: Ports {
    @Port("The words.") var text: String
  }
  struct Outputs: Ports {
    @Port("How many words there are.") var count: Int
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  private func planned(_ inputs: Inputs, _ context: StageContext) -> [PlannedPart] {
    var words = inputs.text.split(separator: " ").map(String.init)
    if let stretch = context.preview?.stretch {
      words = Array(words.dropFirst(Int(stretch.start.seconds)).prefix(1))
    }
    let chunks = words.enumerated().map { index, word in
      PlannedPart(
        .chunk, named: "chunk \(index + 1)", key: Digest(of: Array("word \(word)".utf8)),
        from: MediaTime(seconds: Double(index)), to: MediaTime(seconds: Double(index + 1)))
    }
    let sound = Digest(of: Array("sound \(words.count)".utf8))
    return chunks + [PlannedPart(.sound, named: "sound", key: sound)]
  }

  func parts(_ inputs: Inputs, _ context: StageContext) async throws -> [PlannedPart] {
    planned(inputs, context)
  }

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.count = 0
    for part in planned(inputs, context) {
      let files = try await context.part(part.key, named: part.name) {
        context.log("made \(part.kind.rawValue)")
        let url = context.newFile("part.txt")
        try Data(part.key.hex.utf8).write(to: url)
        return [try await context.store(url, as: "part.txt")]
      }
      outputs.count += files.count
    }
    return outputs
  }
}
