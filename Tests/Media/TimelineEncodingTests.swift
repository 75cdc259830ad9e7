import Foundation
import Pipeline
import Testing

@Suite("Timelines as text", .timeLimit(.minutes(5)))
struct TimelineEncodingTests {
  private let file = FileReference(
    digest: Digest(of: [1]), byteCount: 1, mediaType: "video/mp4", name: "a.mp4")

  @Test("a film that uses nothing special is written without a word about it")
  func absent() throws {
    var timeline = Timeline(
      canvas: Canvas(size: PixelSize(width: 160, height: 90)), duration: ms(1000))
    timeline.layers = [
      Layer(clips: [
        Clip(
          source: .file(file), at: .zero, duration: ms(1000), enter: Transition(duration: ms(100)))
      ])
    ]
    timeline.tracks = [
      AudioTrack(name: "a", clips: [AudioClip(source: file, at: .zero, duration: ms(1000))])
    ]
    let text = String(decoding: try CanonicalJSON.encode(timeline), as: UTF8.self)
    let clip = #"{"at":0,"duration":705600000,"enter":{"duration":70560000,"kind":"fade"},"#
    #expect(text.contains(clip + #""fit":"cover","loops":false,"opacity":1,"source":"#), "\(text)")
    for word in [
      "speed", "motion", "path", "Keys", "border", "key\"", "effects", "area", "loudness",
      "fadeCurve",
    ] {
      #expect(!text.contains(word), "\(word)")
    }
  }

  @Test("everything that a clip can have is read back as it was written")
  func roundTrip() throws {
    var clip = Clip(source: .file(file), at: ms(-20), duration: ms(1000), fit: .blur)
    clip.speed = 1.5
    clip.motion = Motion(to: Area(x: 0.1, y: 0.2, width: 0.5, height: 0.6), easing: .smooth)
    clip.path = [Keyframe(at: .zero, value: Area(x: 1.5, y: 2, width: 3, height: 4), easing: .hold)]
    clip.opacityKeys = [Keyframe(at: ms(5), value: 0.5)]
    clip.border = Border(radius: 3, width: 2, colour: red)
    clip.key = ChromaKey(colour: green)
    clip.effects = [Effect(filter: "eq", settings: ["contrast": 1.2])]
    clip.leave = Transition(
      kind: .slideUp, duration: ms(200), area: PixelRect(x: 1, y: 2, width: 3, height: 4))
    var sound = AudioClip(source: file, at: .zero, duration: ms(1000))
    sound.speed = 0.5
    sound.gainKeys = [Keyframe(at: ms(1), value: -3)]
    sound.fadeCurve = .equalPower
    var timeline = Timeline(
      canvas: Canvas(size: PixelSize(width: 160, height: 90)), duration: ms(1000),
      layers: [
        Layer(clips: [clip]),
        Layer(clips: [
          Clip(source: .gradient(Gradient(from: red, to: blue)), at: .zero, duration: ms(10)),
          Clip(source: .text(TextBlock("Hallo\n{}")), at: .zero, duration: ms(10)),
        ]),
      ], tracks: [AudioTrack(name: "a", clips: [sound])])
    timeline.loudness = Loudness(target: -23, truePeak: -2)
    let read = try JSONDecoder().decode(Timeline.self, from: JSONEncoder().encode(timeline))
    #expect(read == timeline)
    #expect(try CanonicalJSON.encode(read) == CanonicalJSON.encode(timeline))
  }

  @Test("keyframes say what lies between them")
  func keyframes() {
    let keys = [
      Keyframe(at: ms(100), value: 1.0), Keyframe(at: ms(200), value: 3),
      Keyframe(at: ms(300), value: 5, easing: .hold),
    ]
    let times = [0, 100, 150, 200, 299, 300, 900]
    #expect(times.map { keys.value(at: ms($0)) } == [1, 1, 2, 3, 3, 5, 5])
    #expect([Keyframe<Double>]().value(at: .zero) == nil)
  }
}
