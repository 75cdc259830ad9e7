import BurnStage
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("burn", .timeLimit(.minutes(5)))
struct BurnTests {
  private static func sound(_ number: UInt8) -> FileReference {
    FileReference(digest: Digest(of: [number]), byteCount: 1, name: "voice \(number).wav")
  }

  private func transcript(_ sound: FileReference?, _ words: [(String, Int)]) -> Transcript {
    Transcript(
      words: words.map { Transcript.Word(text: $0.0, start: $0.1, end: $0.1 + 300) },
      language: "en", timing: .engine, sound: sound?.digest)
  }

  /// Two voices, the second one at 5 s, beginning 200 ms into its sound.
  private var film: Timeline {
    let clips = [
      AudioClip(source: Self.sound(1), at: .zero, duration: MediaTime(milliseconds: 4000)),
      AudioClip(
        source: Self.sound(2), at: MediaTime(milliseconds: 5000),
        duration: MediaTime(milliseconds: 3000), sourceStart: MediaTime(milliseconds: 200)),
    ]
    return Timeline(
      canvas: Canvas(size: PixelSize(width: 1280, height: 720)),
      duration: MediaTime(milliseconds: 9000),
      tracks: [AudioTrack(name: "narration", clips: clips)])
  }

  private func run(
    _ options: [String: Value] = [:], video: Video? = nil, transcript: [Transcript]? = nil,
    captions: Captions? = nil
  ) async throws -> (Burn.Outputs, TestStageServices) {
    let services = try TestStageServices()
    var inputs = Burn.Inputs()
    inputs.video = video ?? .timeline(film)
    inputs.transcript = transcript
    inputs.captions = captions
    let stage = Burn(try Burn.Options(values: options))
    return (try await stage.run(inputs, try services.context()), services)
  }

  @Test("words move with the sound that they belong to")
  func placed() async throws {
    let (outputs, _) = try await run(transcript: [
      transcript(Self.sound(2), [("gone", 0), ("half", 100), ("second", 1200), ("late", 3150)]),
      transcript(Self.sound(1), [("first", 700)]),
    ])
    let words = outputs.captions.cues.flatMap(\.lines).flatMap { $0 }
    // Of `half`, 100 to 400 ms of its sound, more is heard than not; of the words around it less.
    #expect(words.map(\.text) == ["first", "half", "second"])
    #expect(words.map(\.start) == [700, 5000, 6000])
  }

  @Test("a video file becomes a film of it, and words move with its own sound")
  func videoFile() async throws {
    let folder = try TestFolder()
    let clip = try await TestMedia.clip(folder.file("my 'clip' 100%: [ü].mp4"), seconds: 2)
    let services = try TestStageServices()
    var inputs = Burn.Inputs()
    let file = try services.add(clip)
    inputs.video = .file(file)
    inputs.transcript = [transcript(file, [("hello", 500)])]
    let outputs = try await Burn(Burn.Options()).run(inputs, try services.context())
    guard case .timeline(let film) = outputs.video else {
      Issue.record("not a timeline")
      return
    }
    #expect(film.layers.flatMap(\.clips).map(\.source) == [.file(file)])
    #expect(film.tracks.flatMap(\.clips).map(\.source) == [file])
    #expect(film.captions.count == 1)
    #expect(outputs.captions.cues.map(\.start) == [500])
  }

