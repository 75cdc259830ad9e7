import Foundation
import Pipeline

import struct Pipeline.Port

/// Speaks a text: half a second for each word.
struct Speak: Stage {
  static let info = StageInfo("speak", version: "1.0.0", cacheVersion: 1, summary: "Speaks.")
  struct Options: StageOptions {
    @Field("What to say.") var text: String
  }
  struct Outputs: Ports {
    @Port("The sound.") var audio: AudioFile
    @Port("The words.") var transcript: Transcript
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    let url = context.newFile("speech.wav")
    try Data("sound of \(options.text)".utf8).write(to: url)
    var outputs = Outputs()
    let sound = try await context.store(url, as: "speech.wav")
    outputs.audio = AudioFile(sound)
    let words = options.text.split(whereSeparator: \.isWhitespace).enumerated().map {
      Transcript.Word(text: String($0.element), start: $0.offset * 500, end: $0.offset * 500 + 500)
    }
    outputs.transcript = Transcript(
      words: words, language: nil, timing: .provider, sound: sound.digest)
    return outputs
  }
}

/// A film of scenes of two seconds, with marks as `compose` sets them.
struct Cut: Stage {
  static let info = StageInfo("cut", version: "1.0.0", cacheVersion: 1, summary: "Cuts.")
  struct SceneOptions: FieldRecord {
    @Field("What is said.") var narration: String?
    @Field("What is seen.") var titles: [String] = []
    init() {}
  }
  struct Options: StageOptions {
    @Field("Scenes.") var scenes: [SceneOptions] = []
    init() {}
  }
  struct Inputs: Ports {
    @Port("Speech.") var narration: [AudioFile]?
    init() {}
  }
  struct Outputs: Ports {
    @Port("The film.") var video: Video
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    var film = Timeline(
      canvas: Canvas(size: PixelSize(width: 16, height: 16)),
      duration: MediaTime(seconds: Double(2 * options.scenes.count)))
    let length = MediaTime(seconds: 2)
    for (index, scene) in options.scenes.enumerated() {
      let start = MediaTime(seconds: Double(2 * index))
      film.marks.append(
        TimelineMark(
          .scene, at: start, duration: length, path: "with.scenes[\(index)]", module: "cut",
          text: scene.narration))
      if inputs.narration != nil {
        film.marks.append(
          TimelineMark(
            .narration, at: start, duration: length, path: "in.narration[\(index)]",
            module: "cut", text: scene.narration))
      }
      for number in scene.titles.indices {
        film.marks.append(
          TimelineMark(
            .text, at: start, duration: length, path: "with.scenes[\(index)].titles[\(number)]",
            module: "cut"))
      }
    }
    var outputs = Outputs()
    outputs.video = .timeline(film)
    return outputs
  }
}

/// Adds a mark for each word.
struct Letter: Stage {
  static let info = StageInfo("letter", version: "1.0.0", cacheVersion: 1, summary: "Letters.")
  struct Inputs: Ports {
    @Port("The film.") var video: Video
    @Port("The words.") var transcript: [Transcript]
  }
  struct Outputs: Ports {
    @Port("The film.") var video: Video
  }
  init(_ options: NoOptions) {}

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    guard case .timeline(var film) = inputs.video else {
      throw StageError(.invalidInput, "no film")
    }
    for (index, transcript) in inputs.transcript.enumerated() {
      for word in transcript.words {
        film.marks.append(
          TimelineMark(
            .cue, at: MediaTime(milliseconds: index * 2000 + word.start),
            duration: MediaTime(milliseconds: 500), path: "in.transcript[\(index)]",
            module: "letter", text: word.text))
      }
    }
    var outputs = Outputs()
    outputs.video = .timeline(film)
    return outputs
  }
}

/// Makes a file of a film.
struct Pack: Stage {
  static let info = StageInfo("pack", version: "1.0.0", cacheVersion: 1, summary: "Packs.")
  struct Inputs: Ports {
    @Port("The film.") var video: Video
  }
  struct Outputs: Ports {
    @Port("The file.") var video: Video
  }
  init(_ options: NoOptions) {}

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.video = .file(try await context.materialise(inputs.video))
    return outputs
  }
}
