/// Finds the words of a script among words that were recognised, so that the script's words get their times.
public enum ScriptMatching {
  /// Cells of the table; a larger one would take too much memory.
  private static let largest = 40_000_000

  /// The words of the script that were heard, with the times at which they were. Nil when the texts are too long to be
  /// compared.
  public static func match(_ script: [String], _ heard: [HeardToken]) -> [TimedToken]? {
    let ones = script.map(letters)
    let others = heard.map(\.letters)
    guard ones.count * others.count <= largest else { return nil }
    // Needleman and Wunsch: 0 up-left, 1 up, 2 left.
    var steps = [UInt8](repeating: 0, count: (ones.count + 1) * (others.count + 1))
    let width = others.count + 1
    var row = (0...others.count).map { -$0 }
    for j in 1..<width { steps[j] = 2 }
    for i in 1..<(ones.count + 1) {
      var diagonal = row[0]
      row[0] = -i
      steps[i * width] = 1
      for j in 1..<width {
        let same = ones[i - 1] == others[j - 1] && !ones[i - 1].isEmpty
        let match = diagonal + (same ? 3 : -2)
        diagonal = row[j]
        let best = max(match, row[j] - 1, row[j - 1] - 1)
        steps[i * width + j] = best == match ? 0 : best == row[j] - 1 ? 1 : 2
        row[j] = best
      }
    }
    return path(steps, width, ones, others, heard)
  }

  private static func path(
    _ steps: [UInt8], _ width: Int, _ ones: [String], _ others: [String], _ heard: [HeardToken]
  ) -> [TimedToken] {
    var found: [TimedToken] = []
    var (i, j) = (ones.count, others.count)
    while i > 0, j > 0 {
      switch steps[i * width + j] {
      case 0:
        i -= 1
        j -= 1
        if ones[i] == others[j], !ones[i].isEmpty {
          found.append(
            TimedToken(
              token: i, start: heard[j].start, end: heard[j].end,
              confidence: heard[j].confidence))
        }
      case 1: i -= 1
      default: j -= 1
      }
    }
    return found.reversed()
  }

  private static func letters(_ word: String) -> String {
    String(word.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}
