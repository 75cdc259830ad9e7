import Pipeline

/// Finds the run that somebody means.
struct RunLookup: Sendable {
  let journal: any RunJournal

  /// How many runs a short id is looked for in.
  private static let reach = 10_000

  /// - Parameter word: an id, the beginning of one or of its last part, or `last` for the newest run.
  func find(_ word: String) async throws -> RunStatus {
    if word == "last" {
      guard let newest = try await journal.runs(limit: 1).first else { throw LookupError.noRuns }
      return newest
    }
    if let run = try await journal.run(word) { return run }
    let runs = try await journal.runs(limit: Self.reach)
    if runs.isEmpty { throw LookupError.noRuns }
    let matches = runs.filter { $0.record.id.isMeant(by: word) }
    if matches.count > 1 {
      throw LookupError(
        """
        `\(word)` can be any of \(matches.count) runs, such as \
        \(matches.prefix(3).map { "`\($0.record.id)`" }.joined(separator: ", ")); give more of it
        """)
    }
    guard let match = matches.first else {
      let near = Spelling.nearest(to: word, among: runs.map(\.record.id))
      throw LookupError(
        "there is no run `\(word)`" + (near.map { "; did you mean `\($0)`?" } ?? "")
          + "\n`videocraft runs` lists them; `last` is the newest.")
    }
    return match
  }
}

extension String {
  /// An id is `20261120-164512-7f3a9c`: people type its beginning, or what is different in it.
  fileprivate func isMeant(by word: String) -> Bool {
    guard !word.isEmpty else { return false }
    return hasPrefix(word) || (split(separator: "-").last?.hasPrefix(word) ?? false)
  }
}

/// A run, stage or item that is not there.
struct LookupError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }

  static let noRuns = LookupError(
    "there are no runs in this data folder; `--data-dir` names another one")
}
