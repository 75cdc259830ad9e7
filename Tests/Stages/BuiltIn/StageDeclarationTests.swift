import BuiltInStages
import Pipeline
import Testing

/// What every stage of the list must have, whatever it does: messages, `docs` and the JSON Schema are made of it.
@Suite("Declarations of the built-in stages", .timeLimit(.minutes(5)))
struct StageDeclarationTests {
  private static let names = BuiltInStages.all.map(\.info.name).sorted()

  private func stage(_ name: String) throws -> StageSpec {
    try #require(BuiltInStages.all.first { $0.info.name == name })
  }

  @Test("no two stages have one name")
  func unique() {
    #expect(Set(Self.names).count == BuiltInStages.all.count)
  }

  @Test("each says in a sentence what it does, and shows an example of itself", arguments: names)
  func info(name: String) throws {
    let info = try stage(name).info
    #expect(info.summary.hasSuffix("."))
    #expect(info.example.contains("uses: \(name)"))
    #expect(info.cacheVersion >= 1)
    #expect(info.weight > 0)
    #expect(info.version.split(separator: ".").allSatisfy { Int($0) != nil })
  }

  @Test("each field and port is described and has a name in kebab case", arguments: names)
  func described(name: String) throws {
    let stage = try stage(name)
    for field in Self.flattened(stage.options) + stage.inputs + stage.outputs {
      #expect(field.summary.count > 3, "`\(field.name)`")
      #expect(field.summary.hasSuffix("."), "`\(field.name)`: \(field.summary)")
      #expect(
        field.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") },
        "`\(field.name)`")
    }
  }

  @Test("each default is a value that its own field accepts", arguments: names)
  func defaults(name: String) throws {
    let stage = try stage(name)
    for field in Self.flattened(stage.options) {
      guard let value = field.defaultValue else { continue }
      #expect(throws: Never.self, "`\(field.name)`") { try field.convert(value) }
    }
    guard stage.options.allSatisfy({ !$0.isRequired }) else { return }
    var values: [String: Value] = [:]
    for field in stage.options { values[field.name] = field.defaultValue }
    #expect(stage.validate(values).isEmpty)
  }

  @Test("the settings and ports of each example exist and fit", arguments: names)
  func example(name: String) throws {
    let indented = try stage(name).info.example.split(separator: "\n")
      .map { "  \($0)" }.joined(separator: "\n")
    let text = "version: 1\nname: example\nstages:\n\(indented)\n"
    let (definition, problems) = PipelineDefinition.parse(
      PipelineSource(.init(name: "example.yaml", text: text)))
    let checked = PipelineGraph.check(
      try #require(definition, "\(problems)"), registry: StageRegistry(BuiltInStages.all))
    // An example stands alone: what it refers to is not there.
    let wrong = (problems + checked.diagnostics).filter { !Self.references.contains($0.code) }
    let shown = DiagnosticRenderer(text: text, file: "example.yaml").render(wrong)
    #expect(wrong.isEmpty, "\(shown)")
  }

  private static let references: Set<String> = ["unknown-reference"]

  /// With the members of records.
  private static func flattened(_ fields: [FieldDescription]) -> [FieldDescription] {
    fields.flatMap { [$0] + flattened(members(of: $0.type)) }
  }

  private static func members(of type: ValueType) -> [FieldDescription] {
    switch type {
    case .record(let fields): fields
    case .list(let element), .map(let element), .optional(let element): members(of: element)
    default: []
    }
  }
}
