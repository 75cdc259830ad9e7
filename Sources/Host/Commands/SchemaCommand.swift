import Pipeline

/// `videocraft schema`: for editors.
struct SchemaCommand: Command {
  static let name = "schema"
  static let summary = "Prints the JSON Schema of pipeline files, for completion in editors."

  init(_ arguments: Arguments) {}

  func run(_ console: Console) async throws -> ExitCode {
    console.out(try PipelineSchema.json(Wiring.registry()) + "\n")
    return .done
  }
}
