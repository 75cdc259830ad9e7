import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The configuration that the contract's documents show")
struct DocumentConfigurationTests {
  private func read(
    _ text: String, _ environment: [String: String] = [:]
  ) throws -> (configuration: Configuration?, problems: [String]) {
    let folder = try TestFolder()
    let file = try folder.write(text, to: "config.yaml")
    let (configuration, diagnostics, _) = try Configuration.load(
      file: file.path, environment: environment)
    return (configuration, diagnostics.map(\.message))
  }

  static let example = """
    api:
      port: 8080
      host: "0.0.0.0"
      read_timeout: 30s
      write_timeout: 30s
      idle_timeout: 60s
      max_header_size: 1MB

    auth:
      api_key: "${VIDEOCRAFT_AUTH_API_KEY}"
      require_auth: true

    rate_limiting:
      enabled: true
      requests_per_second: 10
      burst_size: 20

    security:
      allowed_domains:
        - "yourdomain.com"
        - "api.yourdomain.com"
      enable_csrf: true
      csrf_secret: "${VIDEOCRAFT_SECURITY_CSRF_SECRET}"
      enable_auth: true
      rate_limit: 100

    cors:
      # SECURITY: NO WILDCARDS ALLOWED
      # Domain allowlisting configured via security.allowed_domains
    """

  @Test("the example of the document is read as it stands, and means what it says")
  func whole() throws {
    let (read, problems) = try read(
      Self.example,
      [
        "VIDEOCRAFT_AUTH_API_KEY": "the key of the operator",
        "VIDEOCRAFT_SECURITY_CSRF_SECRET": "the secret of tokens",
      ])
    #expect(problems == [])
    let configuration = try #require(read)
    #expect(configuration.host == "0.0.0.0" && configuration.port == 8080)
    #expect(configuration.readTimeout == .seconds(30))
    #expect(configuration.writeTimeout == .seconds(30))
    #expect(configuration.idleTimeout == .seconds(60) && configuration.headByteCount == 1_000_000)
    #expect(configuration.apiKey == "the key of the operator" && configuration.requiresKey)
    #expect(configuration.rateLimit == 100 && configuration.rateBurst == 20)
    #expect(configuration.csrfRule == .browsers)
    #expect(configuration.csrfSecret == "the secret of tokens")
    #expect(configuration.allowedOrigins.contains("https://api.yourdomain.com"))
    #expect(configuration.allowedOrigins.count == 4 && !configuration.allowsCredentials)
  }

  @Test("the variables of the document set what they name")
  func variables() throws {
    let (read, problems) = try read(
      "auth: { api_key: another key of the file }",
      [
        "VIDEOCRAFT_SECURITY_ALLOWED_DOMAINS": "localhost:3000",
        "VIDEOCRAFT_SECURITY_API_KEY": "the key of the operator",
        "VIDEOCRAFT_SECURITY_ENABLE_AUTH": "true", "VIDEOCRAFT_SECURITY_ENABLE_CSRF": "true",
        "VIDEOCRAFT_SECURITY_REQUIRE_CSRF": "true",
        "VIDEOCRAFT_SECURITY_CSRF_SECRET": "your-csrf-secret",
        "VIDEOCRAFT_SECURITY_CSRF_LIFETIME": "10m",
        "VIDEOCRAFT_RATE_LIMITING_REQUESTS_PER_SECOND": "0.5",
        "VIDEOCRAFT_RATE_LIMITING_BURST": "7", "VIDEOCRAFT_API_PORT": "4000",
        "VIDEOCRAFT_SUBTITLES_WORD_COLOR": "#FF0000", "VIDEOCRAFT_SUBTITLES_FONT_SIZE": "40",
        "VIDEOCRAFT_SUBTITLES_POSITION": "center-top",
      ])
    #expect(problems == [])
    let configuration = try #require(read)
    #expect(configuration.apiKey == "the key of the operator")
    #expect(configuration.allowedOrigins == ["http://localhost:3000", "https://localhost:3000"])
    #expect(configuration.allowsCredentials && configuration.csrfRule == .everybody)
    #expect(configuration.csrfLifetime == .seconds(600) && configuration.port == 4000)
    #expect(configuration.rateLimit == 30 && configuration.rateBurst == 7)
    #expect(configuration.subtitles.fontSize == 40)
    #expect(configuration.subtitles.wordColour == Colour("#FF0000"))
    #expect(configuration.subtitles.position == .topCentre)
    #expect(configuration.subtitles.fontFamily == SubtitleSettings().fontFamily)
  }

  @Test("a variable of a setting that this host does not have is refused, as the setting is")
  func absent() throws {
    let (configuration, problems) = try read("", ["VIDEOCRAFT_TRANSCRIPTION_MODEL": "base"])
    #expect(configuration == nil)
    #expect(problems.contains { $0.contains("`VIDEOCRAFT_TRANSCRIPTION_MODEL`") }, "\(problems)")
  }

  @Test("limits that are given under several names all hold")
  func rates() throws {
    for (text, rate) in [
      ("security: { rate_limit: 0 }", 0), ("rate_limiting: { enabled: false }", 0),
      ("rate_limiting: { requests_per_minute: 70 }", 70),
      ("rate_limiting: { requests_per_second: 1 }\nsecurity: { rate_limit: 100 }", 60), ("", 100),
    ] {
      #expect(try read(text).configuration?.rateLimit == rate, "\(text)")
    }
  }

  @Test("an option beats the file under whichever name the file has it")
  func precedence() throws {
    let (read, problems) = try read("api: { port: 8080 }", ["VIDEOCRAFT_SERVER_PORT": "0"])
    #expect(problems == [] && read?.port == 0)
  }

  @Test(
    "what is wrong is said",
    arguments: [
      ("auth: { api_key: '${NOBODY_SET_THIS}' }", "`NOBODY_SET_THIS`, which is not set"),
      ("auth: { api_key: '${SHORT}' }", "16"),
      ("api: { port: 1 }\nserver: { port: 2 }", "mean the same and differ"),
      ("api: { max_header_size: 1GB }", "from 1KB to 1MB"), ("api: { write_timeout: soon }", ""),
      ("security: { enable_csrf: false, require_csrf: true }", "`security.require_csrf` is on"),
      ("security: { csrf_secret: short }", "16"),
      ("rate_limiting: { enabled: false }\nsecurity: { rate_limit: 5 }", "a limit is given"),
      ("cors: { allow_origins: ['*'] }", "`allow_origins`"),
      ("subtitles: { font_size: 1000 }", "6 to 300"), ("subtitles: { colour: red }", "`colour`"),
      ("storage: { output_dir: /tmp }", "`storage.output_dir`"),
      ("transcription: { model: base }", "`transcription`"),
    ])
  func wrong(text: String, message: String) throws {
    let (configuration, problems) = try read(text, ["SHORT": "short"])
    #expect(configuration == nil)
    #expect(problems.contains { message.isEmpty || $0.contains(message) }, "\(problems)")
    #expect(!problems.joined().contains("short\""))
  }
}
