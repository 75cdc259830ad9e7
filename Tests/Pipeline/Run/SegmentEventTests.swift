import Foundation
import Pipeline
import Testing

import struct Pipeline.Port

/// Tells of pieces of a stream as they are made, and gives the stream back as a package.
struct Stream: Stage {
  static let info = StageInfo(
    "stream", version: "1.0.0", cacheVersion: 1, summary: "Makes a stream.")
  struct Options: StageOptions {
    @Field("Tells streams apart.") var name: String
    @Field("Fails after the last piece, as often.") var failures = 0
  }
  struct Outputs: Ports {
    @Port("The package.") var playlist: FileBundle
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var files: [String: FileReference] = [:]
    for index in 0..<3 {
      let path = "segment-\(index).ts"
      let url = context.newFile(path)
      try Data("\(options.name) \(index)".utf8).write(to: url)
      let file = try await context.store(url, as: path)
      files[path] = file
      context.announce(
        PlayableSegment(
          output: "playlist",
          rendition: PlayableRendition(name: "video", playlist: "v.m3u8", targetDuration: 4),
          index: index, start: MediaTime(seconds: Double(index) * 4),
          duration: MediaTime(seconds: 4), path: path, file: file))
    }
    if context.attempt <= options.failures { throw StageError(.transient, "not yet") }
    var outputs = Outputs()
    outputs.playlist = FileBundle(entry: "segment-0.ts", files: files)
    return outputs
  }
}

@Suite("Segments that can be played", .timeLimit(.minutes(1)))
struct SegmentEventTests {
  private func pipeline(_ name: String, _ more: String = "") -> String {
    """
    version: 1
    name: streams
    stages:
      make: { uses: stream, with: { name: \(name) }\(more) }
    outputs: { hls: make.playlist }
    """
  }

  @Test("each is an event of the run, in order, whose file is in the store at that moment")
  func events() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(pipeline("events"))
    let events = await bench.journal.events(of: result.id, after: 0)
    let ready = events.filter { $0.type == .segmentReady }
    #expect(ready.map { $0.segment?.index } == [0, 1, 2])
    #expect(ready.allSatisfy { $0.stage == "make" && $0.item == nil && $0.attempt == 1 })
    #expect(ready.map(\.seq) == ready.map(\.seq).sorted())
    let start = try #require(events.firstIndex { $0.type == .stageStarted })
    let end = try #require(events.firstIndex { $0.type == .stageCompleted })
    let places = events.indices.filter { events[$0].type == .segmentReady }
    #expect(places.allSatisfy { start < $0 && $0 < end })
    #expect(ready.last?.segment?.start == MediaTime(seconds: 8))
    // The package holds the very files that were told of.
    guard case .bundle(let bundle) = result.outputs["hls"] else {
      Issue.record("no package")
      return
    }
    for segment in ready.compactMap(\.segment) {
      #expect(bundle.files[segment.path]?.digest == segment.file.digest)
      #expect(try Data(contentsOf: await bench.artifacts.open(segment.file)).count > 0)
    }
  }

  @Test("an attempt that begins again tells of all of them again; a known result of none")
  func attempts() async throws {
    let bench = try EngineBench()
    let yaml = pipeline("attempts", ", retry: { max: 2 }").replacing(
      "name: attempts", with: "name: attempts, failures: 1")
    let result = try await bench.run(yaml)
    let ready = await bench.journal.events(of: result.id, after: 0)
      .filter { $0.type == .segmentReady }
    #expect(ready.map(\.attempt) == [1, 1, 1, 2, 2, 2])
    let again = try await bench.run(yaml)
    #expect(
      await bench.journal.events(of: again.id, after: 0)
        .allSatisfy { $0.type != .segmentReady })
  }

  @Test("an output that is a stage's own is known by where it comes from")
  func sources() throws {
    let bench = try EngineBench()
    let graph = try bench.request(
      """
      version: 1
      name: streams
      stages:
        make: { uses: stream, with: { name: a } }
        say: { uses: shout, with: { text: b } }
      outputs:
        hls: make.playlist
        either: make.playlist || make.playlist
        said: "${{ say.said }}!"
      """
    ).graph
    let found = graph.outputs.map { output in output.source.map { "\($0.stage).\($0.output)" } }
    #expect(found == ["make.playlist", nil, nil])
  }
}
