import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: what is heard", .timeLimit(.minutes(5)))
struct SoundTracksTests {
  @Test("music plays under the whole film and gives way to the narration")
  func music() throws {
    var fixture = FilmFixture([.image("wide.png"), .image("wide.png")])
      .spoken("three.wav", "four.wav")
    fixture.material.music = .named("music.mp3")
    fixture.options.musicFadeIn = .seconds(1)
    let timeline = try fixture.build().timeline
    #expect(timeline.tracks.map(\.name) == ["narration", "music"])
    let music = try #require(timeline.track("music"))
    #expect(
      music.clips == [
        AudioClip(
          source: .named("music.mp3"), at: .zero, duration: .s(7), gain: -6.02, fadeIn: .s(1),
          fadeOut: .s(2), loops: true)
      ])
    #expect(
      music.duck
        == Duck(under: "narration", by: 12, attack: .s(0.3), release: .s(1)))
    #expect(timeline.track("narration")?.duck == nil)
  }

  @Test("without narration, or by 0 dB, nothing is lowered", arguments: [true, false])
  func noDuck(spoken: Bool) throws {
    var fixture = FilmFixture([.video("clip.mp4")])
    if spoken { fixture = fixture.spoken("three.wav") }
    fixture.options.duck.by = spoken ? 0 : 12
    fixture.material.music = .named("music.mp3")
    #expect(try fixture.build().timeline.tracks.allSatisfy { $0.duck == nil })
  }

  @Test("the sound of a clip gives way to the narration unless its author gave it a volume")
  func clipSound() throws {
    let loud = Scene.video("clip.mp4") { $0.volume = 2 }
    let mute = Scene.video("clip.mp4") { $0.volume = 0 }
    let timeline = try FilmFixture([.video("clip.mp4"), loud, mute])
      .spoken("three.wav", "three.wav", "three.wav").build().timeline
    let ambience = try #require(timeline.track("ambience"))
    #expect(ambience.clips.map(\.gain) == [0])
    #expect(ambience.duck?.under == "narration")
    let clips = try #require(timeline.track("clips"))
    #expect(clips.clips.map(\.gain) == [6.02])
    #expect(clips.clips.map(\.at) == [.s(3)])
    #expect(clips.duck == nil)
  }

  @Test("the sound of a clip fades with its picture")
  func clipFades() throws {
    let timeline = try FilmFixture([.video("clip.mp4"), .video("clip.mp4")]).build().timeline
    let clips = try #require(timeline.track("ambience")).clips
    #expect(clips.map(\.at) == [.zero, .s(7)])
    #expect(clips.map(\.end) == [.s(8), .s(15)])
    #expect(clips.map(\.fadeIn) == [.s(0.01), .s(1)])
    #expect(clips.map(\.fadeOut) == [.s(1), .s(0.01)])
  }

  @Test("a sound among the elements is heard at its time")
  func soundElement() throws {
    let scene = Scene.image("wide.png") {
      $0.elements = [
        .file("odd.wav") {
          $0.start = .seconds(2)
          $0.volume = 0.5
        }
      ]
    }
    let timeline = try FilmFixture([scene]).build().timeline
    let clip = try #require(timeline.track("clips")?.clips.first)
    #expect(clip.at == .s(2))
    #expect(clip.gain == -6.02)
    #expect(timeline.layers.count == 1)
  }

  @Test("the sound of the background video is not used")
  func background() throws {
    var fixture = FilmFixture([.image("wide.png")])
    fixture.material.background = .named("clip.mp4")
    #expect(try fixture.build().timeline.tracks.isEmpty)
  }

  @Test(
    "volumes become decibels",
    arguments: [(1.0, 0.0), (0.5, -6.02), (2, 6.02), (0.1, -20), (0, -120)])
  func decibels(volume: Double, gain: Double) {
    #expect(SoundTracks.decibels(volume) == gain)
  }
}
