import Foundation
import Pipeline
import PluginHost
import TestSupport
import Testing

@testable import videocraft

/// Plugins as users of `videocraft` meet them.
@Suite("videocraft with plugins", .timeLimit(.minutes(10)), .serialized)
struct HostPluginTests {
  private let folder: TestFolder
  private let plugins: URL

  init() throws {
    folder = try TestFolder()
    plugins = try OddPlugin.install(in: folder)
  }

  private func call(_ words: String...) async -> (code: ExitCode, out: String, err: String) {
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(words + ["--plugin-dir", plugins.path], console: console)
    return (code, console.written.out, console.written.err)
  }

  @Test("lists them with where they are, what holds them, and their breakers")
  func stages() async throws {
    let data = folder.file("data").path
    let result = await call("stages", "--data-dir", data)
    #expect(result.code == .done)
    #expect(result.out.contains("odd         1.2.0  Does odd things.  [plugin]\n"), "\(result.out)")
    #expect(result.out.contains("\nPlugins\nodd  1.2.0  \(plugins.path)/odd\n  stages: odd\n"))
    #expect(result.out.contains("  held by: process group, 4 GB of memory, files up to 8 GB"))
    #expect(result.out.contains("  breaker: closed\n"))
  }

  @Test("says why one is not started any more, and trusts it again when told")
  func trust() async throws {
    let data = folder.file("data")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    try folder.write(
      #"{"open": {"odd@1.2.0": {"reason": "it crashed", "at": 1}}, "granted": {}}"#,
      to: "data/plugins.json")
    let listed = await call("stages", "--data-dir", data.path)
    #expect(
      listed.out.contains(
        "not started any more: it crashed; `videocraft stages trust odd` lets it try again"))
    let trusted = await call("stages", "trust", "odd", "--data-dir", data.path)
    #expect(trusted.out == "`odd` 1.2.0 is started again when it is needed\n")
    #expect(await call("stages", "--data-dir", data.path).out.contains("  breaker: closed\n"))
    let unknown = await call("stages", "trust", "ood", "--data-dir", data.path)
    #expect(unknown.code == .wrong)
    #expect(
      unknown.err
        == "videocraft stages: there is no plugin `ood` that can be read; did you mean `odd`?\n")
  }

  @Test("checks, documents and completes their stages")
  func reference() async throws {
    let file = try folder.write(
      "version: 1\nname: film\nstages: { a: { uses: odd, with: { mdoe: echo } } }\n", to: "p.yaml")
    let lint = await call("lint", file.path)
    #expect(lint.code == .wrong)
    #expect(lint.err.contains("`mdoe` is not a setting of `odd`"), "\(lint.err)")
    #expect(await call("docs", "odd").out.contains("What to do."))
    #expect(await call("schema").out.contains("\"with-odd\""))
  }

  @Test("says where a pipeline wants one to run in the host")
  func isolation() async throws {
    let file = try folder.write(
      "version: 1\nname: film\nstages: { a: { uses: odd, isolation: host } }\n", to: "p.yaml")
    let lint = await call("lint", file.path)
    #expect(lint.err.contains("`odd` is a plugin, which never runs in the host"), "\(lint.err)")
  }

  @Test("runs them in a pipeline, and finds their results again")
  func run() async throws {
    let file = try folder.write(
      """
      version: 1
      name: film
      inputs: { text: text }
      stages: { a: { uses: odd, in: { text: inputs.text }, retry: { max: 1 } } }
      outputs: { said: a.text }
      """, to: "p.yaml")
    for turn in 1...2 {
      let out = folder.file("out\(turn)").path
      let result = await call(
        "run", file.path, "-i", "text=hello", "-o", out, "--data-dir", folder.file("data").path)
      #expect(result.code == .done, "\(result.err)")
      #expect((result.out + result.err).contains("hello"), "\(result.out)\(result.err)")
      let all = result.out + result.err
      #expect(all.contains("from earlier results") == (turn == 2), "\(all)")
    }
  }

  @Test("reads pipelines again when a plugin comes")
  func pipelines() async throws {
    let empty = try folder.folder("empty")
    let pipelines = try folder.folder("pipelines")
    try folder.write(
      "version: 1\nname: film\nstages: { a: { uses: odd } }\n", to: "pipelines/p.yaml")
    let catalogue = PluginBench.catalogue([empty], in: folder)
    catalogue.refresh()
    let log = ServerLog(level: .error, isJSON: true) { _ in }
    let read = PipelineFolder(folder: pipelines, registry: catalogue.registry, log: log)
    #expect(read.entry(named: "film") == nil)
    try FileManager.default.copyItem(
      at: plugins.appendingPathComponent("odd"), to: empty.appendingPathComponent("odd"))
    #expect(catalogue.refresh() == ["found: odd"])
    #expect(read.entry(named: "film") != nil)
  }
}
