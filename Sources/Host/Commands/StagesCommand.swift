import Pipeline

/// `videocraft stages`: what `uses` can name.
struct StagesCommand: Command {
  static let name = "stages"
  static let summary = "Lists the stages that pipelines can use."

  init(_ arguments: Arguments) {}

  func run(_ console: Console) async throws -> ExitCode {
    let stages = Wiring.registry().all
    let width = stages.map(\.info.name.count).max() ?? 0
    for stage in stages {
      let flow = "\(ports(stage.inputs)) → \(ports(stage.outputs))"
      console.out(
        "\(stage.info.name.padded(to: width))  \(stage.info.version)  \(stage.info.summary)\n")
      console.out("\(String(repeating: " ", count: width + 2))\(flow)\n")
    }
    return .done
  }

  private func ports(_ ports: [FieldDescription]) -> String {
    if ports.isEmpty { return "nothing" }
    return ports.map { "\($0.name): \($0.type)\($0.isRequired ? "" : "?")" }.joined(separator: ", ")
  }
}