  @Test("a file without a picture is refused by name")
  func soundFile() async throws {
    let folder = try TestFolder()
    let services = try TestStageServices()
    let tone = try services.add(try await TestMedia.tone(folder.file("only sound.wav")))
    let error = await #expect(throws: StageError.self) {
      var inputs = Burn.Inputs()
      inputs.video = .file(tone)
      inputs.captions = Captions(cues: [])
      return try await Burn(Burn.Options()).run(inputs, try services.context())
    }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.message.contains("only sound.wav") == true)
  }

  @Test("ready-made cues keep their times and words; lines too wide for the picture are broken")
  func readyMade() async throws {
    let words = (0..<30).map { Cue.Word(text: "word\($0)") }
    let given = Captions(
      cues: [
        Cue(start: 100, end: 900, lines: [Array(words.prefix(3))]),
        Cue(start: 1000, end: 5000, lines: [words]),
      ], language: "en")
    let (outputs, _) = try await run(["language": .text("de")], captions: given)
    #expect(outputs.captions.cues[0] == given.cues[0])
    #expect(outputs.captions.cues[1].lines.count > 1)
    #expect(outputs.captions.cues[1].lines.flatMap { $0 } == words)
    #expect(outputs.captions.language == "de")
  }

  @Test("without words the film stays as it is, and the author is told")
  func noWords() async throws {
    let (outputs, services) = try await run(transcript: [transcript(nil, [])])
    #expect(outputs.video == .timeline(film))
    #expect(services.warnings == ["there are no words: nothing will be drawn"])
  }

  @Test("a sound that is heard twice is captioned twice, and one that is not heard keeps its times")
  func repeated() async throws {
    var film = film
    film.tracks[0].clips[1].source = Self.sound(1)
    let (outputs, _) = try await run(
      video: .timeline(film),
      transcript: [
        transcript(Self.sound(1), [("hello", 700)]), transcript(Self.sound(1), [("hello", 700)]),
        transcript(nil, [("film", 8500)]),
      ])
    let words = outputs.captions.cues.flatMap(\.lines).flatMap { $0 }
    #expect(words.map(\.start) == [700, 5500, 8500])
  }

  @Test("the film gets one more layer and is not rendered")
  func layer() async throws {
    let (outputs, services) = try await run(
      ["style": .text("karaoke"), "size": .number(70)],
      transcript: [transcript(Self.sound(1), [("one", 0)])])
    guard case .timeline(let timeline) = outputs.video else {
      Issue.record("not a timeline")
      return
    }
    #expect(timeline.captions.map(\.style.animation) == [.karaoke])
    #expect(timeline.captions.map(\.style.size) == [70])
    #expect(services.rendered.isEmpty)
  }

  @Test("side-car files say the same as the cues")
  func sideCars() async throws {
    let (outputs, services) = try await run(
      transcript: [transcript(Self.sound(1), [("Hello", 0), ("{world}", 400)])])
    func text(_ file: PlainFile) async throws -> String {
      try String(contentsOf: try await services.open(file.reference), encoding: .utf8)
    }
    #expect(try await text(outputs.srt).contains("Hello {world}"))
    #expect(try await text(outputs.vtt).hasPrefix("WEBVTT"))
    #expect(try await text(outputs.ass).contains("\\{world\\}"))
  }

  @Test("words or cues: neither and both are refused with what to do")
  func exactlyOne() async throws {
    let neither = await #expect(throws: StageError.self) { try await run() }
    #expect(neither?.errorClass == .configuration)
    #expect(neither?.message.contains("connect `transcript` or `captions`") == true)
    let both = await #expect(throws: StageError.self) {
      try await run(transcript: [], captions: Captions(cues: []))
    }
    #expect(both?.message.contains("not both") == true)
  }

  @Test("a font that is not installed is named, with the one used instead")
  func missingFont() async throws {
    let (_, services) = try await run(
      ["font": .text("No Such Font")], transcript: [transcript(Self.sound(1), [("x", 0)])])
    #expect(services.warnings.contains { $0.contains("`No Such Font` is not installed") })
    #expect(services.warnedFields.contains("font"))
  }

  @Test(
    "a font is known by each of its names, and a generic name is always right",
    arguments: ["dejavu sans", "DejaVu Sans Condensed", "sans-serif", "monospace"])
  func knownFont(name: String) async throws {
    let (_, services) = try await run(
      ["font": .text(name)], transcript: [transcript(Self.sound(1), [("x", 0)])])
    #expect(services.warnings.isEmpty)
  }

  @Test("a character that no font has is named with its code point")
  func missingGlyph() async throws {
    let (_, services) = try await run(
      transcript: [transcript(Self.sound(1), [("ok\u{1F6D8}\u{E0101}\u{F8F0}", 0)])])
    #expect(
      services.warnings.contains { $0.contains("DejaVu Sans") && $0.contains("U+F8F0") },
      "\(services.warnings)")
  }

  @Test("a narrow picture gets shorter lines")
  func narrow() async throws {
    let sentence = "the quick brown fox jumps over the lazy dog near the old river bank today"
    let words = sentence.split(separator: " ").enumerated().map { (String($1), $0 * 350) }
    var portrait = film
    portrait.canvas.size = PixelSize(width: 720, height: 1280)
    portrait.tracks[0].clips[0].duration = MediaTime(milliseconds: 9000)
    let (wide, _) = try await run(transcript: [transcript(nil, words)])
    let (tall, _) = try await run(
      ["size": .number(90)], video: .timeline(portrait), transcript: [transcript(nil, words)])
    let longest = { (outputs: Burn.Outputs) in
      outputs.captions.cues.flatMap(\.lines).map { $0.map(\.text).joined(separator: " ").count }
        .max() ?? 0
    }
    #expect(longest(tall) < longest(wide))
    #expect(longest(tall) <= 22)
  }
}
