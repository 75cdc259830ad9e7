import Foundation
import Media
import Pipeline
import TestSupport
import Testing

/// Films that are changed and rendered again.
@Suite("Rendering again", .blocking, .timeLimit(.minutes(10)))
struct IncrementalRenderTests {
  let bench: ChunkBench
  var samples: Samples { bench.samples }

  init() throws { bench = try ChunkBench() }

  private static let length = 56

  /// Pictures of eight seconds each, a clip over some of them, captions and sound.
  private func film() throws -> Timeline {
    let clip = try bench.numbered(9)
    let clips = try (0..<7).map { index in
      Clip(
        source: .file(try picture(index)), at: ms(index * 8000), duration: ms(8000), fit: .stretch)
    }
    let cues = (0..<14).map { index in
      Cue(
        start: index * 4000 + 500, end: index * 4000 + 2500,
        lines: [[Cue.Word(text: "Words"), Cue.Word(text: "number"), Cue.Word(text: "\(index)")]])
    }
    var film = clip
    film.duration = ms(Self.length * 1000)
    film.layers = [Layer(clips: clips), clip.layers[0]]
    film.layers[1].clips[0].at = ms(22_000)
    film.layers[1].clips[0].frame = PixelRect(x: 20, y: 4, width: 60, height: 30)
    film.captions = [CaptionLayer(captions: Captions(cues: cues), style: CaptionStyle())]
    film.tracks[0].clips[0].at = ms(22_000)
    return film
  }

  private func picture(_ index: Int) throws -> FileReference {
    try bench.services.add(
      samples.make(
        "p\(index).png", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=1", "-vf",
        "hue=h=\(index * 40)", "-frames:v", "1"))
  }

  enum Change: String, CaseIterable, CustomTestStringConvertible {
    case nothing, word, picture, volume, style, hiddenPicture, end, insertion, segments

    var testDescription: String { rawValue }

    /// How many of the 9 chunks (of 4, five times 8 and three times 4 seconds) are rendered, and whether the sound is.
    var work: (chunks: Int, sound: Bool) {
      switch self {
      case .nothing, .hiddenPicture, .segments: (0, false)
      case .word: (1, false)
      // Its eight seconds lie in two chunks.
      case .picture: (2, false)
      case .volume: (0, true)
      case .style: (9, false)
      case .end: (1, true)
      // Everything from 16 s on has moved, and only two chunks end before.
      case .insertion: (7, true)
      }
    }
  }

  private func changed(_ film: Timeline, _ change: Change) throws -> Timeline {
    var film = film
    switch change {
    case .nothing, .segments: break
    case .word: film.captions[0].captions.cues[9].lines[0][0].text = "Other"
    case .picture: film.layers[0].clips[5].source = .file(try picture(9))
    case .volume: film.tracks[0].clips[0].gain = -6
    case .style: film.captions[0].style.size = 60
    case .hiddenPicture:
      let hidden = Clip(source: .file(try picture(8)), at: ms(9000), duration: ms(3000))
      film.layers.insert(Layer(clips: [hidden]), at: 0)
    case .end: film.duration += ms(-2000)
    case .insertion:
      film = film.shifted(from: ms(16_000), by: ms(2500))
      film.layers[0].clips.append(
        Clip(source: .file(try picture(8)), at: ms(16_000), duration: ms(2500)))
    }
    return film
  }

  @Test(
    "only what a change touches is rendered, and the film is as if it was new",
    arguments: Change.allCases)
  func onlyWhatMust(change: Change) async throws {
    let film = try film()
    let (first, again) = (samples.url("first.mp4"), samples.url("again.mp4"))
    let before = try await bench.render(film, to: [.file(first, .mp4)])
    #expect(before.chunks == 9 && before.renderedChunks == 9)
    let parts = bench.services.madeParts.count
    let segment = change == .segments ? 8000 : 4000
    let other = try changed(film, change)
    let foreseen = try await bench.services.context().renderPlan(
      of: other,
      encoding: Encoding(quality: 12, preset: .superfast, segmentDuration: ms(segment)))
    let missing = foreseen.chunks.filter { !bench.services.knows($0.key) }.count
    let report = try await bench.render(other, segment: segment, to: [.file(again, .mp4)])
    #expect(report.renderedChunks == change.work.chunks)
    #expect(missing == change.work.chunks)
    let made = bench.services.madeParts.dropFirst(parts)
    #expect(made.contains("sound") == change.work.sound)
    #expect(made.count == change.work.chunks + (change.work.sound ? 1 : 0))

    let fresh = try ChunkBench()
    for file in other.sources {
      _ = try fresh.services.add(bench.services.contents(of: file), named: file.name)
    }
    let new = samples.url("new.mp4")
    try await fresh.render(other, segment: segment, to: [.file(new, .mp4)])
    #expect(try Data(contentsOf: new) == Data(contentsOf: again))
  }

  @Test(
    "an attempt that was ended is continued: only the rest is rendered, and the bytes are the same")
  func resumed() async throws {
    let film = try film()
    let task = Task { [bench] in
      try await bench.render(film, to: [.file(bench.samples.url("ended.mp4"), .mp4)])
    }
    try await eventually("three chunks are made") {
      bench.services.madeParts.filter { $0.hasPrefix("chunk") }.count >= 3
    }
    task.cancel()
    await #expect(throws: MediaError.self) { try await task.ended }
    let kept = bench.services.madeParts.filter { $0.hasPrefix("chunk") }.count
    #expect((3...7).contains(kept))
    let (resumed, hls) = (samples.url("resumed.mp4"), try bench.folder("hls"))
    let report = try await bench.render(film, to: [.file(resumed, .mp4), .hls(hls)])
    #expect(report.renderedChunks == 9 - kept)
    #expect(Set(bench.services.madeParts).count == bench.services.madeParts.count)

    let undisturbed = try ChunkBench()
    for file in film.sources {
      _ = try undisturbed.services.add(bench.services.contents(of: file), named: file.name)
    }
    let (whole, other) = (undisturbed.samples.url("whole.mp4"), try undisturbed.folder("hls"))
    try await undisturbed.render(film, to: [.file(whole, .mp4), .hls(other)])
    #expect(try Data(contentsOf: whole) == Data(contentsOf: resumed))
    for (left, right) in zip(try bench.segments(hls), try undisturbed.segments(other)) {
      #expect(try Data(contentsOf: left) == Data(contentsOf: right))
    }
  }
}

extension Timeline {
  /// Everything that begins at `time` or later begins later.
  fileprivate func shifted(from time: MediaTime, by shift: MediaTime) -> Timeline {
    var film = self
    film.duration += shift
    for layer in film.layers.indices {
      for clip in film.layers[layer].clips.indices where film.layers[layer].clips[clip].at >= time {
        film.layers[layer].clips[clip].at += shift
      }
    }
    for clip in film.tracks[0].clips.indices where film.tracks[0].clips[clip].at >= time {
      film.tracks[0].clips[clip].at += shift
    }
    for cue in film.captions[0].captions.cues.indices
    where film.captions[0].captions.cues[cue].start >= time.milliseconds {
      film.captions[0].captions.cues[cue].start += shift.milliseconds
      film.captions[0].captions.cues[cue].end += shift.milliseconds
    }
    return film
  }
}
