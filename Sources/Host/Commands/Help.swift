import Pipeline

/// Help texts, made from the commands' own declarations.
enum Help {
  static func overview(of commands: [any Command.Type]) -> String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let lines = commands.map { "  \($0.name.padded(to: width))   \($0.summary)" }
    return """
      VideoCraft \(Videocraft.version): YAML pipelines that make videos.

      videocraft COMMAND …

      \(lines.joined(separator: "\n"))

      `videocraft COMMAND --help` says more about one.

      """
  }

  static func usage(of command: any Command.Type) -> String {
    let operands = command.operands.isEmpty ? "" : " \(command.operands)"
    return "Usage: videocraft \(command.name)\(operands) [OPTIONS]"
  }

  static func page(for command: any Command.Type) -> String {
    let all = command.options + GlobalOptions.all
    let left = all.map { spec in
      let short = spec.short.map { "-\($0), " } ?? "    "
      return "\(short)--\(spec.name)" + (spec.value.map { " \($0)" } ?? "")
    }
    let width = left.map(\.count).max() ?? 0
    let lines = zip(left, all).map { "  \($0.padded(to: width))   \($1.summary)" }
    let options = "\nOptions:\n\(lines.joined(separator: "\n"))\n"
    return "\(command.summary)\n\n\(usage(of: command))\n\(options)"
  }

  static func unknown(_ name: String, among names: [String]) -> String {
    let near = Spelling.nearest(to: name, among: names).map { "; did you mean `\($0)`?" } ?? ""
    return
      "videocraft: there is no command `\(name)`\(near)\nCommands: \(names.joined(separator: ", "))\n"
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
