/// What was decided about a task before anything of it ran, and because of what. `plan` makes decisions beforehand,
/// the engine makes them when a task becomes ready and writes them down, and `why` reads them.
public struct TaskDecision: Sendable, Hashable, Codable {
  public enum Outcome: String, Sendable, Hashable, Codable {
    case cached, run, skip, blocked
  }

  public enum Reason: Sendable, Hashable, Codable {
    /// A result is known. `run` made it.
    case known(run: String)
    /// Nothing was ever made from this stage in this pipeline.
    case neverMade
    /// Something differs from the newest time before.
    case changed([Change])
    /// Made before from the same, but the result is gone: collected, or its file was missing or damaged.
    case forgotten
    /// The run was asked to make it again, or the stage says `cache: refresh`.
    case refreshed
    /// The stage says `cache: off`.
    case cacheOff
    /// In a plan: what comes out of these stages is not known before they run.
    case waitsFor([String])
    /// Phrases such as `` `if` is false`` and ``stage `cut` was skipped``.
    case skipped([String])
    /// These stages did not come about.
    case blockedBy([String])
    /// Of a source that is named by its address: why it was fetched or was not, in a phrase.
    case source(String)
  }

  /// One thing that the key depends on and that differs from the newest time before.
  public struct Change: Sendable, Hashable, Codable {
    /// Such as `with.text`, `in.audio`, `stage version`.
    public var part: String
    /// Short, for people; nil where there was nothing.
    public var before: String?
    /// Nil where there is nothing now.
    public var after: String?
    /// The stage that it came from, such as `voice`; nil for constants and inputs of the run.
    public var from: String?

    public init(part: String, before: String?, after: String?, from: String? = nil) {
      self.part = part
      self.before = before
      self.after = after
      self.from = from
    }
  }

  /// One thing that a key depends on, to compare with the next time.
  public struct Part: Sendable, Hashable, Codable {
    public var digest: Digest
    /// Short, for people: the value itself where it is short, else what it is.
    public var text: String

    public init(digest: Digest, text: String) {
      self.digest = digest
      self.text = text
    }
  }

  public var outcome: Outcome
  public var reason: Reason
  /// By name as in `Change.part`; empty for a task without a key.
  public var parts: [String: Part]

  public init(_ outcome: Outcome, _ reason: Reason, parts: [String: Part] = [:]) {
    self.outcome = outcome
    self.reason = reason
    self.parts = parts
  }
}
