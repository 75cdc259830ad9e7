import Pipeline
import Testing

/// Where a value can be given, from weakest to strongest.
enum Level: Int, CaseIterable, Sendable, Comparable {
  case stageDefault, defaults, defaultsOfModule, file, overlay, secondOverlay, override

  static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
}

/// One way to give something at some levels.
struct MergeCase: Sendable, CustomTestStringConvertible {
  var levels: Set<Level>
  var testDescription: String { levels.sorted().map { "\($0)" }.joined(separator: " < ") }

  /// Every choice of levels.
  static let all = (0..<(1 << (Level.allCases.count - 1))).map { bits in
    MergeCase(
      levels: Set(
        Level.allCases.dropFirst().filter { bits & (1 << ($0.rawValue - 1)) != 0 }
          + [.stageDefault]))
  }
}

@Suite(
  "Rule 12: stage default < defaults < defaults.uses < file < overlays < --set",
  .timeLimit(.minutes(5)))
struct MergeRuleTests {
  /// `timeout` says which level it comes from in seconds; `number` too, which `defaults` cannot give.
  private func source(_ levels: Set<Level>) -> PipelineSource {
    func rule(_ level: Level) -> String {
      levels.contains(level) ? "timeout: \(level.rawValue)s" : ""
    }
    func setting(_ level: Level) -> String {
      levels.contains(level) ? "with: { number: \(level.rawValue) }" : "with: {}"
    }
    func body(_ level: Level) -> String {
      [setting(level), rule(level)].filter { !$0.isEmpty }.joined(separator: ", ")
    }
    let defaults = [rule(.defaults), "uses: { count: { \(body(.defaultsOfModule)) } }"]
      .filter { !$0.isEmpty }.joined(separator: ", ")
    return RuleBench.source(
      top: "defaults: { \(defaults) }", stages: "a: { uses: count, \(body(.file)) }",
      overlays: [
        "stages: { a: { \(body(.overlay)) } }", "stages: { a: { \(body(.secondOverlay)) } }",
      ],
      overrides: levels.contains(.override)
        ? [("stages.a.timeout", "6s"), ("stages.a.with.number", "6")] : [])
  }

  @Test("the strongest level that says something wins", arguments: MergeCase.all)
  func strongest(given: MergeCase) throws {
    let node = try #require(try RuleBench.graph(source(given.levels))[stage: "a"])
    let strongest = try #require(given.levels.max())
    #expect(node.timeout == (strongest == .stageDefault ? nil : .seconds(strongest.rawValue)))
    let setting = given.levels.subtracting([.defaults]).max() ?? .stageDefault
    #expect(try node.options(in: Scope())["number"] == .integer(setting.rawValue))
  }

  @Test(
    "an overlay joins maps, replaces everything else, and removes what it gives as ~",
    arguments: [
      ("stages: { a: { with: { flag: true } } }", ["flag": .boolean(true), "number": .integer(3)]),
      ("stages: { a: { with: { number: ~ } } }", ["number": .integer(0)]),
      ("stages: { a: { with: { number: null } } }", ["number": .integer(0)]),
      ("stages: { a: { with: ~ } }", ["number": .integer(0), "words": .list([])]),
      ("stages: { a: { with: { words: [c] } } }", ["words": .list([.text("c")])]),
      (
        "stages: { a: { with: { value: { b: 2 } } } }",
        ["value": .map(["a": .integer(1), "b": .integer(2)])]
      ),
      ("stages: { a: { with: { value: { a: ~ } } } }", ["value": .map([:])]),
      ("stages: { a: { with: { value: x } } }", ["value": .text("x")]),
      ("vars: { n: 5 }", ["number": .integer(3), "amount": .number(5)]),
    ] as [(String, [String: Value])])
  func overlay(overlay: String, expected: [String: Value]) throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: "vars: { n: 4 }",
        stages:
          "a: { uses: count, with: { number: 3, words: [a, b], value: { a: 1 }, amount: \"${{ vars.n }}\" } }",
        overlays: [overlay]))
    let options = try #require(graph[stage: "a"]).options(in: Scope(vars: graph.vars))
    for (name, value) in expected { #expect(options[name] == value, "\(name)") }
  }

  @Test("an overlay adds and removes stages, inputs and rules")
  func structure() throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: "inputs: { n: integer, old: { type: text, default: x } }\npriority: 3",
        stages: "a: { uses: count, timeout: 1m, limits: { x: 1, y: 2 } }\nb: { uses: count }",
        overlays: [
          """
          inputs: { n: { default: 4 }, m: { type: integer, default: 1 }, old: ~ }
          stages:
            a: { timeout: ~, limits: { y: 3 } }
            b: ~
            c: { uses: count, needs: a }
          priority: high
          """
        ]))
    #expect(graph.inputs.map(\.name) == ["n", "m"])
    #expect(graph.inputs.first?.defaultValue == .integer(4))
    #expect(graph.stages.map(\.id) == ["a", "c"])
    #expect(graph[stage: "a"]?.timeout == nil)
    #expect(
      graph[stage: "a"]?.limits == [.init(name: "x", count: 1), .init(name: "y", count: 3)])
    #expect(graph.priority == 50)
  }

  @Test("a path is relative to the file that it stands in")
  func folders() throws {
    let source = PipelineSource(
      .init(
        name: "/films/p.yaml",
        text:
          "version: 1\nname: p\ninputs: { v: video }\nstages:\n  a: { uses: burn, in: { video: inputs.v }, with: { logo: a.png } }\n  b: { uses: burn, in: { video: inputs.v }, with: { logo: b.png } }\n"
      ),
      overlays: [
        .init(name: "/brand/o.yaml", text: "stages: { b: { with: { logo: c.png } } }")
      ])
    let graph = try RuleBench.graph(source)
    #expect(try graph[stage: "a"]?.options(in: Scope())["logo"] == .text("/films/a.png"))
    #expect(try graph[stage: "b"]?.options(in: Scope())["logo"] == .text("/brand/c.png"))
  }

  @Test("rules of all levels are joined member by member")
  func joined() throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: """
          defaults:
            retry: { max: 2, initial: 3s }
            limits: { x: 8 }
            cache: refresh
            uses: { count: { retry: { backoff: constant }, limits: { y: 4 } } }
          """, stages: "a: { uses: count, retry: { max: 4 }, cache: off }\nb: { uses: count }"))
    #expect(
      graph[stage: "a"]?.retry == RetryPolicy(max: 4, backoff: .constant, initial: .seconds(3)))
    #expect(
      graph[stage: "a"]?.limits == [.init(name: "x", count: 8), .init(name: "y", count: 4)])
    #expect(graph[stage: "a"]?.cache == .off)
    #expect(graph[stage: "b"]?.cache == .refresh)
  }
}
