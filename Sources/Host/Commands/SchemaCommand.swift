import Pipeline

/// `videocraft schema`: for editors.
struct SchemaCommand: Command {
  static let name = "schema"
  static let summary = "Prints the JSON Schema of pipeline files, for completion in editors."

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    console.out(try PipelineSchema.json(Wiring.registry(arguments)) + "\n")
    return .done
  }
}
