/// The declared type of a field, port, input or output.
public indirect enum ValueType: Sendable, Hashable {
  case text, integer, number, boolean, duration, size, colour, json
  case choice([String])
  case file, image, audio, media, video, transcript, captions, bundle
  /// The name of something that must not be written down; see `Secret`.
  case secret
  case list(ValueType)
  case map(ValueType)
  /// Named members, each described.
  case record([FieldDescription])
  case optional(ValueType)

  public var isOptional: Bool {
    if case .optional = self { true } else { false }
  }

  /// Without the outermost `optional`.
  public var unwrapped: ValueType {
    if case .optional(let inner) = self { inner.unwrapped } else { self }
  }

  /// True for a reference to bytes: a path can be given for it.
  public var isFile: Bool {
    switch unwrapped {
    case .file, .image, .audio, .media, .video: true
    default: false
    }
  }

  /// True for what JSON can say: everything but media and what stages make.
  public var isPlain: Bool {
    switch self {
    case .text, .integer, .number, .boolean, .duration, .size, .colour, .json, .choice: true
    case .list(let element), .map(let element), .optional(let element): element.isPlain
    case .record(let fields): fields.allSatisfy(\.type.isPlain)
    case .file, .image, .audio, .media, .video, .transcript, .captions, .bundle, .secret: false
    }
  }
}

extension ValueType: CustomStringConvertible {
  /// As written in a pipeline file: `text`, `list<json>`, `progressive | classic`.
  public var description: String {
    switch self {
    case .text: "text"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .duration: "duration"
    case .size: "size"
    case .colour: "colour"
    case .json: "json"
    case .choice(let names): names.joined(separator: " | ")
    case .file: "file"
    case .image: "image"
    case .audio: "audio"
    case .media: "media"
    case .video: "video"
    case .transcript: "transcript"
    case .captions: "captions"
    case .bundle: "bundle"
    case .secret: "secret"
    case .list(let element): "list<\(element)>"
    case .map(let element): "map<\(element)>"
    case .record: "map"
    case .optional(let inner): "\(inner)"
    }
  }
}

extension ValueType {
  /// Whether a value of type `other` may be given where this type is declared.
  ///
  /// What can only be decided by looking at the value (a `json`, a text for a choice) is allowed here and
  /// decided by `convert`. One thing is accepted where a list of it is declared.
  public func accepts(_ other: ValueType) -> Bool {
    switch (self, other) {
    case (.optional(let inner), _): inner.accepts(other.unwrapped)
    case (_, .optional(let inner)): accepts(inner)
    case (.list(let element), .list(let given)): element.accepts(given)
    case (.map(let element), .map(let given)): element.accepts(given)
    case (.list(let element), _) where element.accepts(other): true
    case (_, .json): isPlain || isFile || containsFile
    case (.json, _): other.isPlain
    case (.record(let fields), .record(let given)): fields == given
    case (.text, .integer), (.text, .number), (.text, .boolean), (.text, .duration),
      (.text, .choice),
      (.text, .size), (.text, .colour):
      true
    case (.number, .integer): true
    case (.choice, .text), (.duration, .text), (.size, .text), (.colour, .text): true
    case (.choice(let names), .choice(let given)): !Set(names).isDisjoint(with: given)
    case (.file, .image), (.file, .audio), (.file, .media), (.file, .video): true
    case (.media, .image), (.media, .audio), (.media, .video), (.media, .file): true
    case (.image, .media), (.image, .file): true
    case (.audio, .media), (.audio, .file), (.audio, .video): true
    case (.video, .media), (.video, .file): true
    case (_, .text) where isFile: true
    default: self == other
    }
  }

  private var containsFile: Bool {
    switch self {
    case .list(let element), .map(let element), .optional(let element):
      element.isFile || element.containsFile
    case .record(let fields):
      fields.contains { $0.type.isFile || $0.type.containsFile || $0.type.isPlain }
    default: false
    }
  }
}
