import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@testable import Media

/// Stretches of films: they must look and sound as the film does there.
@Suite("Stretches of films", .blocking, .timeLimit(.minutes(3)))
struct StretchTests {
  private let studio: Studio
  private var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  /// The left side.
  private func mix(_ timeline: Timeline) throws -> [Float] {
    let mixer = AudioMixer(
      timeline, sources: SourceFiles(studio.sources), cancellation: CancellationFlag())
    let total = AudioMixer.sampleCount(of: timeline.duration, at: timeline.canvas.sampleRate)
    var mixed: [Float] = []
    while mixed.count < total {
      let count = min(1000, total - mixed.count)
      var block = [Float](repeating: 0, count: 2 * count)
      try mixer.mix(into: &block, at: Int64(mixed.count))
      mixed += stride(from: 0, to: block.count, by: 2).map { block[$0] }
    }
    return mixed
  }

  private func sound(_ name: String, _ expression: String, seconds: Double) throws -> FileReference
  {
    try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i", "aevalsrc='\(expression)':s=48000:d=\(seconds)", "-c:a",
        "pcm_f32le"))
  }

  /// Music that goes round, fades, rises and gives way to two sentences with a pause between, and a sound that ends.
  private func film() throws -> Timeline {
    let music = try sound("music.wav", "0.3*sin(200*t*t)", seconds: 3.7)
    let voice = try sound("voice.wav", "0.2*sin(3000*t)+0.1*t", seconds: 2)
    var bed = AudioClip(
      source: music, at: ms(500), duration: ms(18_500), sourceStart: ms(300), gain: -2,
      fadeIn: ms(4000), fadeOut: ms(6000), loops: true)
    bed.gainKeys = [
      Keyframe(at: ms(1000), value: 0), Keyframe(at: ms(12_000), value: -9, easing: .smooth),
    ]
    let words = [
      AudioClip(source: voice, at: ms(4000), duration: ms(2000)),
      AudioClip(source: voice, at: ms(7200), duration: ms(1500), sourceStart: ms(250)),
    ]
    let duck = Duck(under: "voice", by: 10, attack: ms(400), release: ms(900))
    return Timeline(
      canvas: Studio.canvas, duration: ms(20_000),
      tracks: [
        AudioTrack(name: "music", clips: [bed], duck: duck),
        AudioTrack(name: "voice", clips: words),
      ])
  }

  @Test(
    "sound: loops, fades, gain, ducking and pauses are the film's own from the first sample on",
    arguments: [(0.0, 2.0), (2.0, 5.0), (6.4, 7.0), (5.0, 8.0), (9.2, 12.0), (13.0, 20.0)])
  func sounds(start: Double, end: Double) throws {
    let film = try film()
    let whole = try mix(film)
    let part = try mix(
      film.stretch(from: MediaTime(seconds: start), to: MediaTime(seconds: end)))
    #expect(part.count == Int(((end - start) * 48_000).rounded()))
    let first = Int((start * 48_000).rounded())
    let difference = part.indices.map { abs(part[$0] - whole[first + $0]) }.max() ?? 1
    #expect(difference < 2e-4, "\(difference)")
    // Something is heard, or the comparison says nothing.
    #expect(part.map { abs($0) }.max() ?? 0 > 0.01)
  }

  @Test("sound at another speed goes on where the film is")
  func speed() throws {
    let file = try sound("late.wav", "0.5*sin(1000*2*PI*t)*gte(t,6)", seconds: 9)
    var clip = AudioClip(source: file, at: .zero, duration: ms(6000))
    clip.speed = 1.5
    let film = Timeline(
      canvas: Studio.canvas, duration: ms(6000), tracks: [AudioTrack(name: "a", clips: [clip])])
    let part = try mix(film.stretch(from: ms(3000), to: ms(6000)))
    let onset = Double(part.firstIndex { abs($0) > 0.25 } ?? 0) / 48_000
    // After six seconds of the source, four of the film, one of the stretch.
    #expect(abs(onset - 1) < 0.05, "\(onset)")
  }

  @Test("pictures: the frames are the film's own, and are as many as the stretch is long")
  func pictures() async throws {
    let bench = try ChunkBench()
    let film = try bench.numbered(14)
    let url = bench.samples.url("stretch.mp4")
    let context = try bench.services.context()
    let preview = FilmPreview(stretch: .init(start: ms(5480), duration: ms(4000)))
    let looking = StageContext(
      run: "r", stage: "s", cores: 2, scratch: context.scratch, preview: preview,
      services: bench.services)
    let part = try await looking.wantedFilm(of: .timeline(film))
    let encoding = looking.wantedEncoding(
      Encoding(quality: 12, preset: .superfast), for: part)
    #expect(encoding == Encoding(quality: 12, preset: .superfast))
    let planned = try await looking.parts(of: part, encoding: encoding)
    #expect(planned.map(\.name) == ["chunk 1", "sound"])
    #expect(planned[0].start == .zero && planned[0].end == ms(4000))
    let report = try await looking.render(part, encoding: encoding, outputs: [.file(url, .mp4)])
    #expect(report.renderedChunks == 1)
    #expect(planned.allSatisfy { bench.services.knows($0.key) })
    #expect(try bench.numbers(url) == Array(137..<237))
  }

  @Test("small pictures are the film's own pictures scaled, in one rendition")
  func small() async throws {
    let bench = try ChunkBench()
    let film = try bench.numbered(6)
    let url = bench.samples.url("small.mp4")
    let context = try bench.services.context()
    let looking = StageContext(
      run: "r", stage: "s", cores: 2, scratch: context.scratch,
      preview: FilmPreview(stretch: .init(duration: ms(1000)), scale: .percent(50)),
      services: bench.services)
    let part = try await looking.wantedFilm(of: .timeline(film))
    let ladder = Encoding(
      renditions: [Rendition(height: 24, quality: 30), Rendition(quality: 12)], preset: .superfast)
    let encoding = looking.wantedEncoding(ladder, for: part)
    #expect(encoding.renditions == [Rendition(height: 24, quality: 12)])
    _ = try await looking.render(part, encoding: encoding, outputs: [.file(url, .mp4)])
    let info = try await MediaProbe.probe(url, as: "small.mp4")
    #expect(info.video?.size == PixelSize(width: 88, height: 24))
    #expect(info.video?.frameCount == 25)
  }
}
