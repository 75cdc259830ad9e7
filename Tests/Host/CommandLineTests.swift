import Foundation
import TestSupport
import Testing

@testable import videocraft

@Suite("Command line", .timeLimit(.minutes(5)))
struct CommandLineTests {
  private func run(_ words: String...) async -> (code: ExitCode, out: String, err: String) {
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(words, console: console)
    return (code, console.written.out, console.written.err)
  }

  private func pipeline(_ yaml: String) throws -> (path: String, folder: TestFolder) {
    let folder = try TestFolder()
    return (try folder.write(yaml, to: "p.yaml").path, folder)
  }

  @Test("help names every command, and each command has a page")
  func help() async {
    let overview = await run("--help")
    #expect(overview.code == .done)
    for command in Videocraft.commands {
      #expect(overview.out.contains("  \(command.name)"))
      let page = await run(command.name, "--help")
      #expect(page.code == .done)
      #expect(page.out.contains("Usage: videocraft \(command.name)"))
      #expect(command.options.allSatisfy { page.out.contains("--\($0.name)") })
      let same = await run("help", command.name)
      #expect(same.out == page.out)
    }
  }

  @Test(
    "a wrong command line says what is wrong and what was probably meant",
    arguments: [
      (["rnu"], "there is no command `rnu`; did you mean `run`?"),
      (["run"], "FILE is missing"),
      (["run", "a.yaml", "b.yaml"], "`b.yaml` is one operand too many"),
      (
        ["run", "a.yaml", "--ouptut", "x"],
        "there is no option `--ouptut`; did you mean `--output`?"
      ),
      (["run", "a.yaml", "--output"], "`--output` needs a value: DIR"),
      (["run", "a.yaml", "--refresh=yes"], "`--refresh` takes no value"),
      (["run", "a.yaml", "--format", "jsn"], "not `jsn`; did you mean `json`?"),
      (["run", "no-such.yaml"], "`no-such.yaml` cannot be read: there is no such file"),
      (["graph", "x.yaml", "--format", "svg"], "`--format` is one of mermaid, dot, not `svg`"),
    ])
  func usage(words: [String], message: String) async {
    let console = Console(collecting: ())
    #expect(await Videocraft.dispatch(words, console: console) == .usage)
    #expect(console.written.err.contains(message), "\(console.written.err)")
  }

  @Test("options may stand anywhere, with a space or an equals sign, short or long")
  func options() throws {
    let arguments = try Arguments(
      ["-i", "a=1", "p.yaml", "--input=b=2", "-o", "out", "--refresh"], for: RunCommand.self)
    #expect(arguments.operands == ["p.yaml"])
    #expect(arguments.all("input") == ["a=1", "b=2"])
    #expect(arguments.value("output") == "out")
    #expect(arguments.has("refresh"))
    let literal = try Arguments(["--", "--strange.yaml"], for: RunCommand.self)
    #expect(literal.operands == ["--strange.yaml"])
  }

