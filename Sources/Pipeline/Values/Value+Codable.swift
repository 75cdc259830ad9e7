/// Plain values are plain JSON; the others are an object with one member that begins with `$`, and so is a map that
/// has such a member itself: what is read is always what was written.
extension Value: Codable {
  private enum Tag: String, CodingKey, CaseIterable {
    case duration = "$duration"
    case size = "$size"
    case colour = "$colour"
    case file = "$file"
    case video = "$video"
    case transcript = "$transcript"
    case captions = "$captions"
    case bundle = "$bundle"
    case secret = "$secret"
    case map = "$map"
  }

  public init(from decoder: any Decoder) throws {
    // A decoder cannot be asked what it holds. It can only fail, slowly: what there is most of comes first.
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let tagged = try? decoder.container(keyedBy: Tag.self) {
      self =
        if let tag = tagged.allKeys.first { try Self.decode(tag, from: tagged) } else {
          .map(try container.decode([String: Value].self))
        }
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else {
      self = .list(try container.decode([Value].self))
    }
  }

  private static func decode(_ tag: Tag, from container: KeyedDecodingContainer<Tag>) throws
    -> Value
  {
    switch tag {
    case .duration:
      .duration(try container.decode(MediaTime.self, forKey: tag).asDuration)
    case .size: .size(try container.decode(PixelSize.self, forKey: tag))
    case .colour: .colour(try container.decode(Colour.self, forKey: tag))
    case .file: .file(try container.decode(FileReference.self, forKey: tag))
    case .video: .video(try container.decode(Video.self, forKey: tag))
    case .transcript: .transcript(try container.decode(Transcript.self, forKey: tag))
    case .captions: .captions(try container.decode(Captions.self, forKey: tag))
    case .bundle: .bundle(try container.decode(FileBundle.self, forKey: tag))
    case .secret: .secret(try container.decode(String.self, forKey: tag))
    case .map: .map(try container.decode([String: Value].self, forKey: tag))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .text(let value): try encodePlain(value, to: encoder)
    case .integer(let value): try encodePlain(value, to: encoder)
    case .number(let value): try encodePlain(value, to: encoder)
    case .boolean(let value): try encodePlain(value, to: encoder)
    case .list(let values): try encodePlain(values, to: encoder)
    case .map(let members) where members.keys.contains { $0.hasPrefix("$") }:
      try encodeTagged(members, .map, to: encoder)
    case .map(let members): try encodePlain(members, to: encoder)
    case .duration(let value): try encodeTagged(MediaTime(value), .duration, to: encoder)
    case .size(let value): try encodeTagged(value, .size, to: encoder)
    case .colour(let value): try encodeTagged(value, .colour, to: encoder)
    case .file(let value): try encodeTagged(value, .file, to: encoder)
    case .video(let value): try encodeTagged(value, .video, to: encoder)
    case .transcript(let value): try encodeTagged(value, .transcript, to: encoder)
    case .captions(let value): try encodeTagged(value, .captions, to: encoder)
    case .bundle(let value): try encodeTagged(value, .bundle, to: encoder)
    case .secret(let name): try encodeTagged(name, .secret, to: encoder)
    }
  }

  private func encodePlain(_ value: some Encodable, to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }

  private func encodeTagged(_ value: some Encodable, _ tag: Tag, to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Tag.self)
    try container.encode(value, forKey: tag)
  }
}

/// A plain value as people write it in JSON, whatever its members are called: for readers other than `Value`.
struct PlainJSON: Encodable {
  let value: Value

  func encode(to encoder: any Encoder) throws {
    switch value {
    case .list(let items):
      var container = encoder.singleValueContainer()
      try container.encode(items.map(PlainJSON.init))
    case .map(let members):
      var container = encoder.singleValueContainer()
      try container.encode(members.mapValues(PlainJSON.init))
    default: try value.encode(to: encoder)
    }
  }
}

extension MediaTime {
  /// The same length as a `Duration`, to the nanosecond.
  public var asDuration: Duration {
    let (whole, rest) = ticks.quotientAndRemainder(dividingBy: Self.ticksPerSecond)
    return .seconds(whole)
      + .nanoseconds(rest * 1000 / 705_600 * 1000 + rest * 1000 % 705_600 * 1000 / 705_600)
  }
}
