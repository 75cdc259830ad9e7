import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite(
  "Streams that can be played from the output folder while they are made", .timeLimit(.minutes(1)))
struct EarlyOutputsTests {
  private let folder: TestFolder
  private let artifacts: MemoryArtifactStore
  private let said = Said()

  private final class Said: Sendable {
    let lines = Locked<[String]>([])
  }

  init() throws {
    folder = try TestFolder()
    artifacts = MemoryArtifactStore(folder: try folder.folder("store"))
  }

  private var out: URL { folder.file("out") }
  private var files: [String] {
    get throws { try FileManager.default.subpathsOfDirectory(atPath: out.path).sorted() }
  }
  private func text(_ path: String) throws -> String {
    try String(contentsOf: out.appendingPathComponent(path), encoding: .utf8)
  }

  private func graph(_ outputs: String, foreach: Bool = false) throws -> PipelineGraph {
    let each = foreach ? "\n    foreach: inputs.videos" : ""
    let video = foreach ? "item" : "inputs.videos[0]"
    let yaml = """
      version: 1
      name: p
      inputs: { videos: { type: list<video> } }
      stages:
        package:
          uses: segment\(each)
          in: { video: "${{ \(video) }}" }
      outputs: { \(outputs) }
      """
    let (graph, diagnostics) = PipelineGraph.load(
      PipelineSource(.init(name: nil, text: yaml)), registry: Wiring.registry())
    return try #require(graph, "\(diagnostics)")
  }

  private func early(_ outputs: String, foreach: Bool = false) throws -> EarlyOutputs {
    let said = said
    return EarlyOutputs(
      try graph(outputs, foreach: foreach), artifacts: artifacts, folder: out
    ) { line in said.lines.withLock { $0.append(line) } }
  }

  private func event(
    _ index: Int, contents: String = "", item: Int? = nil, stage: String = "package"
  ) async throws -> RunEvent {
    let path = "segment-\(index).ts"
    let file = try await artifacts.copy(
      try folder.write("\(path)\(contents)", to: "made"), as: path)
    var event = RunEvent(run: "r", type: .segmentReady, stage: stage, item: item)
    event.segment = PlayableSegment(
      output: "playlist",
      rendition: PlayableRendition(name: "video", playlist: "video.m3u8", targetDuration: 4),
      index: index, start: MediaTime(seconds: Double(index) * 4),
      duration: MediaTime(seconds: 4), path: path, file: file)
    return event
  }

