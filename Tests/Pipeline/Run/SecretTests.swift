import Foundation
import TestSupport
import Testing
import Threads

@testable import Pipeline

private let key = "s3cr&t/ä \"key\""

/// Says its secret in every way that a stage can.
private struct Tell: Stage {
  static let info = StageInfo("tell", version: "1.0.0", cacheVersion: 1, summary: "Tells all.")
  struct Options: StageOptions {
    @Field("What must not be seen.") var apiKey: Secret
    @Field("In which way.") var way = ""
  }
  struct Outputs: Ports { @Pipeline.Port("What was said.") var said: [String] }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    context.log("before \(key)")
    let text = try await context.reveal(options.apiKey)
    var outputs = Outputs()
    outputs.said = ["\(text.count) letters"]
    switch options.way {
    case "log": context.log("key=\(text)")
    case "warn": context.warn("wrong: \(text)")
    case "phase": context.progress(1, of: 2, unit: .items, phase: "with \(text)")
    case "error":
      throw StageError(.transient, "refused \(text)", cause: "header \(text)", field: text)
    case "other": throw ValueError("bad `\(text)`")
    case "output": outputs.said = ["a", "the \(text)"]
    default: break
    }
    return outputs
  }
}

@Suite("Secrets of a run", .timeLimit(.minutes(5)))
struct SecretTests {
  private func run(
    _ way: String, secrets: [String: String] = ["KEY": key]
  ) async throws -> (outputs: [String: Value], services: TestStageServices) {
    let services = try TestStageServices(secrets: secrets)
    let outputs = try await StageSpec(Tell.self).run(
      with: ["api-key": .secret("KEY"), "way": .text(way)], services: services)
    return (outputs, services)
  }

  @Test("a stage gets the text; what it says with it is covered, from then on")
  func covered() async throws {
    #expect(try await run("").outputs["said"] == .list([.text("\(key.count) letters")]))
    #expect(try await run("log").services.logs == ["before \(key)", "key=***"])
    #expect(try await run("warn").services.warnings == ["wrong: ***"])
    #expect(try await run("phase").services.progress.map(\.phase) == ["with ***"])
  }

  @Test("an error says everything but the text")
  func errors() async throws {
    let error = await #expect(throws: StageError.self) { try await run("error") }
    #expect(
      error == StageError(.transient, "refused ***", cause: "header ***", field: "***"))
    let other = await #expect(throws: StageError.self) { try await run("other") }
    #expect(other?.errorClass == .internal)
    #expect(other?.cause?.contains("bad `***`") == true)
  }

  @Test("an output with the text in it is refused")
  func outputs() async throws {
    let error = await #expect(throws: StageError.self) { try await run("output") }
    #expect(
      error?.message
        == "the stage put the text of a secret into its output `said`, which would be kept")
  }

  @Test("a text that is too short to be covered is refused", arguments: ["", "a", "abc", "日本語"])
  func short(text: String) async throws {
    let error = await #expect(throws: StageError.self) {
      try await run("", secrets: ["KEY": text])
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.hasPrefix("the text of the secret `KEY` has fewer than 4") == true)
    #expect(text.isEmpty || error?.message.contains("`\(text)`") == false)
  }

  private struct Given: SecretSource {
    var texts: [String: String]
    func secret(named name: String) -> String? { texts[name] }
    func advice(for name: String) -> String { "set `X_\(name)`" }
  }

  @Test("only what the pipeline declares is told, and what is missing is told with what to do")
  func declared() throws {
    let source = Given(texts: ["A": "text", "EMPTY": ""])
    #expect(try source.reveal("A", declared: ["A"]) == "text")
    let undeclared = #expect(throws: StageError.self) { try source.reveal("A", declared: ["B"]) }
    #expect(undeclared?.errorClass == .internal)
    for name in ["B", "EMPTY"] {
      let missing = #expect(throws: StageError.self) { try source.reveal(name, declared: [name]) }
      #expect(
        missing
          == StageError(
            .configuration, "the secret `\(name)` has no text on this host; set `X_\(name)`"))
    }
    let none = #expect(throws: StageError.self) { try NoSecrets().reveal("A", declared: ["A"]) }
    #expect(none?.message.contains("give it to the host") == true)
  }
}

@Suite("Redaction", .timeLimit(.minutes(5)))
struct RedactorTests {
  @Test(
    "the text is covered however it is written",
    arguments: [
      ("plain s3cr&t/ä \"key\" here", "plain *** here"),
      ("https://x/?k=s3cr%26t%2F%C3%A4%20%22key%22&b=1", "https://x/?k=***&b=1"),
      ("https://x/?k=s3cr%26t%2f%c3%a4%20%22key%22", "https://x/?k=***"),
      ("k=s3cr%26t%2F%C3%A4+%22key%22", "k=***"),
      ("{\"k\":\"s3cr&t/ä \\\"key\\\"\"}", "{\"k\":\"***\"}"),
      ("Basic \(Data(key.utf8).base64EncodedString())", "Basic ***"),
      ("nothing", "nothing"), ("s3cr", "s3cr"), ("", ""),
    ])
  func forms(text: String, expected: String) {
    var redactor = Redactor()
    redactor.add(key)
    #expect(redactor.redact(text) == expected)
  }

  @Test("in Base64 it is covered as a part of something longer", arguments: 0..<6)
  func insideBase64(shift: Int) {
    var redactor = Redactor()
    redactor.add("a-long-enough-key")
    let whole = "\(String(repeating: "u", count: shift)):a-long-enough-key:x"
    let encoded = Data(whole.utf8).base64EncodedString()
    let covered = redactor.redact("Basic \(encoded)")
    #expect(covered.contains(Redactor.mask))
    #expect(covered.count < encoded.count)
  }

  @Test("the longer of two is covered first, and lines of a key one by one")
  func several() {
    var redactor = Redactor()
    redactor.add("word")
    redactor.add("word-and-more")
    #expect(redactor.redact("word word-and-more") == "*** ***")
    redactor.add("-----BEGIN KEY-----\nQUJDREVGR0g=\n-----END KEY-----\n")
    #expect(redactor.redact("read QUJDREVGR0g= from it") == "read *** from it")
    #expect(Redactor().isEmpty)
    #expect(Redactor().redact("x") == "x")
  }
}
