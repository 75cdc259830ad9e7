/// What a task needs while it runs.
public struct ResourceRequest: Sendable, Hashable {
  /// At least 1; more than there are means all of them.
  public var cores: Int
  /// Bytes of memory, estimated.
  public var memory: Int
  /// Bytes of scratch disk, estimated.
  public var disk: Int
  public var limits: [NamedLimit]
  /// -100 to 100; higher goes first.
  public var priority: Int
  /// Who asks, for people who look at what waits for what; such as `20261120-134502-7f3a9c/voice`.
  public var label: String

  public init(
    cores: Int = 1, memory: Int = 0, disk: Int = 0, limits: [NamedLimit] = [], priority: Int = 0,
    label: String = ""
  ) {
    self.cores = cores
    self.memory = memory
    self.disk = disk
    self.limits = limits
    self.priority = priority
    self.label = label
  }
}

/// Who holds what at one moment, and who waits for what.
public struct ResourceSnapshot: Sendable, Hashable, Codable {
  public struct Amount: Sendable, Hashable, Codable {
    public var used: Int
    /// Nil when it is not counted.
    public var total: Int?
  }

  public struct Limit: Sendable, Hashable, Codable {
    public var name: String
    public var used: Int
    public var count: Int
  }

  public struct Holder: Sendable, Hashable, Codable {
    public var label: String
    public var cores: Int
    public var memory: Int
    public var disk: Int
    public var limits: [String]
  }

  public struct Waiter: Sendable, Hashable, Codable {
    public var label: String
    public var priority: Int
    /// Milliseconds.
    public var waited: Int
    /// Phrases such as `2 cores, 1 is free`; never empty.
    public var waitsFor: [String]
  }

  public var cores: Amount
  /// Bytes.
  public var memory: Amount
  /// Bytes.
  public var disk: Amount
  /// By name.
  public var limits: [Limit]
  /// In order of asking.
  public var holders: [Holder]
  /// The next one first.
  public var waiters: [Waiter]
}