  @Test("lint shows every problem with its place and ends with 1")
  func lint() async throws {
    let (path, folder) = try pipeline(
      """
      version: 1
      name: p
      inputs: { video: { type: video } }
      stages:
        captions: { uses: burn, in: { video: inputs.vidoe }, with: { font-sise: 42, size: big } }
      outputs: { video: captions.video }
      """)
    let result = await run("lint", path)
    #expect(result.code == .wrong)
    #expect(result.err.contains("`font-sise` is not a setting of `burn`"), "\(result.err)")
    #expect(result.err.contains("\(path):5:"))
    #expect(
      result.err.contains("did you mean `inputs.video`?")
        || result.err.contains("did you mean `video`?"))
    #expect(result.err.contains("^"))
    let json = await run("lint", path, "--format", "json")
    #expect(json.code == .wrong)
    let parsed = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [[String: Any]]
    #expect((parsed?.count ?? 0) >= 3)
    withExtendedLifetime(folder) {}
  }

  @Test("a missing input and a wrong type are told before anything runs")
  func inputs() async throws {
    let (path, folder) = try pipeline(
      """
      version: 1
      name: p
      inputs: { video: { type: video }, size: { type: integer, default: 40, min: 8, max: 300 } }
      stages:
        check: { uses: validate, in: { media: inputs.video }, with: { max-width: "${{ inputs.size }}" } }
      """)
    let missing = await run("run", path)
    #expect(missing.code == .wrong)
    #expect(missing.err.contains("`video`"), "\(missing.err)")
    let wrong = await run("run", path, "-i", "video=x.mp4", "-i", "size=large", "-i", "vdeo=x")
    #expect(wrong.code == .wrong)
    #expect(wrong.err.contains("expected integer, found `large`"), "\(wrong.err)")
    #expect(wrong.err.contains("`vdeo`"))
    withExtendedLifetime(folder) {}
  }

  @Test("a failed stage ends with 3, names the thing and leaves no output")
  func failed() async throws {
    let (path, folder) = try pipeline(
      """
      version: 1
      name: p
      inputs: { video: { type: video } }
      stages:
        check: { uses: validate, in: { media: inputs.video } }
      outputs: { video: check.media }
      """)
    let fake = try folder.write("this is text, not a film", to: "it's 50%, [a] film: ü.mp4")
    let result = await run(
      "run", path, "-i", "video=\(fake.path)", "-o", folder.file("out").path, "--data-dir",
      folder.file("data").path)
    #expect(result.code == .failed)
    #expect(result.out.contains("error[invalid-input] in `check`"), "\(result.out)")
    #expect(result.out.contains("`it's 50%, [a] film: ü.mp4`"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("out").path))
    let scratch = try FileManager.default.contentsOfDirectory(
      atPath: folder.file("data/scratch").path)
    #expect(scratch.isEmpty)
  }

  @Test("the schema is JSON, the graph names its stages, docs describe a stage or find a neighbour")
  func author() async throws {
    let schema = await run("schema")
    let object = try JSONSerialization.jsonObject(with: Data(schema.out.utf8)) as? [String: Any]
    #expect(object?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let (path, folder) = try pipeline(
      """
      version: 1
      name: p
      inputs: { media: { type: media } }
      stages:
        look: { uses: validate, in: { media: inputs.media } }
      outputs: { media: look.media }
      """)
    #expect(await run("graph", path).out.contains("look"))
    #expect(await run("graph", path, "--format", "dot").out.hasPrefix("digraph"))
    let docs = await run("docs", "burn")
    #expect(docs.out.contains("word-color"))
    #expect(await run("docs", "burn", "--format", "markdown").out.hasPrefix("# "))
    let near = await run("docs", "brun")
    #expect(near.code == .wrong)
    #expect(near.err.contains("did you mean `burn`?"))
    let stages = await run("stages")
    #expect(stages.out.contains("compose"))
    withExtendedLifetime(folder) {}
  }

  @Test("an output folder that cannot be made is told, and nothing is lost")
  func unwritable() async throws {
    let (path, folder) = try pipeline(
      """
      version: 1
      name: p
      inputs: { media: { type: media } }
      stages:
        look: { uses: validate, in: { media: inputs.media } }
      outputs: { media: look.media }
      """)
    let picture = try await TestMedia.picture(folder.file("a.png"), width: 64, height: 36)
    let words = [
      "run", path, "-i", "media=\(picture.path)", "--data-dir", folder.file("data").path,
    ]
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(
      words + ["-o", picture.path + "/out"], console: console)
    #expect(code == .wrong)
    #expect(console.written.err.contains("with another `--output`"), "\(console.written.err)")
    let again = Console(collecting: ())
    #expect(
      await Videocraft.dispatch(words + ["-o", folder.file("out").path], console: again) == .done)
    #expect(again.written.err.contains("(1 from earlier results)"))
  }

  @Test("json output is one event per line, numbered without a gap")
  func events() async throws {
    let (path, folder) = try pipeline(
      """
      version: 1
      name: p
      inputs: { media: { type: media } }
      stages:
        look: { uses: validate, in: { media: inputs.media } }
      outputs: { width: look.media }
      """)
    let picture = try await TestMedia.picture(folder.file("a.png"), width: 64, height: 36)
    let result = await run(
      "run", path, "-i", "media=\(picture.path)", "-o", folder.file("out").path, "--data-dir",
      folder.file("data").path, "--format", "json")
    #expect(result.code == .done)
    let events = try result.out.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    #expect(events.map { $0?["seq"] as? Int } == (1...events.count).map(Optional.some))
    #expect(events.last??["type"] as? String == "run.completed")
  }
}
