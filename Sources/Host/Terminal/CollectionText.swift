import Pipeline

/// What a collection did, as a person reads it.
struct CollectionText {
  private let report: CollectionReport

  init(_ report: CollectionReport) { self.report = report }

  var text: String {
    var lines = [removed]
    lines += kept
    if let over = report.bytesOverBudget {
      lines.append(
        "That is \(Amount.bytes(over)) more than wanted, and something needs all of it: finish or cancel interrupted runs, "
          + "or give `--older-than` to forget outputs of old ones.")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var removed: String {
    let verb = report.isDryRun ? "Would remove" : "Removed"
    let things = [
      (report.removedRuns.count, "run"), (report.removedResults, "result"),
      (report.removedFiles, "file"),
    ].filter { $0.0 > 0 }.map { Amount.things($0.0, $0.1) }
    if things.isEmpty { return "Nothing to remove." }
    return "\(verb) \(things.joined(separator: ", ")): \(Amount.bytes(report.freedBytes))."
  }

  private var kept: [String] {
    let parts = [
      (report.kept.unfinishedRuns, "for runs that are not over"),
      (report.kept.outputs, "outputs of runs"), (report.kept.results, "results and inputs of runs"),
      (report.kept.recent, "put in a moment ago"),
    ].filter { $0.0 > 0 }
    let width = parts.map { Amount.bytes($0.0).count }.max() ?? 0
    return ["Kept \(Amount.bytes(report.kept.total))\(parts.isEmpty ? "." : ":")"]
      + parts.map { "  \(Amount.bytes($0.0).leftPadded(to: width))  \($0.1)" }
  }
}
