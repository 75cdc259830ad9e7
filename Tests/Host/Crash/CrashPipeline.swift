import Foundation
import TestSupport
import Testing

/// A pipeline that is killed again and again, and what it is given.
struct CrashPipeline: Sendable, CustomTestStringConvertible {
  var name: String
  var yaml: String
  /// Whether it starts programs of its own.
  var speaks: Bool
  /// Of all rounds.
  var share: Double
  /// Makes the inputs in a folder; returns the words that give them to `videocraft run`.
  var prepare: @Sendable (TestFolder) async throws -> [String]

  var testDescription: String { name }

  static let all = [film, check]

  /// Programs of their own speak and listen, stages run side by side, a film is rendered.
  static let film = CrashPipeline(
    name: "film",
    yaml: """
      version: 1
      name: film
      inputs:
        scenes: { type: list<json> }
      stages:
        voice:
          uses: tts
          foreach: inputs.scenes
          with: { text: "${{ item.narration }}" }
        words:
          uses: transcribe
          in: { audio: voice.audio }
          with: { script: "${{ inputs.scenes.narration }}" }
        cut:
          uses: compose
          in: { narration: voice.audio }
          with: { scenes: "${{ inputs.scenes }}", size: 160x90 }
        captions:
          uses: burn
          in: { video: cut.video, transcript: words.transcript }
        package:
          uses: segment
          in: { video: captions.video }
          with: { duration: 1s }
      outputs:
        video: package.mp4
        hls: package.playlist
        captions: captions.captions
      """, speaks: true, share: 0.7
  ) { folder in
    let picture = try await TestMedia.picture(folder.file("one.png"))
    let clip = try await TestMedia.clip(folder.file("two.mp4"), seconds: 1)
    let scenes = [
      "{\"narration\": \"The sea is calm tonight.\", \"image\": \"\(picture.path)\"}",
      "{\"narration\": \"The tide is full.\", \"video\": \"\(clip.path)\"}",
      "{\"narration\": \"The moon lies fair.\", \"image\": \"\(picture.path)\"}",
    ]
    return ["-i", "scenes=[\(scenes.joined(separator: ", "))]"]
  }

  /// So short that most kills come while the process starts or ends.
  static let check = CrashPipeline(
    name: "check",
    yaml: """
      version: 1
      name: check
      inputs:
        files: { type: list<media> }
      stages:
        look:
          uses: validate
          foreach: inputs.files
          in: { media: item }
      outputs:
        files: look.media
      """, speaks: false, share: 0.3
  ) { folder in
    var files: [String] = []
    for number in 1...4 {
      let file = try await TestMedia.picture(
        folder.file("\(number).png"), width: 32 * number, height: 32)
      files.append("\"\(file.path)\"")
    }
    return ["-i", "files=[\(files.joined(separator: ", "))]"]
  }
}
