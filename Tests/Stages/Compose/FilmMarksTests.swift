import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: marks")
struct FilmMarksTests {
  private func lines(_ fixture: FilmFixture) throws -> [String] {
    try fixture.build().timeline.marks.map { mark in
      "\(mark.kind.rawValue) \(mark.at.milliseconds)+\(mark.duration.milliseconds) \(mark.path)"
        + (mark.text.map { " \"\($0)\"" } ?? "")
    }
  }

  @Test(
    "scenes are marked from their beginning to the next one's, and what is in them while it is there"
  )
  func scenes() throws {
    var fixture = FilmFixture([
      .image("wide.png") {
        $0.narration = "one"
        $0.elements = [
          .file("logo.png") { $0.start = .seconds(1) },
          .file("logo.png") {
            $0.start = .seconds(1)
            $0.duration = .seconds(1)
          },
        ]
      },
      .image("tall.png") { $0.duration = .seconds(6) },
    ]).spoken("three.wav", "four.wav")
    fixture.options.lead = .milliseconds(200)
    fixture.options.tail = .milliseconds(800)
    #expect(
      try lines(fixture) == [
        "scene 0+4000 with.scenes[0] \"one\"", "narration 200+3000 in.narration[0] \"one\"",
        // It stays for the transition into the next scene, as everything does that lasts to the end.
        "element 1000+4000 with.scenes[0].elements[0]",
        "element 1000+1000 with.scenes[0].elements[1]", "scene 4000+6000 with.scenes[1]",
        "narration 4200+4000 in.narration[1]",
      ])
  }

  @Test("a film of pictures or of sounds points to its inputs, and so do music and background")
  func inputs() throws {
    var pictures = FilmFixture().showing("wide.png", "tall.png")
    pictures.material.music = .named("music.mp3")
    pictures.material.background = .named("wide.png")
    #expect(
      try lines(pictures) == [
        "background 0+10000 in.background", "music 0+10000 in.music",
        "scene 0+5000 in.pictures[0]", "scene 5000+5000 in.pictures[1]",
      ])
    #expect(
      try lines(FilmFixture().spoken("three.wav")) == [
        "scene 0+3000 in.narration[0]", "narration 0+3000 in.narration[0]",
      ])
  }

  @Test("a scene's own sound is found in the scene, and a text is quoted")
  func ownSound() throws {
    let fixture = FilmFixture([
      .colour {
        $0.audio = AudioFile(.named("three.wav"))
        var text = SceneText()
        text.text = "Hello"
        $0.texts = [text]
      }
    ])
    #expect(
      try lines(fixture) == [
        "scene 0+3000 with.scenes[0]", "narration 0+3000 with.scenes[0].audio",
        "text 0+3000 with.scenes[0].texts[0] \"Hello\"",
      ])
  }
}
