import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The configuration of a host")
struct ConfigurationTests {
  private func read(
    _ text: String?, _ environment: [String: String] = [:]
  ) throws -> (configuration: Configuration?, problems: [String]) {
    let folder = try TestFolder()
    let file = try folder.write(text ?? "# nothing", to: "config.yaml")
    let (configuration, diagnostics, _) = try Configuration.load(
      file: file.path, environment: environment)
    return (configuration, diagnostics.map(\.message))
  }

  @Test("without anything it listens on this machine, with a key")
  func defaults() throws {
    let configuration = try #require(try read(nil).configuration)
    #expect(configuration.host == "127.0.0.1" && configuration.port == 3002)
    #expect(configuration.requiresKey && configuration.isLocal)
  }

  @Test("a variable beats the file, which beats the default; lists have commas")
  func order() throws {
    let text = """
      server: { port: 4000, drain_timeout: 5s }
      job: { queue_size: 7 }
      storage: { max_file_size: 10MB }
      """
    let (read, problems) = try read(
      text,
      [
        "VIDEOCRAFT_SERVER_PORT": "5000",
        "VIDEOCRAFT_SECURITY_ALLOWED_DOMAINS": "example.org, https://b.example:8443",
        "VIDEOCRAFT_SECURITY_API_KEY": "it's: a # key of mine", "VIDEOCRAFT_DATA_DIR": "/elsewhere",
        "VIDEOCRAFT_SECRET_X": "y",
      ])
    #expect(problems == [])
    let configuration = try #require(read)
    #expect(configuration.port == 5000 && configuration.queueSize == 7)
    #expect(configuration.activeRuns == 16 && configuration.rateLimit == 100)
    #expect(configuration.drainTimeout == .seconds(5) && configuration.uploadLimit == 10_000_000)
    #expect(configuration.apiKey == "it's: a # key of mine")
    #expect(
      configuration.allowedOrigins == [
        "http://example.org", "https://example.org", "https://b.example:8443",
      ])
  }

  @Test(
    "what is wrong is said, with what was meant",
    arguments: [
      ("servr: {}", [:], "`servr` is not a setting"),
      ("server: { prot: 1 }", [:], "`prot` is not a setting of `server`"),
      ("server: { port: 70000 }", [:], "expected 0 to 65535"),
      ("server: { host: example.org }", [:], "an address in numbers"),
      ("server: { host: 0.0.0.0 }\nauth: { require_auth: false }", [:], "others can reach"),
      ("auth: { api_key: short }", [:], "16"),
      ("auth: { require_auth: true }\nsecurity: { enable_auth: false }", [:], "differ"),
      ("security: { allowed_domains: ['*'] }", [:], "never allowed"),
      ("storage: { temp_dir: /tmp }", [:], "no setting `storage.temp_dir`"),
      ("transcription: { model: base }", [:], "no setting `transcription`"),
      ("storage: { max_file_size: much }", [:], "500MB"),
      ("", ["VIDEOCRAFT_SERVER_PROT": "1"], "did you mean `VIDEOCRAFT_SERVER_PORT`"),
      ("", ["VIDEOCRAFT_SERVER_PORT": "many"], "port"),
      ("", ["VIDEOCRAFT_STORAGE_OUTPUT_DIR": "x"], "no such setting"),
      ("server: [", [:], ""),
    ] as [(String, [String: String], String)])
  func wrong(text: String, environment: [String: String], message: String) throws {
    let (configuration, problems) = try read(text, environment)
    #expect(configuration == nil)
    #expect(problems.contains { message.isEmpty || $0.contains(message) }, "\(problems)")
  }

  @Test("listening where others can reach it is possible with a key")
  func elsewhere() throws {
    let configuration = try read("server: { host: 0.0.0.0 }").configuration
    #expect(configuration?.isLocal == false)
  }

  @Test("keys are made once, listed without their text, and end when they are revoked")
  func keys() async throws {
    let folder = try TestFolder()
    func command(_ words: String...) async -> (code: ExitCode, out: String, err: String) {
      let console = Console(collecting: ())
      let code = await Videocraft.dispatch(
        ["keys"] + words + ["--data-dir", folder.url.path], console: console)
      return (code, console.written.out, console.written.err)
    }
    let made = await command("add", "player", "--scope", "runs:read", "--expires", "90d")
    let text = made.out.trimmingCharacters(in: .newlines)
    let ring = try KeyRing(file: KeyFile(dataFolder: folder.url), configuredKey: nil)
    let caller = try #require(ring.caller(with: text))
    #expect(caller.scopes == [.readRuns])
    let list = await command("list")
    #expect(list.out.contains("player") && !list.out.contains(text))
    #expect(await command("revoke", "nothing").code == .wrong)
    #expect(await command("revoke", caller.id, "--in", "1h").code == .done)
    #expect(ring.caller(with: text) == caller)
    #expect(await command("revoke", caller.id).code == .done)
    #expect(ring.caller(with: text) == nil)
    #expect(await command("revok", "x").err.contains("did you mean `revoke`"))
  }
}
