/// One step of a pipeline: a function from checked settings and typed inputs to typed outputs.
///
/// # Order of calls
/// `init(_:)` is called once per task with settings that passed `Options.validate`; it does no I/O. Then `run`
/// is called at most once per attempt.
///
/// # Concurrency
/// `run` may be called on different values at the same time, in any order. It must not block the cooperative
/// pool: long C calls, disk and child processes go through `BlockingThread`.
///
/// # Inputs and outputs
/// Inputs are read-only. Outputs appear when `run` returns, or not at all; files are made in the scratch folder
/// (`context.newFile`) and given to the store with `context.store`. A pure stage gives the same outputs for the
/// same settings and inputs.
///
/// # Progress, silence and cancellation
/// `context.progress` is also the heartbeat: call it at least every few seconds of work. Cancellation is task
/// cancellation, and `run` must return within two seconds of it, leaving nothing running.
///
/// # Never
/// Stop the process, write outside the scratch folder, read another stage's files, keep state between runs.
///
/// # Errors
/// Throw `StageError` with the class that fits. Anything else is reported as `internal`.
public protocol Stage: Sendable {
  associatedtype Options: StageOptions = NoOptions
  associatedtype Inputs: Ports = NoPorts
  associatedtype Outputs: Ports = NoPorts

  static var info: StageInfo { get }

  /// Cheap: no I/O. Throws where settings that are each right do not go together.
  init(_ options: Options) throws

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs
}

/// What is said about a stage apart from its fields and ports.
public struct StageInfo: Sendable, Hashable {
  /// What authors write after `uses`.
  public var name: String
  public var version: String
  /// Raised whenever the same settings and inputs give other outputs than before.
  public var cacheVersion: Int
  public var summary: String
  /// How many cores one task keeps busy.
  public var cores: Cores
  /// Bytes of memory that one task takes, estimated.
  public var memory: Int
  /// Bytes of scratch disk that one task takes for each byte of its input files, estimated.
  public var scratchPerInputByte: Double
  /// How long a task takes in comparison with others, for weighing progress before anything is known.
  public var weight: Double
  /// A short pipeline stage in YAML that shows typical use.
  public var example: String

  public enum Cores: Sendable, Hashable {
    case one
    case all
  }

  public init(
    _ name: String, version: String, cacheVersion: Int, summary: String, cores: Cores = .one,
    memory: Int = 64 << 20, scratchPerInputByte: Double = 0, weight: Double = 1,
    example: String = ""
  ) {
    self.name = name
    self.version = version
    self.cacheVersion = cacheVersion
    self.summary = summary
    self.cores = cores
    self.memory = memory
    self.scratchPerInputByte = scratchPerInputByte
    self.weight = weight
    self.example = example
  }
}
