import ChildProcess
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

/// Several processes with one data folder: one works, others look on and ask.
@Suite("Processes side by side", .timeLimit(.minutes(10)))
struct ProcessTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    // Speaks first, and then renders long enough to be disturbed.
    try folder.write(
      """
      version: 1
      name: long
      inputs:
        picture: { type: image }
        time: { type: duration, default: 40s }
        lines: { type: list<text>, default: [Hello.] }
        speed: { type: number, default: 1.0 }
      stages:
        voice:
          uses: tts
          foreach: inputs.lines
          with: { text: "${{ item }}", speed: "${{ inputs.speed }}" }
        cut:
          uses: compose
          in: { narration: voice.audio }
          with:
            scenes: [{ image: "${{ inputs.picture }}", duration: "${{ inputs.time }}" }]
            size: 320x180
            frame-rate: 25
        package:
          uses: render
          in: { video: cut.video }
        look:
          uses: validate
          in: { media: package.video }
      outputs: { video: package.video, look: look.media }
      """, to: "long.yaml")
  }

  private func command(_ words: String...) async -> (code: ExitCode, out: String, err: String) {
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(
      words + ["--data-dir", folder.file("data").path], console: console)
    return (code, console.written.out, console.written.err)
  }

  private func start(_ more: String...) async throws -> TestProcess {
    let picture = folder.file("a.png")
    if !FileManager.default.fileExists(atPath: picture.path) {
      _ = try await TestMedia.picture(picture)
    }
    return try await TestProcess.videocraft(
      [
        "run", folder.file("long.yaml").path, "-i", "picture=\(picture.path)", "-o",
        folder.file("out").path, "--data-dir", folder.file("data").path, "--format", "lines",
      ] + more, in: folder)
  }

  private static let rendering = "package:"

  @Test("what one process works on, others can list, show, explain and follow")
  func lookOn() async throws {
    let process = try await start("-i", "time=10m")
    try #require(try await process.says(Self.rendering), "\(process.errorOutput)")
    let runs = await command("runs")
    #expect(runs.out.contains("running"), "\(runs.out)\(runs.err)")
    let json = await command("runs", "--format", "json")
    let list = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [[String: Any]]
    #expect(list?.count == 1)
    #expect(list?.first?["state"] as? String == "running")
    #expect(await command("show", "last").out.contains("package  running"))
    #expect(
      await command("why", "last", "voice").out.contains(
        "ran because it was never made in this pipeline before"))
    let plan = await command(
      "plan", folder.file("long.yaml").path, "-i", "picture=\(folder.file("a.png").path)", "-i",
      "time=10m")
    #expect(plan.out.contains("voice    cached:"), "\(plan.out)\(plan.err)")
    let followed = try await TestProcess.videocraft(
      ["events", "last", "--follow", "--data-dir", folder.file("data").path], in: folder)
    #expect(try await followed.says("package: started"))
    process.send(SIGKILL)
    _ = try await process.wait()
    #expect(try await followed.wait() == .code(130))
    #expect(followed.errorOutput.contains("is interrupted; `videocraft resume "))
    #expect(await command("runs").out.contains("interrupted"))
  }

  @Test("a process that owns the folder keeps others from working in it, with its number")
  func owned() async throws {
    let process = try await start("-i", "time=10m")
    try #require(try await process.says(Self.rendering), "\(process.errorOutput)")
    let other = await command("gc")
    #expect(other.code == .wrong)
    #expect(other.err.contains("in use by process \(process.id)"), "\(other.err)")
    process.send(SIGINT)
    #expect(try await process.wait() == .code(130))
  }

  @Test(
    "another process cancels a run, at once or when what runs is finished",
    arguments: [("10m", [String]()), ("90s", ["--graceful"])])
  func cancel(time: String, words: [String]) async throws {
    let process = try await start("-i", "time=\(time)")
    try #require(try await process.says(Self.rendering), "\(process.errorOutput)")
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(
      ["cancel", "last", "--data-dir", folder.file("data").path] + words, console: console)
    #expect(code == .done, "\(console.written.err)")
    #expect(try await process.wait() == .code(130))
    let runs = await command("runs", "--state", "cancelled")
    #expect(runs.out.contains("cancelled"), "\(runs.out)")
    #expect(!process.errorOutput.contains("look: started"))
    #expect(process.errorOutput.contains("package: completed") == words.contains("--graceful"))
    let requests = try FileManager.default.contentsOfDirectory(
      atPath: folder.file("data/control").path)
    #expect(requests.isEmpty)
    let again = await command("cancel", "last")
    #expect(again.code == .wrong)
    #expect(again.err.contains("is cancelled already"))
  }

  @Test("a request that nobody heard is obeyed by the next process")
  func unheard() async throws {
    let process = try await start("-i", "time=10m")
    try #require(try await process.says(Self.rendering), "\(process.errorOutput)")
    process.send(SIGKILL)
    _ = try await process.wait()
    let archive = try await Wiring.archive(dataFolder: folder.file("data").path)
    let run = try #require(await archive.journal.runs(limit: 1).first).record.id
    try ControlDesk(dataFolder: folder.file("data"))
      .leave(.init(run: run, cancel: .now, at: .now))
    let resumed = await command("resume", run)
    #expect(resumed.err.contains("is cancelled already"), "\(resumed.err)")
    #expect(await command("runs").out.contains("cancelled"))
  }

  @Test("Ctrl-C stops, says how to go on, and the same command goes on")
  func interrupted() async throws {
    let first = try await start()
    try #require(try await first.says(Self.rendering), "\(first.errorOutput)")
    first.send(SIGINT)
    #expect(try await first.wait() == .code(130))
    #expect(first.errorOutput.contains("videocraft resume "), "\(first.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("out").path))
    let second = try await start()
    #expect(try await second.wait() == .code(0), "\(second.errorOutput)")
    #expect(second.errorOutput.contains("continuing run "), "\(second.errorOutput)")
    #expect(second.errorOutput.contains(": 2 of 4 tasks are done"))
    #expect(!second.errorOutput.contains("voice: started"))
    let json = await command("runs", "--format", "json")
    let list = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [[String: Any]]
    #expect(list?.count == 1)
  }

  @Test("an interrupted run is continued by its id, into the folder that it was to go to")
  func resume() async throws {
    let first = try await start("-i", "time=5s")
    try #require(try await first.says("voice:"), "\(first.errorOutput)")
    first.send(SIGKILL)
    _ = try await first.wait()
    let other = await command(
      "run", folder.file("long.yaml").path, "-i", "picture=\(folder.file("a.png").path)", "-i",
      "time=1s", "-o", folder.file("other").path)
    #expect(other.code == .done, "\(other.err)")
    #expect(other.err.contains("note: run "), "\(other.err)")
    #expect(other.err.contains("was interrupted"))
    let resumed = await command("resume")
    #expect(resumed.code == .done, "\(resumed.err)")
    #expect(try folder.contents().contains("out/video.mp4"))
    let nothing = await command("resume")
    #expect(nothing.err == "no run is waiting to be continued\n")
    let retried = await command("retry", "last", "--from", "cut", "-o", folder.file("third").path)
    #expect(retried.code == .done, "\(retried.err)")
    #expect(retried.out.contains("voice"))
    let why = await command("why", "last", "cut")
    #expect(why.out.contains("it was to be made again"), "\(why.out)")
  }
}
