import Foundation
import HTTPClient
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("What runs may fetch")
struct SourceSettingsTests {
  private func read(_ text: String) throws -> (settings: SourceSettings?, problems: [String]) {
    let folder = try TestFolder()
    let file = try folder.write(text, to: "config.yaml")
    let (configuration, diagnostics, _) = try Configuration.load(
      file: file.path, environment: [:])
    return (configuration?.sources, diagnostics.map(\.message))
  }

  @Test("every setting does what it says")
  func file() throws {
    let (settings, problems) = try read(
      """
      sources:
        enabled: true
        allowed_hosts: [media.example, "*.CDN.example"]
        ports: ["443", "9000"]
        private_networks: [10.0.0.0/8, "::1"]
        max_file_size: 20MB
        time_limit: 5m
        stall_time: 4s
        minimum_rate: 2kB
        parallel: 9
      """)
    #expect(problems == [])
    let read = try #require(settings)
    #expect(read.rules.hosts == ["media.example", "*.cdn.example"])
    #expect(read.rules.ports == [443, 9000])
    #expect(read.rules.networks == [IPNetwork("10.0.0.0/8"), IPNetwork("::1")].compactMap { $0 })
    #expect(read.limits.maximumBytes == 20_000_000 && read.limits.total == .seconds(300))
    #expect(read.limits.stall == .seconds(4) && read.limits.minimumRate == 2000)
    #expect(read.parallel == 9 && read.isEnabled)
  }

  @Test("without any of it only the public internet is fetched from")
  func defaults() throws {
    let settings = try #require(try read("# nothing").settings)
    #expect(settings == SourceSettings())
    #expect(settings.rules == OutboundRules.publicInternet)
    #expect(try SourceSettings.read(environment: [:]) == settings)
  }

  @Test(
    "what has no meaning is told",
    arguments: [
      ("ports: [http]", "`sources.ports` are numbers from 1 to 65535"),
      ("ports: [\"0\"]", "`sources.ports` are numbers"),
      ("private_networks: [office]", "`sources.private_networks` has `office`"),
      ("allowed_hosts: [\"https://example.org/\"]", "which is no host"),
      ("allowed_hosts: [\"*\"]", "which is no host"),
      ("max_file_size: huge", "`sources.max_file_size` is an amount"),
      ("minimum_rate: \"0\"", "`sources.minimum_rate` is an amount"),
      ("parallel: 0", "parallel"), ("tiem_limit: 5m", "tiem_limit"),
    ])
  func wrong(_ line: String, _ part: String) throws {
    let (settings, problems) = try read("sources:\n  \(line)")
    #expect(settings == nil)
    #expect(problems.contains { $0.contains(part) }, "\(problems)")
  }

  @Test("commands that read no file go by the variables, and only by those of sources")
  func variables() throws {
    let settings = try SourceSettings.read(environment: [
      "VIDEOCRAFT_SOURCES_PRIVATE_NETWORKS": "127.0.0.0/8, 10.0.0.1",
      "VIDEOCRAFT_SOURCES_MAX_FILE_SIZE": "1MB", "VIDEOCRAFT_SOURCES_PORTS": "80,81",
      "VIDEOCRAFT_SERVER_PORT": "nonsense", "VIDEOCRAFT_DATA_DIR": "/x",
    ])
    #expect(settings.privateNetworks.map(\.description) == ["127.0.0.0/8", "10.0.0.1/32"])
    #expect(settings.sizeLimit == 1_000_000 && settings.ports == [80, 81])
    let error = #expect(throws: LookupError.self) {
      try SourceSettings.read(environment: ["VIDEOCRAFT_SOURCES_PARALEL": "3"])
    }
    #expect("\(try #require(error))".contains("VIDEOCRAFT_SOURCES_PARALLEL"))
  }
}
