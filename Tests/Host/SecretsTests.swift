import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("Secrets of the host", .timeLimit(.minutes(5)))
struct HostSecretsTests {
  private func write(_ text: String, mode: Int = 0o600) throws -> (path: String, folder: TestFolder)
  {
    let folder = try TestFolder()
    let url = try folder.write(text, to: "secrets.yaml")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    return (url.path, folder)
  }

  @Test("the file comes before the environment; texts are raw")
  func sources() throws {
    let (path, folder) = try write("A: no\nB: '0123'\nC: |\n  two\n  lines\n")
    let secrets = try HostSecrets(
      file: path,
      environment: [
        "VIDEOCRAFT_SECRET_A": "other", "VIDEOCRAFT_SECRET_D": "d", "VIDEOCRAFT_DATA_DIR": "x",
      ])
    #expect(secrets.secret(named: "A") == "no")
    #expect(secrets.secret(named: "B") == "0123")
    #expect(secrets.secret(named: "C") == "two\nlines\n")
    #expect(secrets.secret(named: "D") == "d")
    #expect(secrets.secret(named: "E") == nil)
    #expect(secrets.advice(for: "E").contains("`VIDEOCRAFT_SECRET_E`"))
    withExtendedLifetime(folder) {}
  }

  @Test("a file that others may read is refused", arguments: [0o604, 0o640, 0o644, 0o610, 0o602])
  func mode(mode: Int) throws {
    let (path, folder) = try write("A: text\n", mode: mode)
    let error = #expect(throws: UsageError.self) { try HostSecrets(file: path, environment: [:]) }
    #expect(error?.message.contains("chmod 600") == true)
    withExtendedLifetime(folder) {}
  }

  @Test(
    "a file that is wrong is told without a word of it",
    arguments: [
      ("- sk-012345", "a map from name to text (1:1)"),
      ("A: [sk-012345]", "the secret `A` has no text (1:4)"), ("A:", "the secret `A` has no text"),
      ("sk-012345: x", "this cannot be the name of a secret (1:1)"), ("A: \"sk-012345", "(1:4)"),
      ("A: sk-012345\nA: x", "the key `A` is here twice"),
    ])
  func wrong(text: String, message: String) throws {
    let (path, folder) = try write(text)
    let error = #expect(throws: UsageError.self) { try HostSecrets(file: path, environment: [:]) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("012345") == false)
    withExtendedLifetime(folder) {}
  }

  @Test("what is no file is refused")
  func missing() throws {
    let folder = try TestFolder()
    for path in [folder.file("none").path, folder.url.path] {
      #expect(throws: UsageError.self) { try HostSecrets(file: path, environment: [:]) }
    }
  }
}

@Suite("Overlays on the command line", .timeLimit(.minutes(5)))
struct OverlayCommandTests {
  private func run(_ words: String...) async -> (code: ExitCode, out: String, err: String) {
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(words, console: console)
    return (code, console.written.out, console.written.err)
  }

  private func files() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write(
      """
      version: 1
      name: p
      inputs: { media: media }
      stages: { look: { uses: validate, in: { media: inputs.media }, timeout: 5m } }
      outputs: { media: look.media }
      """, to: "p.yaml")
    try folder.write(
      "stages: { again: { uses: validate, in: { media: look.media } } }\noutputs: { media: again.media }\n",
      to: "more.yaml")
    try folder.write("stages: { lok: { timeout: 1m } }\n", to: "typo.yaml")
    return folder
  }

  @Test("lint and graph read them, and problems are shown in their own file")
  func lint() async throws {
    let folder = try files()
    let file = folder.file("p.yaml").path
    let more = folder.file("more.yaml").path
    #expect(await run("lint", file, "-f", more).code == .done)
    #expect(await run("graph", file, "-f", more).out.contains("again"))
    let typo = await run("lint", file, "-f", more, "--overlay", folder.file("typo.yaml").path)
    #expect(typo.code == .wrong)
    #expect(typo.err.contains("typo.yaml:1:11"), "\(typo.err)")
    #expect(typo.err.contains("did you mean `look`?"))
    let missing = await run("lint", file, "-f", folder.file("none.yaml").path)
    #expect(missing.code == .usage)
    #expect(missing.err.contains("the overlay"))
  }

  @Test("a file that is not UTF-8 is told at its place")
  func encoding() async throws {
    let folder = try files()
    let path = try folder.write(Data([0x61, 0x3A, 0x20, 0xFF, 0x0A]), to: "bad.yaml").path
    let result = await run("lint", folder.file("p.yaml").path, "-f", path)
    #expect(result.code == .wrong)
    #expect(result.err.contains("error[encoding]"), "\(result.err)")
    #expect(result.err.contains("bad.yaml:1:4"))
  }

  @Test("lint as SARIF is one log with the rules that were broken")
  func sarif() async throws {
    let folder = try files()
    let result = await run(
      "lint", folder.file("p.yaml").path, "-f", folder.file("typo.yaml").path, "--format", "sarif")
    #expect(result.code == .wrong)
    let log =
      try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
    let runs = log?["runs"] as? [[String: Any]]
    let results = runs?.first?["results"] as? [[String: Any]]
    #expect(results?.compactMap { $0["ruleId"] as? String } == ["unknown-path"])
    #expect(log?["version"] as? String == "2.1.0")
  }
}
