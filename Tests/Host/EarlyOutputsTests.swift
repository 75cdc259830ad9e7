import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite(
  "Streams that can be played from the output folder while they are made", .timeLimit(.minutes(5)))
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

  private func events(
    _ count: Int, contents: String = "", item: Int? = nil
  ) async throws -> [RunEvent] {
    var events: [RunEvent] = []
    for index in 0..<count {
      events.append(try await event(index, contents: contents, item: item))
    }
    return events
  }

  /// The files of a package with so many segments.
  private func package(segments count: Int) -> [String] {
    ["hls", "hls/master.m3u8"] + (0..<count).map { "hls/segment-\($0).ts" } + ["hls/video.m3u8"]
  }

  @Test("segments appear with playlists that name them and no others")
  func grows() async throws {
    let early = try early("hls: package.playlist, film: package.mp4")
    let events = try await self.events(4)
    // Players could not begin with two.
    await early.during { take in for event in events[..<2] { take(event) } }
    #expect(!FileManager.default.fileExists(atPath: out.path))
    await early.during { take in
      take(RunEvent(run: "r", type: .stageStarted, stage: "package"))
      take(events[2])
    }
    #expect(try files == package(segments: 3))
    #expect(try text("hls/video.m3u8").contains("TYPE:EVENT\n"))
    #expect(try !text("hls/video.m3u8").contains("ENDLIST"))
    await early.during { take in take(events[3]) }
    #expect(try text("hls/video.m3u8").hasSuffix("segment-2.ts\n#EXTINF:4.000000,\nsegment-3.ts\n"))
    #expect(try text("hls/segment-3.ts") == "segment-3.ts")
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
    let events = try await self.events(40)
    let isOver = Locked(false)
    let place = out.appendingPathComponent("hls")
    async let missing = BlockingThread.run("looker") {
      var missing: [String] = []
      while !isOver.withLock({ $0 }) {
        missing += Self.missingFiles(of: place)
        Thread.sleep(forTimeInterval: 0.000_5)
      }
      return missing
    }
    await early.during { take in for event in events { take(event) } }
    isOver.withLock { $0 = true }
    #expect(await missing.isEmpty)
    #expect(try text("hls/video.m3u8").split(separator: "\n").count { $0.hasSuffix(".ts") } == 40)
  }

  private static func missingFiles(of package: URL) -> [String] {
    let playlist = package.appendingPathComponent("video.m3u8")
    guard let text = try? String(contentsOf: playlist, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init).filter { line in
      !line.hasPrefix("#")
        && !FileManager.default.fileExists(atPath: package.appendingPathComponent(line).path)
    }
  }

  @Test("a package that is complete stays as it is until the new one is complete")
  func complete() async throws {
    try FileManager.default.createDirectory(
      at: out.appendingPathComponent("hls"), withIntermediateDirectories: true)
    let old = "#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-ENDLIST\n"
    try Data(old.utf8).write(to: out.appendingPathComponent("hls/video.m3u8"))
    let early = try early("hls: package.playlist")
    let events = try await self.events(4)
    await early.during { take in for event in events { take(event) } }
    #expect(try files == ["hls", "hls/video.m3u8"])
    #expect(try text("hls/video.m3u8") == old)
    #expect(said.lines.withLock { $0.count } == 1)
    #expect(await early.begun.isEmpty)
  }

  @Test("a run that goes on takes up what was left of the one before, and it does not shrink")
  func resumed() async throws {
    let events = try await self.events(4)
    let first = try early("hls: package.playlist")
    await first.during { take in for event in events { take(event) } }
    // The process ends here, and leaves half a file.
    try Data("half".utf8).write(to: out.appendingPathComponent("hls/segment-4.ts"))
    let second = try early("hls: package.playlist")
    await second.during(after: events) { take in take(events[0]) }
    #expect(try files == package(segments: 4))
    #expect(try text("hls/video.m3u8").split(separator: "\n").last == "segment-3.ts")
    let third = try early("hls: package.playlist")
    let other = try await self.events(3, contents: " of another film")
    await third.during { take in for event in other { take(event) } }
    #expect(try files == package(segments: 3))
    #expect(try text("hls/segment-0.ts") == "segment-0.ts of another film")
  }

  @Test("each item of a list has a folder of its own, and two outputs of one package both grow")
  func several() async throws {
    let list = try early("hls: package.playlist", foreach: true)
    let items = try await self.events(3, item: 0) + self.events(3, item: 1)
    await list.during { take in for event in items { take(event) } }
    #expect(
      try files.filter { $0.hasSuffix("master.m3u8") } == [
        "hls-1/master.m3u8", "hls-2/master.m3u8",
      ])
    let twice = try early("a: package.playlist, b: package.playlist")
    let events = try await self.events(3)
    await twice.during { take in for event in events { take(event) } }
    #expect(try text("a/video.m3u8") == text("b/video.m3u8"))
  }

  @Test("what is no output of the pipeline leaves no trace, and neither does nothing")
  func unwanted() async throws {
    let early = try early("film: package.mp4")
    let events = try await self.events(3)
    await early.during { take in for event in events { take(event) } }
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test("a folder that cannot be written is said once, and the run goes on")
  func unwritable() async throws {
    try folder.write("a file, no folder", to: "out")
    let early = try early("hls: package.playlist")
    let events = try await self.events(4)
    let result = await early.during { take in
      for event in events { take(event) }
      return 7
    }
    #expect(result == 7)
    #expect(said.lines.withLock { $0.count } == 1)
    #expect(said.lines.withLock { $0.first?.hasPrefix("warning: ") } == true)
  }
}
