/// A place in what somebody wrote: a pipeline file, an overlay, an input file or a command line.
public struct SourcePlace: Sendable, Hashable, Codable {
  public var range: SourceRange
  /// The line in which the range begins, as it was when the run was accepted.
  public var line: String
  /// The input that the run was given there; nil for a place in the pipeline itself.
  public var input: String?

  public init(range: SourceRange, line: String, input: String? = nil) {
    self.range = range
    self.line = line
    self.input = input
  }
}

/// A mark of a film with what made it.
public struct TracedMark: Sendable, Hashable {
  public var mark: TimelineMark
  /// The stage that set the mark, by its id in the pipeline; nil when no stage of the run can have set it.
  public var stage: String?
  /// Which item of its `foreach`, from 0.
  public var item: Int?
  /// Nil when nothing was written for it that could be shown.
  public var place: SourcePlace?
  /// Stages between the place and the one that set the mark, nearest to the mark first: a cue comes through the stage
  /// that spoke it.
  public var via: [String] = []
}
