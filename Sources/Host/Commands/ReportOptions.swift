/// Options of commands that tell about runs.
enum ReportOptions {
  static let format = OptionSpec(
    name: "format", value: "FORM", summary: "human or json", choices: ["human", "json"])
  static let all = OptionSpec(
    name: "all", value: nil, summary: "shows every task, also where many are alike")
}

extension Arguments {
  var wantsJSON: Bool { value("format") == "json" }

  /// A whole number given for an option; nil without one.
  func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "`--\(name)` is a number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
    }
    return number
  }
}
