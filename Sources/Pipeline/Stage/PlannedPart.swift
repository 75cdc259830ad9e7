/// A piece of a stage's work that has a result of its own (`StageContext.part`), named before it is made.
public struct PlannedPart: Sendable, Hashable, Codable {
  /// What a part is; parts are counted by kind.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Some of a film's pictures.
    case chunk
    /// All that is heard in a film.
    case sound
  }

  public var kind: Kind
  /// As given to `StageContext.part`, such as `chunk 12`.
  public var name: String
  /// Equal for parts that are alike: they are made once.
  public var key: Digest
  /// Where on the film's clock it begins; nil for a part that is no stretch of a film, as is `end`.
  public var start: MediaTime?
  public var end: MediaTime?

  public init(
    _ kind: Kind, named name: String, key: Digest, from start: MediaTime? = nil,
    to end: MediaTime? = nil
  ) {
    self.kind = kind
    self.name = name
    self.key = key
    self.start = start
    self.end = end
  }
}
