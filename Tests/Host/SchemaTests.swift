import Foundation
import TestSupport
import Testing

@testable import videocraft

/// The JSON Schema, looked at by a validator that is not ours.
@Suite("JSON Schema of pipeline files", .timeLimit(.minutes(5)))
struct SchemaTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private struct Verdict: Decodable {
    var file: String
    var errors: [String]
  }

  /// In the order of the files.
  private func validate(_ files: [String], _ folder: TestFolder) async throws -> [Verdict] {
    let console = Console(collecting: ())
    #expect(await Videocraft.dispatch(["schema"], console: console) == .done)
    let schema = try folder.write(console.written.out, to: "schema.json")
    let script = Self.root.appendingPathComponent("Scripts/validate-pipelines.py").path
    // Debian's own Python has Debian's packages; another one may come first on the path. The script ends with 1
    // where something is wrong, which its output says better.
    let result = try await TestProgram.run(
      "/usr/bin/python3", [script, schema.path] + files, checked: false)
    try #require(result.status <= 1, "\(result.errors)")
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(Verdict.self, from: Data($0.utf8)) }
  }

  private func lint(_ path: String) async -> ExitCode {
    await Videocraft.dispatch(["lint", path], console: Console(collecting: ()))
  }

  @Test("every file in pipelines/ is valid")
  func pipelines() async throws {
    let folder = Self.root.appendingPathComponent("pipelines")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted().map { folder.appendingPathComponent($0).path }
    #expect(files.count >= 4)
    let verdicts = try await validate(files, try TestFolder())
    #expect(verdicts.map(\.file) == files)
    for verdict in verdicts { #expect(verdict.errors.isEmpty, "\(verdict.file)") }
  }

  private static let head = "version: 1\nname: film\ninputs: { v: video, m: media }\n"

  private static let right = [
    """
    version: 1
    name: 12
    description: no
    x-anything: { of: [any, form] }
    inputs:
      short: text
      scenes: { type: list<json>, min: 1, max: 10, description: 12:30 }
      size: { type: enum, values: [a, b], default: a }
      wait: { type: duration, default: 3s, optional: false }
    vars: { on: no, n: 0123, list: [1, { a: ~ }] }
    labels: { team: 7, day: 2026-11-20 }
    secrets: [TTS_KEY, _b]
    priority: high
    concurrency: { group: "film-${{ inputs.short }}", max: 2, policy: cancel }
    hooks:
      finished: { webhook: "https://example.org/${{ run.id }}", secret: "${{ secrets.TTS_KEY }}" }
      failed: [{ webhook: https://example.org/ }, { webhook: "${{ vars.on }}" }]
      started:
    defaults:
      retry: { max: 2, backoff: exponential, initial: 2s, cap: 1m, only: [transient] }
      timeout: 30m
      deadline: 2h
      stall: 90s
      cache: auto
      limits: { encoder: 2 }
      uses: { tts: { with: { speed: 1.0 }, timeout: 5m, cache: refresh, limits: { tts: 4 } } }
    stages:
      voice:
        uses: tts@0
        foreach: inputs.scenes
        with: { text: "${{ item.narration }}" }
        cache: off
        isolation: host
        on-error: continue
        needs: [other]
        if: true
      other: { uses: validate, in: { media: inputs.short }, deadline: 1h30m, limits: }
    outputs: { sound: voice.audio, both: [voice.audio, other.media] }
    """, "version: 1\nname: p\nconcurrency: film\npriority: -100\nsecrets: KEY\nstages: {}\n",
    head
      + "stages: { a: { uses: burn, in: { video: inputs.v }, with: { font: 42, size: 60.5 } } }\n",
  ]

  @Test("every key of the language is in it")
  func right() async throws {
    let folder = try TestFolder()
    let files = try Self.right.enumerated().map { index, text in
      try folder.write(text, to: "right \(index).yaml").path
    }
    for verdict in try await validate(files, folder) {
      #expect(verdict.errors.isEmpty, "\(verdict.file)")
    }
  }

  private static let wrong = [
    "stages: { a: { uses: validate, in: { media: inputs.m } } }\nstage: {}",
    "stages: { a: { uses: validat, in: { media: inputs.m } } }",
    "stages: { a: { in: { media: inputs.m } } }", "stages: [{ uses: validate }]",
    "stages: { a: { uses: burn, in: { video: inputs.v }, with: { font-sise: 42 } } }",
    "stages: { a: { uses: burn, in: { video: inputs.v }, with: { size: 4000 } } }",
    "stages: { a: { uses: burn, in: { vidoe: inputs.v } } }",
    "stages: { a: { uses: validate, in: { media: inputs.m }, retry: { max: 100 } } }",
    "stages: { a: { uses: validate, in: { media: inputs.m }, timeout: 30 } }",
    "stages: { a: { uses: validate, in: { media: inputs.m }, cache: false } }",
    "stages: { a: { uses: validate, in: { media: inputs.m }, limits: { x: 0 } } }",
    "priority: 101\nstages: { a: { uses: validate, in: { media: inputs.m } } }",
    "hooks: { finished: { url: x } }\nstages: { a: { uses: validate, in: { media: inputs.m } } }",
    "secrets: [a-b]\nstages: { a: { uses: validate, in: { media: inputs.m } } }",
    "concurrency: { max: 1 }\nstages: { a: { uses: validate, in: { media: inputs.m } } }",
  ]

  @Test("what is wrong for the schema is wrong for lint too")
  func wrong() async throws {
    let folder = try TestFolder()
    let files = try Self.wrong.enumerated().map { index, text in
      try folder.write(Self.head + text + "\n", to: "wrong \(index).yaml").path
    }
    let verdicts = try await validate(files, folder)
    #expect(verdicts.count == files.count)
    for (verdict, text) in zip(verdicts, Self.wrong) {
      #expect(!verdict.errors.isEmpty, "\(text)")
      #expect(await lint(verdict.file) == .wrong, "\(text)")
    }
  }
}
