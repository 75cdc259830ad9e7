import Foundation
import Pipeline
import Testing

@Suite("Diagnostics as data", .timeLimit(.minutes(5)))
struct SARIFTests {
  private struct Log: Decodable {
    struct Text: Decodable { var text: String }
    struct Rule: Decodable {
      var id: String
      var shortDescription: Text
      var help: Text
    }
    struct Driver: Decodable { var name: String, rules: [Rule] }
    struct Tool: Decodable { var driver: Driver }
    struct Region: Decodable, Equatable {
      var startLine: Int, startColumn: Int, endColumn: Int
      var endLine: Int?
    }
    struct Artifact: Decodable { var uri: String }
    struct Physical: Decodable { var artifactLocation: Artifact, region: Region }
    struct Location: Decodable {
      var physicalLocation: Physical
      var message: Text?
    }
    struct Replacement: Decodable { var deletedRegion: Region, insertedContent: Text }
    struct Change: Decodable { var artifactLocation: Artifact, replacements: [Replacement] }
    struct Fix: Decodable { var description: Text, artifactChanges: [Change] }
    struct Result: Decodable {
      var ruleId: String, ruleIndex: Int, level: String, message: Text
      var locations: [Location]?, relatedLocations: [Location]?, fixes: [Fix]?
      var properties: [String: String]?
    }
    struct Run: Decodable { var tool: Tool, columnKind: String, results: [Result] }
    var version: String
    var runs: [Run]
  }

  private func log(_ text: String, file: String = "my film.yaml") throws -> Log.Run {
    let (_, diagnostics) = PipelineGraph.load(
      text: text, file: file, registry: FakeStages.registry)
    let json = try SARIF.log(of: diagnostics, version: "0.1.0")
    let log = try JSONDecoder().decode(Log.self, from: Data(json.utf8))
    #expect(log.version == "2.1.0")
    return try #require(log.runs.first)
  }

  @Test("a result has its rule, place, related place and exact fix")
  func result() throws {
    let run = try log(
      """
      version: 1
      name: film
      stages:
        ü: { uses: count, with: { nubmer: 3, text: "${{ join( }}" } }
        b: { uses: count }
      """)
    #expect(run.columnKind == "unicodeCodePoints")
    #expect(run.results.map(\.ruleId) == ["unknown-field", "expression-syntax"])
    let field = try #require(run.results.first)
    #expect(run.tool.driver.rules[field.ruleIndex].id == "unknown-field")
    let place = try #require(field.locations?.first?.physicalLocation)
    #expect(place.region == .init(startLine: 4, startColumn: 29, endColumn: 35))
    #expect(place.artifactLocation.uri == "my%20film.yaml")
    let change = try #require(field.fixes?.first?.artifactChanges.first)
    #expect(change.replacements.first?.insertedContent.text == "number")
    #expect(change.replacements.first?.deletedRegion == place.region)
    #expect(field.properties?["suggestion"] == "number")
    #expect(field.properties?["expected"] == "`number`: integer, 0 to 10; default 0")
    #expect(run.results[1].fixes == nil)
  }

  @Test("braces in a message are doubled, as placeholders would be taken for them")
  func braces() throws {
    let run = try log("version: 1\nname: film\nstages: { a: { uses: count, retry: 3 } }")
    #expect(run.results[0].message.text.contains("`retry: {{ max: 3 }}`"))
    #expect(
      run.results[0].fixes?.first?.artifactChanges.first?.replacements.first?.insertedContent.text
        == "{ max: 3 }")
  }

  @Test("a warning with another place says where that is")
  func related() throws {
    let run = try log(
      "version: 1\nname: film\nstages:\n  a: { uses: count, timeout: 10m, deadline: 1m }\n",
      file: "/films/a.yaml")
    let result = try #require(run.results.first)
    #expect(result.level == "warning")
    #expect(
      result.relatedLocations?.first?.physicalLocation.region
        == .init(startLine: 4, startColumn: 30, endColumn: 33))
    #expect(
      result.locations?.first?.physicalLocation.artifactLocation.uri == "file:///films/a.yaml")
  }

  @Test("every code that wrong pipelines are given has a guide", arguments: WrongPipeline.all)
  func guides(wrong: WrongPipeline) throws {
    let (_, diagnostics) = PipelineGraph.load(wrong.source, registry: FakeStages.registry)
    for diagnostic in diagnostics {
      #expect(DiagnosticGuide[diagnostic.code] != nil, "\(diagnostic.code)")
    }
    #expect(throws: Never.self) { try SARIF.log(of: diagnostics, version: "0.1.0") }
  }

  @Test("no two guides are for one code, and each says what and what to do")
  func catalogue() {
    #expect(Set(DiagnosticGuide.all.map(\.code)).count == DiagnosticGuide.all.count)
    for guide in DiagnosticGuide.all {
      #expect(guide.summary.hasSuffix("."), "\(guide.code)")
      #expect(guide.help.hasSuffix("."), "\(guide.code)")
      #expect(guide.code.hasPrefix("unused-") == false || guide.severity == .warning)
    }
  }

  @Test(
    "an exact fix leaves the file with one problem less, and none of its kind at that place",
    arguments: WrongPipeline.all)
  func fixes(wrong: WrongPipeline) throws {
    let before = PipelineGraph.load(wrong.source, registry: FakeStages.registry).diagnostics
    for diagnostic in before {
      guard let fix = diagnostic.fix else { continue }
      let mended = try #require(wrong.source.applying(fix))
      let after = PipelineGraph.load(mended, registry: FakeStages.registry).diagnostics
      let same = after.contains {
        $0.code == diagnostic.code && $0.message == diagnostic.message
          && $0.range?.start == diagnostic.range?.start && $0.range?.file == diagnostic.range?.file
      }
      #expect(!same, "\(diagnostic.message) → \(fix.replacement)")
      #expect(!after.contains { $0.code == "yaml-syntax" }, "\(fix.replacement)")
    }
  }
}

extension PipelineSource {
  /// The same with one edit made; nil when it belongs to none of the files.
  fileprivate func applying(_ fix: Diagnostic.Fix) -> PipelineSource? {
    func edited(_ text: String) -> String {
      let bytes = Array(text.utf8)
      return String(
        decoding: bytes[..<fix.range.start.offset] + Array(fix.replacement.utf8)
          + bytes[fix.range.end.offset...], as: UTF8.self)
    }
    var copy = self
    if fix.range.file == file.name {
      copy.file.text = edited(file.text)
    } else if let index = overlays.firstIndex(where: { $0.name == fix.range.file }) {
      copy.overlays[index].text = edited(overlays[index].text)
    } else if fix.range.file == Self.overridesFile {
      let lines = edited(overrides.map { "\($0.path)=\($0.text)" }.joined(separator: "\n"))
      copy.overrides = lines.split(separator: "\n").map { line in
        let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
        return .init(path: parts[0], text: parts.count > 1 ? parts[1] : "")
      }
    } else {
      return nil
    }
    return copy
  }
}
