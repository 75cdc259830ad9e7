/// How much to keep.
public struct CollectionPolicy: Sendable, Hashable, Codable {
  /// Bytes that the files may take at most; nil for any amount.
  public var sizeBudget: Int?
  /// Milliseconds after which what is not used any more goes; nil for never.
  public var maximumAge: Int?
  /// Milliseconds that a file of which the journal says nothing is left alone, since somebody may be about to write
  /// down what it is for.
  public var grace: Int

  public init(sizeBudget: Int? = nil, maximumAge: Int? = nil, grace: Int = 3_600_000) {
    self.sizeBudget = sizeBudget
    self.maximumAge = maximumAge
    self.grace = grace
  }
}

/// What a collection removed, or would remove.
public struct CollectionReport: Sendable, Hashable, Codable {
  /// Bytes that stay, each counted once, under the first of these that holds.
  public struct Kept: Sendable, Hashable, Codable {
    /// Inputs and results of runs that are not over.
    public var unfinishedRuns = 0
    /// What runs in the journal gave back.
    public var outputs = 0
    /// Put in a moment ago.
    public var recent = 0
    /// Results and inputs of earlier runs, which a smaller budget would remove.
    public var results = 0

    public init() {}

    public var total: Int { unfinishedRuns + outputs + recent + results }
  }

  public var isDryRun: Bool
  /// Ids, oldest first.
  public var removedRuns: [String] = []
  public var removedResults = 0
  public var removedFiles = 0
  public var freedBytes = 0
  public var kept = Kept()
  /// By how many bytes the budget is missed, all of which something needs; nil when it is met or there is none.
  public var bytesOverBudget: Int?

  public init(isDryRun: Bool) { self.isDryRun = isDryRun }
}
