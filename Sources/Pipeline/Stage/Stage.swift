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
/// # Plans
/// What a run would do is told beforehand. A stage whose outputs are only descriptions says so
/// (`StageInfo.isForeseeable`); then a plan calls `run` in a context that keeps nothing. A stage whose work is made of
/// parts with results of their own names them in `parts`, with the very keys that `run` then asks for.
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

  /// The parts (`StageContext.part`) of which `run` would make its outputs, in order; none are made here.
  ///
  /// Asked by plans, with a context that keeps nothing. Without an implementation nothing is said beforehand.
  func parts(_ inputs: Inputs, _ context: StageContext) async throws -> [PlannedPart]
}

extension Stage {
  public func parts(_ inputs: Inputs, _ context: StageContext) async throws -> [PlannedPart] { [] }
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
  /// Its outputs are only descriptions, made in a moment from its inputs without keeping more than small files, so
  /// that a plan may run it to see what comes out. It asks for no parts, secrets or rendered films then.
  public var isForeseeable: Bool
  /// It makes films that people look at: in a preview, of a stretch alone (`StageContext.preview`).
  public var makesPreviews: Bool
  /// What most of the parts are that it names beforehand (`Stage.parts`), such as `chunks`; nil for a stage that names
  /// none.
  public var partNames: String?
  /// A short pipeline stage in YAML that shows typical use.
  public var example: String

  public enum Cores: Sendable, Hashable {
    case one
    case all
  }

  public init(
    _ name: String, version: String, cacheVersion: Int, summary: String, cores: Cores = .one,
    memory: Int = 64 << 20, scratchPerInputByte: Double = 0, weight: Double = 1,
    isForeseeable: Bool = false, makesPreviews: Bool = false, partNames: String? = nil,
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
    self.isForeseeable = isForeseeable
    self.makesPreviews = makesPreviews
    self.partNames = partNames
    self.example = example
  }
}
