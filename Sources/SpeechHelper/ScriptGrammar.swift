import PocketSphinx
import Speech

/// A part of a script as a grammar: its units one after another.
struct ScriptGrammar {
  /// How far the sound may differ from the script.
  enum Tolerance {
    case none
    /// Words may be missing, and there may be others. Slower.
    case errors
  }

  private(set) var grammar: Grammar
  /// The decoder's words with their sounds.
  private(set) var vocabulary: [(word: String, phones: [String])] = []

  /// Skips that may follow one another; each is an arc of its own.
  private static let mostSkipped = 8
  private static let skipProbability = 1e-10
  private static let garbageProbability = 1e-12

  /// - Parameter isOpen: the sound may end after any unit.
  init(_ units: ArraySlice<Pronouncer.Unit>, isOpen: Bool, tolerance: Tolerance) {
    grammar = Grammar(stateCount: units.count + 2, final: units.count + 1)
    for (state, unit) in zip(0..., units) {
      for phones in unit.pronunciations {
        let word = Self.name(unit: units.startIndex + state, phones)
        vocabulary.append((word, phones))
        grammar.add(
          word, from: state, to: state + 1, probability: 1 / Double(unit.pronunciations.count))
      }
    }
    // The end is a state of its own, so that nothing can follow it.
    for state in isOpen ? 0...units.count : units.count...units.count {
      grammar.add(nil, from: state, to: units.count + 1, probability: 1)
    }
    if tolerance == .errors { addErrors(unitCount: units.count, isOpen: isOpen) }
  }

  private mutating func addErrors(unitCount: Int, isOpen: Bool) {
    for phone in SpeechModel.phones.sorted() {
      let word = "garbage_" + phone
      vocabulary.append((word, [phone]))
      for state in 0...unitCount {
        grammar.add(word, from: state, to: state, probability: Self.garbageProbability)
      }
    }
    var probability = 1.0
    for count in 1...Self.mostSkipped where count <= unitCount {
      probability *= Self.skipProbability
      for state in 0...unitCount - count {
        grammar.add(nil, from: state, to: state + count, probability: probability)
      }
    }
    guard !isOpen else { return }
    // The decoder passes one arc without a word at a time, so the end needs an arc from everywhere. How much is
    // missing there hardly matters.
    for state in 0..<unitCount {
      let skips = min(unitCount - state, 3)
      grammar.add(
        nil, from: state, to: unitCount + 1,
        probability: (0..<skips).reduce(1) { product, _ in product * Self.skipProbability })
    }
  }

  /// Unlike any word of the dictionary.
  private static func name(unit: Int, _ phones: [String]) -> String {
    "unit_\(unit)_" + phones.joined(separator: "_")
  }

  /// Which unit of the script a decoded word is; nil for garbage and fillers.
  static func unit(of word: String) -> Int? {
    guard word.hasPrefix("unit_") else { return nil }
    return Int(word.dropFirst(5).prefix { $0.isNumber })
  }
}
