import Pipeline

/// Problems and warnings, collected so that an author hears of all of them at once.
struct Findings {
  private(set) var problems: [String] = []
  private(set) var warnings: [Film.Warning] = []
  /// The setting that is looked at, as written in YAML; nil for those that the finders name.
  var setting: String?
  private var settings: Set<String?> = []

  mutating func problem(_ message: String) {
    problems.append(message)
    settings.insert(setting)
  }

  mutating func warn(_ message: String, field: String? = nil) {
    warnings.append(Film.Warning(message: message, field: setting ?? field))
  }

  /// Ends the work if anything was wrong.
  ///
  /// - Parameter field: at fault unless all problems are of another setting.
  func check(field: String?) throws(StageError) {
    guard !problems.isEmpty else { return }
    let own = settings.count == 1 ? settings.first ?? nil : nil
    throw StageError(.invalidInput, problems.joined(separator: "\n"), field: own ?? field)
  }
}