  @Test("segments appear with playlists that name them and no others")
  func grows() async throws {
    let early = try early("hls: package.playlist, film: package.mp4")
    let events = [try await event(0), try await event(1)]
    await early.during { take in
      take(RunEvent(run: "r", type: .stageStarted, stage: "package"))
      take(events[0])
    }
    #expect(try files == ["hls", "hls/master.m3u8", "hls/segment-0.ts", "hls/video.m3u8"])
    #expect(try text("hls/video.m3u8").contains("TYPE:EVENT\n"))
    #expect(try !text("hls/video.m3u8").contains("ENDLIST"))
    await early.during { take in take(events[1]) }
    #expect(try text("hls/video.m3u8").hasSuffix("segment-0.ts\n#EXTINF:4.000000,\nsegment-1.ts\n"))
    #expect(try text("hls/segment-1.ts") == "segment-1.ts")
    #expect(try text("hls/master.m3u8").hasSuffix("\nvideo.m3u8\n"))
    #expect(
      said.lines.withLock { $0 } == [
        "\(out.appendingPathComponent("hls/master.m3u8").path) can be played from now on"
      ])
    #expect(await early.begun.keys.sorted() == ["hls"])
  }

  @Test("a playlist never names a file that is not there, whenever one looks")
  func consistent() async throws {
    let early = try early("hls: package.playlist")
    var events: [RunEvent] = []
    for index in 0..<60 { events.append(try await event(index)) }
    let isOver = Locked(false)
    let place = out.appendingPathComponent("hls")
    let looker = Task.detached { () -> (looks: Int, missing: [String]) in
      var looks = 0
      var missing: [String] = []
      while !isOver.withLock({ $0 }) {
        guard
          let text = try? String(
            contentsOf: place.appendingPathComponent("video.m3u8"), encoding: .utf8)
        else {
          await Task.yield()
          continue
        }
        looks += 1
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
          let path = place.appendingPathComponent(String(line)).path
          if !FileManager.default.fileExists(atPath: path) { missing.append(String(line)) }
        }
        await Task.yield()
      }
      return (looks, missing)
    }
    await early.during { [events] take in for event in events { take(event) } }
    isOver.withLock { $0 = true }
    let seen = await looker.value
    #expect(seen.missing.isEmpty)
    #expect(try text("hls/video.m3u8").split(separator: "\n").count { $0.hasSuffix(".ts") } == 60)
  }

  @Test("a package that is complete stays as it is until the new one is complete")
  func complete() async throws {
    try FileManager.default.createDirectory(
      at: out.appendingPathComponent("hls"), withIntermediateDirectories: true)
    let old = "#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-ENDLIST\n"
    try Data(old.utf8).write(to: out.appendingPathComponent("hls/video.m3u8"))
    let early = try early("hls: package.playlist")
    let events = [try await event(0), try await event(1)]
    await early.during { take in for event in events { take(event) } }
    #expect(try files == ["hls", "hls/video.m3u8"])
    #expect(try text("hls/video.m3u8") == old)
    #expect(said.lines.withLock { $0.count } == 1)
    #expect(await early.begun.isEmpty)
  }

  @Test("a run that goes on takes up what was left of the one before, and it does not shrink")
  func resumed() async throws {
    let events = [try await event(0), try await event(1), try await event(2)]
    let first = try early("hls: package.playlist")
    await first.during { take in for event in events { take(event) } }
    // The process ends here, and leaves half a file.
    try Data("half".utf8).write(to: out.appendingPathComponent("hls/segment-3.ts"))
    let second = try early("hls: package.playlist")
    await second.during(after: events) { take in take(events[0]) }
    #expect(
      try files == ["hls", "hls/master.m3u8"] + (0...2).map { "hls/segment-\($0).ts" } + [
        "hls/video.m3u8"
      ])
    #expect(try text("hls/video.m3u8").split(separator: "\n").last == "segment-2.ts")
    let third = try early("hls: package.playlist")
    let other = try await event(0, contents: " of another film")
    await third.during { take in take(other) }
    #expect(try files == ["hls", "hls/master.m3u8", "hls/segment-0.ts", "hls/video.m3u8"])
    #expect(try text("hls/segment-0.ts") == "segment-0.ts of another film")
  }

  @Test("each item of a list has a folder of its own, and two outputs of one package both grow")
  func several() async throws {
    let list = try early("hls: package.playlist", foreach: true)
    let items = [try await event(0, item: 0), try await event(0, item: 1)]
    await list.during { take in for event in items { take(event) } }
    #expect(
      try files.filter { $0.hasSuffix("master.m3u8") } == [
        "hls-1/master.m3u8", "hls-2/master.m3u8",
      ])
    let twice = try early("a: package.playlist, b: package.playlist")
    let one = try await event(0)
    await twice.during { take in take(one) }
    #expect(try text("a/video.m3u8") == text("b/video.m3u8"))
  }

  @Test("what is no output of the pipeline leaves no trace, and neither does nothing")
  func unwanted() async throws {
    let early = try early("film: package.mp4")
    let one = try await event(0)
    await early.during { take in take(one) }
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test("a folder that cannot be written is said once, and the run goes on")
  func unwritable() async throws {
    try folder.write("a file, no folder", to: "out")
    let early = try early("hls: package.playlist")
    let events = [try await event(0), try await event(1)]
    let result = await early.during { take in
      for event in events { take(event) }
      return 7
    }
    #expect(result == 7)
    #expect(said.lines.withLock { $0.count } == 1)
    #expect(said.lines.withLock { $0.first?.hasPrefix("warning: ") } == true)
  }
}
