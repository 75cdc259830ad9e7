import Pipeline

/// What a person wants to know when a run is over.
enum RunSummary {
  static func text(for result: RunResult, outputs: [OutputWriter.Written]) -> String {
    var lines: [String] = ["", "Stages"]
    let stages = result.stages
    let width = stages.map(\.id.count).max() ?? 0
    lines += stages.map { "  \($0.id.padded(to: width))  \(description(of: $0))" }
    if !outputs.isEmpty {
      lines += ["", "Outputs"]
      let width = outputs.map(\.name.count).max() ?? 0
      lines += outputs.map { "  \($0.name.padded(to: width))  \($0.text)" }
    }
    for stage in stages {
      guard let error = stage.error else { continue }
      lines += ["", "error[\(error.errorClass.rawValue)] in `\(stage.id)`: \(error.message)"]
      if let field = error.field { lines.append("  at: \(field)") }
      if let cause = error.cause { lines.append("  cause: \(cause)") }
    }
    lines += [
      "", "\(word(result.state)) in \(Amount.seconds(result.elapsed)) (run \(result.id))", "",
    ]
    return lines.joined(separator: "\n")
  }

  private static func description(of stage: RunResult.Stage) -> String {
    switch stage.state {
    case .completed:
      var text = Amount.seconds(stage.elapsed).leftPadded(to: 8)
      if stage.tasks > 1 { text += "  \(stage.tasks) tasks" }
      if stage.cached > 0 { text += "  \(stage.cached) from earlier results" }
      return text
    case .skipped: return "skipped: \(stage.reason ?? "")"
    case .failed: return "failed after \(Amount.seconds(stage.elapsed))"
    case .cancelled: return "cancelled"
    }
  }

  private static func word(_ state: RunResult.State) -> String {
    switch state {
    case .completed: "Completed"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    case .interrupted: "Interrupted"
    }
  }
}
