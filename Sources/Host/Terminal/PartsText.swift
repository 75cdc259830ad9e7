import Pipeline

/// What would be made anew of a film, in words: `3 of 150 chunks (0:32-0:44), sound kept`.
struct PartsText {
  let parts: [RunPlan.Parts]
  /// Every stretch, also where there are many.
  let showsAll: Bool

  /// How many stretches are shown before they are only counted.
  static let shownStretches = 3

  /// Nil when nothing is known.
  var text: String? {
    let total = Self.total(of: parts)
    return total.isEmpty ? nil : total.map(words).joined(separator: ", ")
  }

  /// By kind, over several tasks.
  static func total(of parts: [RunPlan.Parts]) -> [RunPlan.Parts] {
    parts.reduce(into: []) { sums, parts in
      guard let index = sums.firstIndex(where: { $0.kind == parts.kind }) else {
        return sums.append(parts)
      }
      sums[index].total += parts.total
      sums[index].missing += parts.missing
    }
  }

  private func words(_ parts: RunPlan.Parts) -> String {
    let missing = parts.missing.count
    switch parts.kind {
    case .sound where parts.total == 1: return missing == 0 ? "sound kept" : "sound"
    case .sound: return "\(missing) of \(parts.total) sounds"
    case .chunk:
      guard missing > 0 else { return "no chunk of \(parts.total)" }
      guard missing < parts.total else {
        return parts.total == 1 ? "its only chunk" : "all \(parts.total) chunks"
      }
      return "\(missing) of \(parts.total) chunks\(places(of: parts.missing))"
    }
  }

  /// ` (0:32-0:44)`; nothing where that would be a long list.
  private func places(of missing: [PlannedPart]) -> String {
    var stretches: [(start: MediaTime, end: MediaTime)] = []
    for part in missing {
      guard let start = part.start, let end = part.end else { return "" }
      // Renditions of one chunk follow each other.
      if let last = stretches.last, last.start <= start, start <= last.end {
        stretches[stretches.count - 1].end = max(last.end, end)
      } else {
        stretches.append((start, end))
      }
    }
    guard showsAll || stretches.count <= Self.shownStretches else { return "" }
    let texts = stretches.map { "\($0.start.clockText)-\($0.end.clockText)" }
    return " (\(texts.joined(separator: ", ")))"
  }
}

extension RunPlan.Stage {
  /// `3 of 150 chunks (0:32-0:44), sound kept`, or when that will be known; nil when there is nothing to say.
  func partsText(showsAll: Bool) -> String? {
    if let partNames, !partsKnownAfter.isEmpty {
      let have = partsKnownAfter.count == 1 ? "has" : "have"
      return "its \(partNames) are known once \(DecisionText.names(partsKnownAfter)) \(have) run"
    }
    return PartsText(parts: tasks.flatMap(\.parts), showsAll: showsAll).text
  }
}
