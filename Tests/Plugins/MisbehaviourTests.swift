import Foundation
import Pipeline
import PluginHost
import TestSupport
import Testing

/// What an author sees of a plugin that does wrong, word for word, and that the next call works all the same.
@Suite("a plugin that misbehaves", .timeLimit(.minutes(10)), .serialized)
struct MisbehaviourTests {
  struct Misdeed: Sendable, CustomTestStringConvertible {
    var mode: String
    var limits = ""
    var errorClass: StageError.Class
    var message: String
    var cause: String?
    var testDescription: String { mode }
  }

  static let misdeeds: [Misdeed] = [
    .init(
      mode: "abort", errorClass: .lost,
      message: "the plugin `odd` crashed: signal 6 (abort)"),
    .init(
      mode: "fault", errorClass: .lost,
      message: "the plugin `odd` crashed: signal 11 (segmentation fault)"),
    .init(
      mode: "exit", errorClass: .lost,
      message: "the plugin `odd` ended with code 7 before it had answered"),
    .init(
      mode: "complain-and-exit", errorClass: .lost,
      message: "the plugin `odd` ended with code 3 before it had answered",
      cause: "something is wrong with my ears"),
    .init(
      mode: "hang", limits: #""silence": "1s""#, errorClass: .timeout,
      message:
        "the plugin `odd` reported nothing for 1s and was ended; `stage/progress` is the sign of life"
    ),
    .init(
      mode: "hang", limits: #""time": "1s""#, errorClass: .timeout,
      message:
        "the plugin `odd` took longer than 1s (`limits.time` in its `plugin.json`) and was ended"),
    .init(
      mode: "stubborn", limits: #""silence": "1s""#, errorClass: .timeout,
      message:
        "the plugin `odd` reported nothing for 1s and was ended; `stage/progress` is the sign of life"
    ),
    .init(
      mode: "flood", errorClass: .internal,
      message:
        "the plugin `odd` flooded its standard output: 64 MB without a line break; logs belong to standard error"
    ),
    .init(
      mode: "flood-lines", errorClass: .internal,
      message:
        "the plugin `odd` wrote 1000 lines that are no messages to its standard output, such as `nothing to see here`; logs belong to standard error"
    ),
    .init(
      mode: "flood-messages", errorClass: .internal,
      message: "the plugin `odd` flooded its standard output: 10000 lines within a second"),
    .init(
      mode: "long-line", errorClass: .internal,
      message:
        "the plugin `odd` sent a line of 10485761 bytes; at most 1048576 are allowed, and large values go into files (`$spill`)"
    ),
    .init(
      mode: "close-output", errorClass: .lost,
      message: "the plugin `odd` closed its standard output"),
    .init(
      mode: "fork", errorClass: .lost,
      message: "the plugin `odd` ended with code 1 before it had answered"),
    .init(
      mode: "fill", limits: #""file": "8MB""#, errorClass: .configuration,
      message:
        "the plugin `odd` wrote a file of more than 7.6 MB and was ended; `limits.file` in its `plugin.json` is how much it may write"
    ),
    .init(
      mode: "fill-many", limits: #""scratch": "64MiB""#, errorClass: .configuration,
      message:
        "the plugin `odd` filled its scratch folder with more than 64 MB and was ended; `limits.scratch` in its `plugin.json` is how much it may take"
    ),
    .init(
      mode: "allocate", limits: #""memory": "512MiB""#, errorClass: .lost,
      message:
        "the plugin `odd` ended with code 1 before it had answered: it ran out of memory; it may use 512 MB (`limits.memory` in its `plugin.json`)",
      cause: "MemoryError"),
    .init(
      mode: "nonsense-message", errorClass: .internal,
      message:
        #"the plugin `odd` sent a message that is not of stage protocol 1: `jsonrpc` is "2.0", found "1.0": `{"jsonrpc": "1.0", "hello": true}`"#
    ),
    .init(
      mode: "lie", errorClass: .internal,
      message:
        "the output `file` of the plugin `odd`: its file `a` is said to have the digest 000000000000, but has ca978112ca1b"
    ),
    .init(
      mode: "unknown-file", errorClass: .internal,
      message:
        "the output `file` of the plugin `odd` is wrong: the output `file` of the plugin `odd` names the file abababababab, which the plugin `odd` was not given and did not store"
    ),
    .init(
      mode: "outside", errorClass: .internal,
      message:
        "the plugin `odd` wants to store `../../secret`, which is not in the scratch folder of the call"
    ),
    .init(
      mode: "link", errorClass: .internal,
      message:
        "the plugin `odd` wants to store `link`: it is no regular file, or behind a symbolic link"),
    .init(
      mode: "wrong-output", errorClass: .internal,
      message:
        "the plugin `odd` gave the output `txet`, which it does not have; its outputs are text, video, file, data"
    ),
    .init(
      mode: "wrong-type", errorClass: .internal,
      message: "the output `text` of the plugin `odd` is wrong: expected text, found map"),
    .init(
      mode: "error", errorClass: .invalidInput, message: "no such colour", cause: "blue-ish"),
  ]

