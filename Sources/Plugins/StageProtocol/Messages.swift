public import Pipeline

/// Answers and notifications name the request that they are about by its id; requests of either side count from 1.
public typealias MessageID = Int

/// What a message is, before its parameters or result are looked at.
public struct MessageHeader: Sendable, Hashable, Decodable {
  public var jsonrpc: String
  public var id: MessageID?
  public var method: String?
  public var error: AnsweredError?
}

public struct RequestMessage<Params: Codable & Sendable>: Sendable, Codable {
  public var jsonrpc = "2.0"
  /// Nil for a notification.
  public var id: MessageID?
  public var method: String
  public var params: Params

  public init(_ method: Wire.Method, id: MessageID? = nil, _ params: Params) {
    self.method = method.rawValue
    self.id = id
    self.params = params
  }
}

public struct AnswerMessage<Answer: Codable & Sendable>: Sendable, Codable {
  public var jsonrpc = "2.0"
  public var id: MessageID
  public var result: Answer

  public init(_ id: MessageID, _ result: Answer) {
    self.id = id
    self.result = result
  }
}

public struct ErrorMessage: Sendable, Encodable {
  public var jsonrpc = "2.0"
  /// Nil where the request could not be read.
  public var id: MessageID?
  public var error: AnsweredError

  public init(_ id: MessageID?, _ error: AnsweredError) {
    self.id = id
    self.error = error
  }

  private enum CodingKeys: String, CodingKey { case jsonrpc, id, error }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(jsonrpc, forKey: .jsonrpc)
    // Written as null where it is not known, as JSON-RPC wants it.
    try container.encode(id, forKey: .id)
    try container.encode(error, forKey: .error)
  }
}

/// `{}`, of what has nothing to say.
public struct Nothing: Sendable, Hashable, Codable {
  public init() {}
}

// MARK: - To the plugin

/// The parameters of `initialize`.
public struct Greeting: Sendable, Hashable, Codable {
  public struct Host: Sendable, Hashable, Codable {
    public var name: String
    public var version: String

    public init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  public var protocols: [Int]
  public var host: Host
  public var features: [String]

  public init(host: Host, features: [Wire.Feature]) {
    protocols = [Wire.version]
    self.host = host
    self.features = features.map(\.rawValue)
  }
}

/// The answer to `initialize`.
public struct Introduction: Sendable, Hashable, Codable {
  public struct Plugin: Sendable, Hashable, Codable {
    public var id: String
    public var version: String

    public init(id: String, version: String) {
      self.id = id
      self.version = version
    }
  }

  public var `protocol`: Int
  public var plugin: Plugin
  public var stages: [StageDescription]
  public var features: [String]?
  /// How many calls it takes at once; nil for one.
  public var concurrency: Int?

  public init(
    plugin: Plugin, stages: [StageDescription], features: [Wire.Feature], concurrency: Int
  ) {
    self.protocol = Wire.version
    self.plugin = plugin
    self.stages = stages
    self.features = features.map(\.rawValue)
    self.concurrency = concurrency
  }

  public func has(_ feature: Wire.Feature) -> Bool {
    features?.contains(feature.rawValue) ?? false
  }
}

/// The parameters of `stage/validate`.
public struct ValidateParams: Sendable, Hashable, Codable {
  public var type: String
  /// Files may still be paths.
  public var options: [String: Value]

  public init(type: String, options: [String: Value]) {
    self.type = type
    self.options = options
  }
}

/// The answer to `stage/validate`.
public struct ValidateResult: Sendable, Hashable, Codable {
  public struct Finding: Sendable, Hashable, Codable {
    /// The setting at fault; empty for none in particular.
    public var field: String
    public var message: String

    public init(field: String, message: String) {
      self.field = field
      self.message = message
    }
  }

  public var diagnostics: [Finding]

