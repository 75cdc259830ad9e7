import Confinement
import Foundation
import Pipeline
import PluginHost
import TestSupport
import Testing

/// Calls of a plugin that behaves.
@Suite("a plugin", .timeLimit(.minutes(10)))
struct CallTests {
  private static let film = Timeline(
    canvas: Canvas(
      size: PixelSize(width: 320, height: 180), frameRate: FrameRate(30_000, per: 1001)),
    duration: MediaTime(ticks: 705_600_001),
    layers: [
      Layer(clips: [
        Clip(
          source: .colour(Colour(red: 1, green: 2, blue: 3)), at: MediaTime(ticks: -7),
          duration: MediaTime(ticks: 1_234_567_891), opacity: 0.1 + 0.2)
      ])
    ])

  @Test("gets its inputs as they are and gives outputs of the declared types")
  func echo() async throws {
    let bench = try PluginBench()
    let data: Value = .map([
      "list": .list([.integer(1), .number(2.5), .null, .boolean(true)]),
      "text": .text("ä€𝄞\n\u{0}"),
      "deep": .map([
        "size": .size(PixelSize(width: 2, height: 4)), "$x": .duration(.milliseconds(1500)),
      ]),
    ])
    let outputs = try await bench.run(
      "echo", in: ["text": .text("hello"), "data": data, "video": .video(.timeline(Self.film))])
    #expect(
      outputs == ["text": .text("hello"), "data": data, "video": .video(.timeline(Self.film))])
    #expect(
      bench.services.progress == [StageProgress(done: 1, total: 2, unit: .items, phase: "echo")])
  }

  @Test("adds a layer to a film without changing a tick of the rest")
  func layer() async throws {
    let bench = try PluginBench()
    let outputs = try await bench.run("layer", in: ["video": .video(.timeline(Self.film))])
    guard case .video(.timeline(var film))? = outputs["video"] else {
      Issue.record("no film came back")
      return
    }
    #expect(film.layers.count == 2)
    film.layers.removeLast()
    #expect(film == Self.film)
    #expect(try Digest(canonical: film) == Digest(canonical: Self.film))
  }

  @Test("cannot give a film that nobody can render")
  func impossible() async throws {
    let bench = try PluginBench()
    let error = try await bench.failure(
      "impossible-film", in: ["video": .video(.timeline(Self.film))])
    #expect(
      error.message
        == "the output `video` of the plugin `odd` is wrong: the output `video` of the plugin `odd`: its canvas: "
        + "a frame rate is a fraction of numbers from 1 to 100000")
  }

  @Test("is told which run, stage and attempt it works for")
  func context() async throws {
    let bench = try PluginBench()
    guard case .map(let told)? = try await bench.run("context")["data"] else {
      Issue.record("nothing came back")
      return
    }
    #expect(told["run"] == .text("test-run"))
    #expect(told["stage"] == .text("odd"))
    #expect(told["attempt"] == .integer(1))
    #expect(told["idempotencyKey"] == .text("test-run/odd/"))
    #expect(told["type"] == .text("odd"))
  }

  @Test("reads the files it is given and stores those it makes")
  func files() async throws {
    let bench = try PluginBench()
    let given = try bench.services.add(Data("from the host".utf8), named: "given.txt")
    #expect(
      try await bench.run("read", in: ["file": .file(given)])["text"] == .text("from the host"))
    guard case .file(let made)? = try await bench.run("make")["file"] else {
      Issue.record("no file came back")
      return
    }
    #expect(try bench.services.text(of: made) == "made here")
    #expect(made.name == "made.txt")
    #expect(made.mediaType == "text/plain")
  }

  @Test("passes large values through files, both ways")
  func large() async throws {
    let bench = try PluginBench()
    let long = Value.list(Array(repeating: .text(String(repeating: "x", count: 1000)), count: 3000))
    #expect(try await bench.run("large")["data"] == long)
    let echoed = try await bench.run("echo", in: ["data": long])["data"]
    #expect(echoed == long)
  }

  @Test("has its warnings, prints and stray lines in the stage's log")
  func logs() async throws {
    let bench = try PluginBench()
    _ = try await bench.run("warn")
    #expect(bench.services.warnings == ["rather long"])
    #expect(bench.services.warnedFields == ["size"])
    #expect(bench.services.logs.contains("a print goes to the log"))
    #expect(bench.services.logs.contains("to stderr"))
    #expect(
      bench.services.logs.contains("on standard output, where only messages belong: a stray line"))
  }

  @Test("fails with the class, field and cause that it says")
  func errors() async throws {
    let error = try await PluginBench().failure("error")
    #expect(error.field == "mode[2]")
    #expect(error.retryAfter == .milliseconds(1500))
  }

  @Test("stores files before it is done, and opens what it stored and nothing else")
  func requests() async throws {
    let bench = try PluginBench()
    let outputs = try await bench.run("store")
    #expect(outputs["text"] == .text("kept"))
    #expect(outputs["file"] == .file(try #require(bench.services.stored.first)))
    let error = try await bench.failure("steal")
    #expect(
      error.message
        == "`stage/open` names the file abababababab, which the plugin `odd` was not given and did not store"
    )
  }

  @Test("finds in a later attempt what it wrote down last")
  func checkpoints() async throws {
    let bench = try PluginBench()
    let spec = try bench.spec()
    for (attempt, resumed) in [(1, nil), (2, Value.integer(2)), (3, Value.integer(4))] {
      let outputs = try await spec.run(
        ["mode": .text("checkpoint")], [:], bench.services.context(attempt: attempt))
      #expect(outputs["data"] == resumed, "attempt \(attempt)")
    }
  }

  @Test("gets the text of a secret, which nobody sees in its log")
  func secrets() async throws {
    let bench = try PluginBench(secrets: ["KEY": "hunter2hunter2"])
    let outputs = try await bench.run("secret", options: ["key": .secret("KEY")])
    #expect(outputs["text"] == .text("14"))
    #expect(bench.services.logs == ["the key is ***"])
  }

  @Test("stops when it is cancelled, and its process goes on")
  func cancel() async throws {
    let bench = try PluginBench()
    _ = try await bench.run("echo")
    let task = Task { try await bench.run("wait") }
    try await bench.begun()
    task.cancel()
    guard case .failure(let error) = await task.result else {
      Issue.record("it was not cancelled")
      return
    }
    #expect(StageError(wrapping: error) == StageError(.cancelled, "cancelled"))
  }

  @Test("takes 64 calls at once")
  func many() async throws {
    let bench = try PluginBench()
    let began = ContinuousClock.now
    try await withThrowingTaskGroup(of: [String: Value].self) { group in
      for _ in 0..<64 {
        group.addTask { try await bench.run("wait", options: ["size": .integer(1)]) }
      }
      for try await outputs in group { #expect(outputs["text"] == .text("waited")) }
    }
    // One after the other they would take a minute.
    #expect(ContinuousClock.now - began < .seconds(30))
  }

  @Test("reaches nothing but what it was given")
  func confinement() async throws {
    let folder = try TestFolder()
    let forbidden = try folder.write("for the host only", to: "forbidden.txt")
    let bench = try PluginBench(environment: ["ODD_FORBIDDEN": forbidden.path])
    bench.catalogue.places.use(scratch: bench.folder.url, readable: [])
    guard case .map(let found)? = try await bench.run("places")["data"] else {
      Issue.record("nothing came back")
      return
    }
    let support = ConfinementSupport.here
    #expect(found["etc"] == .text("done"))
    #expect(found["own"] == .text("done"))
    #expect(
      found["environment"]
        == .text("HOME,LANG,ODD_FORBIDDEN,PATH,SWIFT_BACKTRACE,TMPDIR")
        || found["environment"] == .text("HOME,LC_CTYPE,ODD_FORBIDDEN,PATH,SWIFT_BACKTRACE,TMPDIR"))
    if support.filtersCalls {
      #expect(found["network"] == .text("PermissionError"))
      #expect(found["unix"] == .text("PermissionError"))
      #expect(found["group"] == .text("PermissionError"))
    }
    if support.landlockVersion > 0 {
      for place in ["host", "write", "parent"] {
        #expect(found[place] == .text("PermissionError"), "\(place)")
      }
    }
    if support.landlockVersion >= 6 { #expect(found["signal"] == .text("PermissionError")) }
  }

  @Test("uses the network only when it was granted")
  func network() async throws {
    let bench = try PluginBench(more: #""permissions": {"network": true}"#)
    let listing = try #require(bench.catalogue.listings.first)
    #expect(listing.missing == ["network"])
    let program = try #require(listing.program)
    bench.catalogue.breakers.grant(program.permissions, to: program)
    #expect(bench.catalogue.listings.first?.missing == [])
    guard case .map(let found)? = try await bench.run("places")["data"] else {
      Issue.record("nothing came back")
      return
    }
    #expect(found["network"] == .text("done"))
  }

  @Test("leaves nothing in the scratch folder")
  func tidy() async throws {
    let bench = try PluginBench()
    _ = try await bench.run("make")
    _ = try await bench.failure("link")
    let left = try bench.folder.contents().filter { $0.contains("call-") || $0.contains("taken-") }
    #expect(left == [])
  }
}
