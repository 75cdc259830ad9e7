/// What many rounds came to, as a table.
struct CrashTally: Sendable {
  var rounds = 0
  var finishedRuns = 0
  var lostAttempts = 0
  var places: [String: Int] = [:]
  var problems: [String] = []
  /// The longest time that a speech process outlived the killed one.
  var longestOrphan = Duration.zero

  func text(_ name: String, seed: UInt64) -> String {
    var lines = [
      "", "| `\(name)`, seed \(seed) | |", "| --- | --- |", "| kills | \(rounds) |",
    ]
    lines += places.sorted { $0.key < $1.key }.map { "| killed \($0.key) | \($0.value) |" }
    let orphan = longestOrphan.components
    let milliseconds = orphan.seconds * 1000 + orphan.attoseconds / 1_000_000_000_000_000
    lines += [
      "| runs brought to their end | \(finishedRuns) |",
      "| attempts given up as lost and made again | \(lostAttempts) |",
      "| longest life of a speech process after the kill | \(milliseconds) ms |",
      "| broken promises | \(problems.count) |", "",
    ]
    return lines.joined(separator: "\n")
  }
}