  public init(_ diagnostics: [Finding]) { self.diagnostics = diagnostics }
}

/// The parameters of `stage/run`.
public struct RunParams: Sendable, Codable {
  /// The stage's name.
  public var type: String
  public var options: [String: PassedValue]
  public var inputs: [String: PassedValue]
  /// The folder of this call alone, which the host removes afterwards.
  public var scratch: String
  public var run: String
  /// The stage's id in the pipeline file.
  public var stage: String
  /// Which item of a `foreach`, from 0; nil without one.
  public var item: Int?
  /// From 1.
  public var attempt: Int
  /// How many threads it may keep busy.
  public var cores: Int
  public var idempotencyKey: String
  /// How long it may take; nil for as long as it likes.
  public var deadlineMs: Int?
  /// What an earlier attempt wrote down last; nil when there is nothing.
  public var resume: Value?
  /// The texts of the secrets that the options name, as far as the host has them.
  public var secrets: [String: String]
  /// Where each file is that options and inputs name, by digest; empty for a plugin that asks with `stage/open`.
  public var files: [String: String]
  public var preview: FilmPreview?
  public var provenance: Provenance?

  public init(type: String, context: StageContext, scratch: String) {
    self.type = type
    options = [:]
    inputs = [:]
    self.scratch = scratch
    run = context.run
    stage = context.stage
    item = context.item
    attempt = context.attempt
    cores = context.cores
    idempotencyKey = context.idempotencyKey
    secrets = [:]
    files = [:]
    preview = context.preview
    provenance = context.provenance
  }
}

/// The answer to `stage/run`.
public struct CallResult: Sendable, Codable {
  public var outputs: [String: PassedValue]

  public init(outputs: [String: PassedValue]) { self.outputs = outputs }
}

/// The parameters of `$/cancel`.
public struct CancelParams: Sendable, Hashable, Codable {
  public var id: MessageID

  public init(id: MessageID) { self.id = id }
}

// MARK: - To the host; `run` is the id of the `stage/run` request that it is about

public struct ProgressParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var done: Double
  public var total: Double?
  public var unit: ProgressUnit?
  public var phase: String?

  public init(run: MessageID, _ progress: StageProgress) {
    self.run = run
    done = progress.done
    total = progress.total
    unit = progress.unit
    phase = progress.phase
  }
}

public struct LogParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var message: String

  public init(run: MessageID, message: String) {
    self.run = run
    self.message = message
  }
}

public struct DiagnosticParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var message: String
  public var field: String?

  public init(run: MessageID, message: String, field: String?) {
    self.run = run
    self.message = message
    self.field = field
  }
}

public struct SegmentParams: Sendable, Codable {
  public var run: MessageID
  public var segment: PlayableSegment

  public init(run: MessageID, segment: PlayableSegment) {
    self.run = run
    self.segment = segment
  }
}

public struct CheckpointParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var state: Value

  public init(run: MessageID, state: Value) {
    self.run = run
    self.state = state
  }
}

public struct StoreParams: Sendable, Hashable, Codable {
  public var run: MessageID
  /// In the scratch folder; absolute, or relative to it.
  public var path: String
  public var name: String

  public init(run: MessageID, path: String, name: String) {
    self.run = run
    self.path = path
    self.name = name
  }
}

/// The answer to `stage/store` and `stage/render`.
public struct FileResult: Sendable, Hashable, Codable {
  public var file: FileReference

  public init(_ file: FileReference) { self.file = file }
}

public struct OpenParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var file: FileReference

  public init(run: MessageID, file: FileReference) {
    self.run = run
    self.file = file
  }
}

/// The answer to `stage/open`.
public struct OpenResult: Sendable, Hashable, Codable {
  public var path: String

  public init(path: String) { self.path = path }
}

public struct RenderParams: Sendable, Codable {
  public var run: MessageID
  public var video: PassedValue

  public init(run: MessageID, video: PassedValue) {
    self.run = run
    self.video = video
  }
}

public struct PartParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var key: Digest
  public var name: String

  public init(run: MessageID, key: Digest, name: String) {
    self.run = run
    self.key = key
    self.name = name
  }
}

/// The answer to `stage/part`: either the files, or the number under which they are to be made.
public struct PartResult: Sendable, Hashable, Codable {
  public var files: [FileReference]?
  public var part: Int?

  public init(files: [FileReference]? = nil, part: Int? = nil) {
    self.files = files
    self.part = part
  }
}

public struct PartMadeParams: Sendable, Hashable, Codable {
  public var run: MessageID
  public var part: Int
  /// Nil when it could not be made.
  public var files: [FileReference]?
  public var error: AnsweredError?

  public init(
    run: MessageID, part: Int, files: [FileReference]? = nil, error: AnsweredError? = nil
  ) {
    self.run = run
    self.part = part
    self.files = files
    self.error = error
  }
}
