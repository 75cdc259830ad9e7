public import Foundation

/// Everything a stage may use besides its settings and inputs.
public struct StageContext: Sendable {
  public let run: String
  /// The stage's id in the pipeline file.
  public let stage: String
  /// Which item of a `foreach`, from 0.
  public let item: Int?
  /// From 1.
  public let attempt: Int
  /// How many threads this task may keep busy.
  public let cores: Int
  /// A folder of this attempt alone; it is removed afterwards.
  public let scratch: URL
  /// The stretch of its films that somebody wants to look at, and how small; nil for whole films. Always nil for a stage
  /// that does not say `makesPreviews`.
  public let preview: FilmPreview?
  let services: any StageServices
  private let revealed = RevealedSecrets()

  public init(
    run: String, stage: String, item: Int? = nil, attempt: Int = 1, cores: Int = 1, scratch: URL,
    preview: FilmPreview? = nil, services: any StageServices
  ) {
    self.run = run
    self.stage = stage
    self.item = item
    self.attempt = attempt
    self.cores = cores
    self.scratch = scratch
    self.preview = preview
    self.services = services
  }

  /// The same for every attempt of a task, for services that can tell a repeated request.
  public var idempotencyKey: String {
    [run, stage, item.map(String.init) ?? ""].joined(separator: "/")
  }

  /// Says how far the work is. Values that fall are held at the highest one seen; also the heartbeat.
  public func progress(_ done: Double, of total: Double?, unit: ProgressUnit, phase: String? = nil)
  {
    services.report(
      StageProgress(done: done, total: total, unit: unit, phase: phase.map(revealed.redact)))
  }

  /// A line for the stage's log.
  public func log(_ message: String) { services.log(revealed.redact(message)) }

  /// Something the author should know although the work goes on; shown at the stage's line.
  public func warn(_ message: String, field: String? = nil) {
    services.warn(revealed.redact(message), field: field)
  }

  /// The text of a secret, for the moment of its use: never keep it, and put it into no output.
  ///
  /// From then on it is replaced by `***` in all that the stage logs, warns of, reports and throws. Throws
  /// `StageError` when the host has no such secret, or one too short to be kept out of messages.
  public func reveal(_ secret: Secret) async throws -> String {
    let text = try await services.secret(named: secret.name)
    guard text.count >= Redactor.minimumLength else {
      throw StageError(
        .configuration,
        "the text of the secret `\(secret.name)` has fewer than \(Redactor.minimumLength) characters, too few to "
          + "be kept out of messages; use a longer one")
    }
    revealed.add(text)
    return text
  }

  /// Which pipeline the work is done for, to be written into what is made; nil where there is none.
  ///
  /// It is no part of the key of a result: a file that is found again tells what made its bytes at the time.
  public var provenance: Provenance? { services.provenance }

  /// Replaces what was revealed to the stage.
  var redactor: Redactor { revealed.current }

  /// A path in the scratch folder that nobody else uses, whose name ends in `name`.
  public func newFile(_ name: String) -> URL {
    scratch.appendingPathComponent("\(UUID().uuidString.prefix(8))-\(name)")
  }

  /// Says that a piece of a stream can be played from now on, although the stage is not done. Its file has been given to
  /// the store; what the stage gives back in the end holds the same file.
  public func announce(_ segment: PlayableSegment) { services.announce(segment) }

  /// Gives a file from the scratch folder to the artifact store. The file at `url` is gone afterwards.
  public func store(_ url: URL, as name: String) async throws -> FileReference {
    try await services.store(url, as: name)
  }

  /// Where the bytes can be read; valid while the task runs. Never write there.
  public func open(_ file: FileReference) async throws -> URL { try await services.open(file) }

  /// The video as a file: rendered with the usual encoding if it is a timeline.
  public func materialise(_ video: Video) async throws -> FileReference {
    switch video {
    case .file(let reference): reference
    case .timeline(let timeline): try await services.render(timeline)
    }
  }
}

extension StageContext {
  /// A piece of the stage's work that has a result of its own under `key`: looked up, or made once and kept, also when
  /// the attempt does not get to its end.
  ///
  /// - Parameters:
  ///   - key: the digest of all that the files are made from, with a word for what makes them and its version.
  ///   - name: what to call it in logs, such as `chunk 12`.
  ///   - make: makes the files and gives them to the store.
  public func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    try await services.part(key, named: name, make)
  }
}

/// What the numbers of a progress report count.
public enum ProgressUnit: String, Sendable, Hashable, Codable {
  case frames, seconds, bytes, items, words
}

public struct StageProgress: Sendable, Hashable, Codable {
  public var done: Double
  /// Nil when the end is not known.
  public var total: Double?
  public var unit: ProgressUnit
  public var phase: String?

  public init(done: Double, total: Double?, unit: ProgressUnit, phase: String? = nil) {
    self.done = done
    self.total = total
    self.unit = unit
    self.phase = phase
  }
}

/// What stands behind a `StageContext`; the engine and tests each bring their own.
public protocol StageServices: Sendable {
  /// Called from any thread; must not wait.
  func report(_ progress: StageProgress)
  func log(_ message: String)
  func warn(_ message: String, field: String?)
  /// See `StageContext.announce`. Called from any thread; must not wait.
  func announce(_ segment: PlayableSegment)
  func store(_ url: URL, as name: String) async throws -> FileReference
  func open(_ file: FileReference) async throws -> URL
  func render(_ timeline: Timeline) async throws -> FileReference
  /// See `StageContext.provenance`.
  var provenance: Provenance? { get }
  /// The text of a secret. Throws `StageError` when there is none.
  func secret(named name: String) async throws -> String
  /// See `StageContext.part`.
  func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference]
  /// See `StageContext.facility`.
  var facilities: HostFacilities { get }
  /// See `StageContext.purchase`.
  func purchase(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference]
}

extension StageServices {
  public var provenance: Provenance? { nil }

  /// Nobody listens.
  public func announce(_ segment: PlayableSegment) {}

  public func secret(named name: String) async throws -> String {
    throw StageError(.configuration, "the secret `\(name)` has no text: this host has no secrets")
  }
}