  @Test("fails with a message that says what it did, and the next call works", arguments: misdeeds)
  func misdeed(_ misdeed: Misdeed) async throws {
    let bench = try PluginBench(
      more: misdeed.limits.isEmpty ? "" : #""limits": {\#(misdeed.limits)}"#,
      environment: misdeed.mode == "stubborn" ? ["ODD_STUBBORN": "1"] : [:])
    let error = try await bench.failure(misdeed.mode)
    #expect(error.message == misdeed.message)
    #expect(error.errorClass == misdeed.errorClass)
    if let cause = misdeed.cause { #expect(error.cause == cause) }
    let after = try await bench.run("echo", in: ["text": .text("still here")])
    #expect(after["text"] == .text("still here"))
    #expect(bench.catalogue.listings.first?.breaker == nil)
  }

  @Test("leaves no child behind, not even one that ignores being told")
  func children() async throws {
    let bench = try PluginBench()
    _ = try await bench.failure("fork")
    let child = try #require(bench.services.logs.compactMap { Int32($0) }.first)
    try await eventually("the child is gone", within: .seconds(20)) {
      kill(child, 0) != 0 || Self.isDefunct(child)
    }
  }

  private static func isDefunct(_ id: Int32) -> Bool {
    let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
    return text?.contains(") Z ") ?? true
  }

  @Test("that closes its input fails the next call, and another process takes its place")
  func deaf() async throws {
    let bench = try PluginBench(more: #""limits": {"silence": "2s"}"#)
    let error = try await bench.failure("close-input")
    #expect([StageError.Class.lost, .timeout].contains(error.errorClass))
    #expect(try await bench.run("echo", in: ["text": .text("a")])["text"] == .text("a"))
  }

  @Test("that floods standard error is heard in part and harms nobody")
  func errors() async throws {
    let bench = try PluginBench()
    #expect(try await bench.run("flood-errors")["text"] == .text("said"))
    #expect(bench.services.logs.count <= 10_000)
  }

  @Test("that does not stop when it is cancelled is ended within two seconds")
  func stubborn() async throws {
    let bench = try PluginBench(environment: ["ODD_STUBBORN": "1"])
    _ = try await bench.run("echo")
    let task = Task { try await bench.run("stubborn") }
    try await bench.begun()
    let began = ContinuousClock.now
    task.cancel()
    let result = await task.result
    #expect(ContinuousClock.now - began < .seconds(10))
    guard case .failure(let error) = result else {
      Issue.record("it was not cancelled")
      return
    }
    #expect(StageError(wrapping: error).errorClass == .cancelled)
    #expect(
      StageError(wrapping: error).message
        == "cancelled; the plugin `odd` did not stop within 1s and was ended")
  }

  @Test("loses only the calls of its process, and those can be tried again")
  func neighbours() async throws {
    let bench = try PluginBench()
    _ = try await bench.run("echo")
    let neighbour = Task { try await bench.failure("wait") }
    try await bench.begun()
    let guilty = try await bench.failure("fault")
    #expect(guilty.errorClass == .lost)
    #expect(try await neighbour.value.errorClass == .lost)
    #expect(try await bench.run("echo", in: ["text": .text("b")])["text"] == .text("b"))
  }

  @Test("three times in a row is not started again before somebody trusts it")
  func breaker() async throws {
    let bench = try PluginBench()
    for _ in 0..<3 { _ = try await bench.failure("exit") }
    let error = try await bench.failure("echo")
    #expect(error.errorClass == .configuration)
    #expect(
      error.message
        == "the plugin `odd` 1.2.0 crashed 3 times in a row and is not started any more; the last time: "
        + "the plugin `odd` ended with code 7 before it had answered; `videocraft stages trust odd` lets it try again"
    )
    let listing = try #require(bench.catalogue.listings.first)
    #expect(listing.breaker == "the plugin `odd` ended with code 7 before it had answered")
    // As another process does.
    let book = BreakerBook(file: bench.folder.file("plugins.json"))
    #expect(book.close(try #require(listing.program)))
    #expect(try await bench.run("echo", in: ["text": .text("c")])["text"] == .text("c"))
  }

  @Test(
    "when it is greeted is refused with the reason",
    arguments: [
      ("version", "the plugin `odd` speaks stage protocol 7; this host speaks 1"),
      (
        "name",
        "the plugin `odd` 1.2.0 calls itself `even` 1.2.0 when it is asked; its `plugin.json` must say the same"
      ),
      (
        "no-stages",
        "the plugin `odd` gave an answer to `initialize` that is wrong: `result.stages` is missing"
      ),
      (
        "type",
        "its description is wrong: stage `odd`: `options.mode`: there is no type `integr`; did you mean `integer`?"
      ),
      (
        "greedy",
        "the plugin `odd` says that it takes 1000 calls at once; 1 to 64 are possible"
      ),
      (
        "crash",
        "the plugin `odd` ended with code 1 before it had answered\ncannot find my library"
      ),
    ])
  func greeting(_ handshake: String, _ message: String) async throws {
    let bench = try PluginBench(handshake: handshake)
    #expect(bench.catalogue.registry["odd"] == nil)
    #expect(bench.catalogue.listings.first?.problem == message)
  }

  @Test("that says other things before it answers is heard all the same")
  func chatter() async throws {
    let bench = try PluginBench(handshake: "nonsense")
    #expect(try await bench.run("echo", in: ["text": .text("a")])["text"] == .text("a"))
  }
}
