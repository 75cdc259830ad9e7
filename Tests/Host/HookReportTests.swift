import Foundation
import TestSupport
import Testing

@testable import videocraft

@Suite("Hooks of runs", .timeLimit(.minutes(5)))
struct HookReportTests {
  @Test("run and show tell of a message that was given up, and of its address the host alone")
  func undelivered() async throws {
    let folder = try TestFolder()
    try folder.write(
      """
      version: 1
      name: hooked
      inputs: { file: { type: file } }
      stages: { check: { uses: validate, in: { media: inputs.file } } }
      hooks: { finished: { webhook: "http://127.0.0.1:9/token-in-the-path" } }
      """, to: "hooked.yaml")
    try folder.write("no media", to: "text.txt")
    let data = folder.file("data").path
    let run = Console(collecting: ())
    _ = await Videocraft.dispatch(
      [
        "run", folder.file("hooked.yaml").path, "-i", "file=\(folder.file("text.txt").path)",
        "--data-dir", data, "-o", folder.file("out").path,
      ], console: run)
    #expect(
      run.written.err.contains(
        "warning: the webhook finished  failed to 127.0.0.1 after 1 attempt: "))
    #expect(!run.written.err.contains("token-in-the-path"))
    let show = Console(collecting: ())
    let code = await Videocraft.dispatch(["show", "last", "--data-dir", data], console: show)
    #expect(code == .done)
    let lines = show.written.out.split(separator: "\n").drop { $0 != "Hooks" }
    #expect(
      lines.dropFirst().first?.hasPrefix("  finished  failed to 127.0.0.1 after 1 attempt: ")
        == true)
    #expect(!show.written.out.contains("token-in-the-path"))
  }
}
