import Pipeline

/// Problems and warnings, collected so that an author hears of all of them at once.
struct Findings {
  private(set) var problems: [String] = []
  private(set) var warnings: [Film.Warning] = []

  mutating func problem(_ message: String) { problems.append(message) }

  mutating func warn(_ message: String, field: String? = nil) {
    warnings.append(Film.Warning(message: message, field: field))
  }

  /// Ends the work if anything was wrong.
  func check(field: String?) throws(StageError) {
    guard !problems.isEmpty else { return }
    throw StageError(.invalidInput, problems.joined(separator: "\n"), field: field)
  }
}
