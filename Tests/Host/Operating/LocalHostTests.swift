import ChildProcess
import Foundation
import HTTPServer
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Commands beside a host", .timeLimit(.minutes(5)))
struct LocalHostTests {
  private let folder: TestFolder
  private var data: String { folder.file("data").path }

  init() throws {
    folder = try TestFolder()
    try FileManager.default.createDirectory(
      at: folder.file("pipelines"), withIntermediateDirectories: true)
    try folder.write(
      """
      version: 1
      name: still
      inputs:
        picture: { type: image }
        time: { type: duration, default: 1s }
      stages:
        cut:
          uses: compose
          with:
            scenes:
              - { image: "${{ inputs.picture }}", duration: "${{ inputs.time }}", motion: { kind: zoom-in } }
            size: 640x360
            frame-rate: 25
        package:
          uses: render
          in: { video: cut.video }
      outputs: { video: package.video }
      """, to: "still.yaml")
  }

  private func serve() async throws -> TestProcess {
    let process = try await TestProcess.videocraft(
      ["serve", "--port", "0", "--data-dir", data], in: folder,
      environment: ["VIDEOCRAFT_SERVER_DRAIN_TIMEOUT": "0s"])
    try #require(try await process.says("listens on"), "\(process.errorOutput)")
    return process
  }

  private func command(_ words: String...) async throws -> TestProcess {
    try await TestProcess.videocraft(words + ["--data-dir", data], in: folder)
  }

  private func end(_ host: TestProcess) async throws {
    host.send(SIGTERM)
    #expect(try await host.wait() == .code(0), "\(host.errorOutput)")
  }

  @Test("run, retry, cancel and gc go through the host, and say what they say alone")
  func commands() async throws {
    _ = try await TestMedia.picture(folder.file("a.png"))
    let host = try await serve()
    let socket = LocalMessages.socket(in: folder.file("data")).path
    let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    // The picture lies in no folder that the host was given: its owner may read it all the same.
    let run = try await command("run", "still.yaml", "-i", "picture=a.png", "-o", "out")
    #expect(try await run.wait() == .code(0), "\(run.errorOutput)")
    #expect(run.output.contains("Completed in") && run.output.contains("video.mp4"))
    #expect(run.errorOutput.contains("package: completed"))
    #expect(FileManager.default.fileExists(atPath: folder.file("out/video.mp4").path))
    let json = try await command(
      "run", "still.yaml", "-i", "picture=a.png", "-o", "out", "--format", "json")
    #expect(try await json.wait() == .code(0))
    let events = try json.output.split(separator: "\n").map {
      try JSONDecoder().decode(RunEvent.self, from: Data($0.utf8))
    }
    #expect(events.map(\.seq) == Array(1...max(1, events.count)))
    #expect(events.last?.type == .runCompleted)
    let retry = try await command("retry", "last", "-o", "again")
    #expect(try await retry.wait() == .code(0), "\(retry.errorOutput)")
    #expect(FileManager.default.fileExists(atPath: folder.file("again/video.mp4").path))
    let wrong = try await command("run", "still.yaml", "-i", "picture=b.png", "-o", "out")
    #expect(try await wrong.wait() == .code(1), "\(wrong.output)")
    #expect("\(wrong.output)\(wrong.errorOutput)".contains("b.png"))
    let collect = try await command("gc", "--max-size", "1KB", "--dry-run")
    try await collect.wait()
    #expect(collect.output.contains("Kept"), "\(collect.errorOutput)")
    let cores = try await command("run", "still.yaml", "-i", "picture=a.png", "--cores", "1")
    #expect(try await cores.wait() == .code(2))
    #expect(cores.errorOutput.contains("`--cores` is for the host"))
    try await end(host)
    #expect(!FileManager.default.fileExists(atPath: socket))
  }

  @Test("Ctrl-C interrupts the run in the host, the same command continues it, and cancel ends it")
  func interrupted() async throws {
    _ = try await TestMedia.picture(folder.file("a.png"))
    let host = try await serve()
    let words = ["run", "still.yaml", "-i", "picture=a.png", "-i", "time=10m", "-o", "out"]
    let first = try await command(
      words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7])
    try #require(try await first.says("package:"), "\(first.errorOutput)")
    first.send(SIGINT)
    #expect(try await first.wait() == .code(130), "\(first.errorOutput)")
    #expect(first.output.contains("Interrupted in"))
    #expect(first.errorOutput.contains("videocraft resume"))
    let second = try await command(
      words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7])
    try #require(try await second.says("continuing run"), "\(second.errorOutput)")
    try #require(try await second.says("package:"))
    let cancel = try await command("cancel", "last")
    #expect(try await cancel.wait() == .code(0), "\(cancel.errorOutput)")
    #expect(try await second.wait() == .code(130), "\(second.errorOutput)")
    #expect(second.output.contains("Cancelled in"))
    try await end(host)
  }

  @Test("a run whose command is killed, or whose host stops, is interrupted and can be continued")
  func abandoned() async throws {
    _ = try await TestMedia.picture(folder.file("a.png"))
    let host = try await serve()
    let journal = try await Wiring.archive(dataFolder: data).journal
    func begin() async throws -> TestProcess {
      let run = try await command(
        "run", "still.yaml", "-i", "picture=a.png", "-i", "time=10m", "-o", "out")
      try #require(try await run.says("package:"), "\(run.errorOutput)")
      return run
    }
    let killed = try await begin()
    killed.send(SIGKILL)
    try await killed.wait()
    try await eventually("the run is interrupted") {
      try await journal.runs(limit: 1).first?.state == .interrupted
    }
    let stopped = try await begin()
    try await end(host)
    #expect(try await stopped.wait() == .code(130), "\(stopped.errorOutput)")
    #expect(stopped.output.contains("Interrupted in"), "\(stopped.output)\(stopped.errorOutput)")
    #expect(try await journal.runs(limit: 1).first?.state == .interrupted)
  }

  @Test("a host of another version is named, and a folder without a host says who has it")
  func others() async throws {
    let url = folder.file("data")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let socket = LocalMessages.socket(in: url).path
    let archive = try await Wiring.archive(dataFolder: url.path)
    #expect(try await LocalHost.find(archive) == nil)
    let server = try Server(ServerSettings(.ownUnix(path: socket))) { _ in
      Response(
        body: .bytes(Array(#"{"version": "0.0.1", "process": 77}"#.utf8)))
    }
    let serving = Task { await server.run() }
    let error = await #expect(throws: LookupError.self) { try await LocalHost.find(archive) }
    #expect(
      error?.description.contains("(process 77) is VideoCraft in version 0.0.1") == true,
      "\(String(describing: error))")
    server.drain(grace: .zero)
    await serving.value
    // What a host that was killed leaves behind.
    try Data().write(to: URL(fileURLWithPath: socket))
    #expect(try await LocalHost.find(archive) == nil)
  }

  @Test("events are told once and whole however the bytes come")
  func parsing() {
    let text = "event: a\ndata: 1\n\n: ping\n\nid: 7\nevent: b\ndata: x\ndata:y\n\nevent: c\n\n"
    let wanted: [EventStreamParser.Message] = [
      .init(name: "a", data: "1"), .init(name: "b", data: "x\ny"),
    ]
    for size in 1...text.utf8.count {
      var parser = EventStreamParser()
      var found: [EventStreamParser.Message] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        found += parser.take(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(found == wanted)
    }
  }
}
