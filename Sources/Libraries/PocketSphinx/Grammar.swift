/// What may be said, as a graph: states from 0, and arcs that speak a word or nothing.
public struct Grammar: Sendable, Hashable {
  public struct Arc: Sendable, Hashable {
    public var from: Int
    public var to: Int
    /// A word that the decoder knows; nil to pass without a sound.
    public var word: String?
    /// Above 0, at most 1.
    public var probability: Double
  }

  public let stateCount: Int
  public var first = 0
  public var final: Int
  public private(set) var arcs: [Arc] = []

  public init(stateCount: Int, final: Int) {
    precondition(stateCount > 0 && (0..<stateCount).contains(final), "the final state must exist")
    self.stateCount = stateCount
    self.final = final
  }

  public mutating func add(_ word: String?, from: Int, to: Int, probability: Double) {
    precondition((0..<stateCount).contains(from) && (0..<stateCount).contains(to), "no such state")
    precondition(probability > 0 && probability <= 1, "a probability is above 0 and at most 1")
    arcs.append(Arc(from: from, to: to, word: word, probability: probability))
  }
}
