public import Pipeline

/// A stage as a plugin describes it.
public struct StageDescription: Sendable, Hashable, Codable {
  public var name: String
  public var version: String
  public var cacheVersion: Int
  public var summary: String
  public var options: [FieldForm]
  public var inputs: [FieldForm]
  public var outputs: [FieldForm]
  /// See `StageInfo` for what each stands for; nil for the usual.
  public var allCores: Bool?
  public var memoryBytes: Int?
  public var scratchPerInputByte: Double?
  public var weight: Double?
  public var foreseeable: Bool?
  public var makesPreviews: Bool?
  public var partNames: String?
  public var example: String?

  public init(_ spec: StageSpec) {
    let info = spec.info
    name = info.name
    version = info.version
    cacheVersion = info.cacheVersion
    summary = info.summary
    options = spec.options.map(FieldForm.init)
    inputs = spec.inputs.map(FieldForm.init)
    outputs = spec.outputs.map(FieldForm.init)
    allCores = info.cores == .all
    memoryBytes = info.memory
    scratchPerInputByte = info.scratchPerInputByte
    weight = info.weight
    foreseeable = info.isForeseeable
    makesPreviews = info.makesPreviews
    partNames = info.partNames
    example = info.example.isEmpty ? nil : info.example
  }

  public var info: StageInfo {
    StageInfo(
      name, version: version, cacheVersion: cacheVersion, summary: summary,
      cores: allCores == true ? .all : .one, memory: memoryBytes ?? 64 << 20,
      scratchPerInputByte: scratchPerInputByte ?? 0, weight: weight ?? 1,
      isForeseeable: foreseeable ?? false, makesPreviews: makesPreviews ?? false,
      partNames: partNames, example: example ?? "")
  }
}

/// A setting, an input or an output as a plugin describes it.
public struct FieldForm: Sendable, Hashable, Codable {
  public var name: String
  public var summary: String
  public var type: TypeForm
  public var `default`: Value?
  /// Of the number, of a duration in seconds, or of the length of a text or list; inclusive.
  public var minimum: Double?
  public var maximum: Double?
  public var unit: String?

  public init(_ field: FieldDescription) {
    name = field.name
    summary = field.summary
    type = TypeForm(field.type)
    `default` = field.defaultValue
    minimum = field.range.flatMap { $0.lowerBound.isFinite ? $0.lowerBound : nil }
    maximum = field.range.flatMap { $0.upperBound.isFinite ? $0.upperBound : nil }
    unit = field.unit
  }
}

/// A type: a word such as `"text"`, or `{"list": …}`, `{"map": …}`, `{"optional": …}`, `{"choice": […]}`,
/// `{"record": [field…]}`.
public indirect enum TypeForm: Sendable, Hashable {
  case plain(String)
  case list(TypeForm)
  case map(TypeForm)
  case optional(TypeForm)
  case choice([String])
  case record([FieldForm])

  /// The types that are one word.
  public static let plain: [String: ValueType] = [
    "text": .text, "integer": .integer, "number": .number, "boolean": .boolean,
    "duration": .duration, "size": .size, "colour": .colour, "json": .json, "file": .file,
    "image": .image, "audio": .audio, "media": .media, "video": .video, "transcript": .transcript,
    "captions": .captions, "bundle": .bundle, "secret": .secret,
  ]

  public init(_ type: ValueType) {
    self =
      switch type {
      case .list(let element): .list(TypeForm(element))
      case .map(let element): .map(TypeForm(element))
      case .optional(let inner): .optional(TypeForm(inner))
      case .choice(let names): .choice(names)
      case .record(let fields): .record(fields.map(FieldForm.init))
      default: .plain("\(type)")
      }
  }
}

extension TypeForm: Codable {
  private enum Tag: String, CodingKey { case list, map, optional, choice, record }

  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      self = .plain(word)
      return
    }
    let container = try decoder.container(keyedBy: Tag.self)
    guard container.allKeys.count == 1, let tag = container.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a type is a word, or one of list, map, optional, choice and record"))
    }
    self =
      switch tag {
      case .list: .list(try container.decode(TypeForm.self, forKey: tag))
      case .map: .map(try container.decode(TypeForm.self, forKey: tag))
      case .optional: .optional(try container.decode(TypeForm.self, forKey: tag))
      case .choice: .choice(try container.decode([String].self, forKey: tag))
      case .record: .record(try container.decode([FieldForm].self, forKey: tag))
      }
  }

  public func encode(to encoder: any Encoder) throws {
    if case .plain(let word) = self {
      var container = encoder.singleValueContainer()
      try container.encode(word)
      return
    }
    var container = encoder.container(keyedBy: Tag.self)
    switch self {
    case .plain: break
    case .list(let element): try container.encode(element, forKey: .list)
    case .map(let element): try container.encode(element, forKey: .map)
    case .optional(let inner): try container.encode(inner, forKey: .optional)
    case .choice(let names): try container.encode(names, forKey: .choice)
    case .record(let fields): try container.encode(fields, forKey: .record)
    }
  }
}
