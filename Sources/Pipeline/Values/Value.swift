/// A value that travels: out of YAML, through expressions, into fields and ports.
public indirect enum Value: Sendable, Hashable {
  case null
  case text(String)
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case duration(Duration)
  case size(PixelSize)
  case colour(Colour)
  case list([Value])
  case map([String: Value])
  case file(FileReference)
  case video(Video)
  case transcript(Transcript)
  case captions(Captions)
  case bundle(FileBundle)
  /// The name of a secret; its text is no value and travels nowhere.
  case secret(String)

  /// What it is, for messages: `text`, `list`, `video`, …
  public var kind: String {
    switch self {
    case .null: "nothing"
    case .text: "text"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .duration: "duration"
    case .size: "size"
    case .colour: "colour"
    case .list: "list"
    case .map: "map"
    case .file(let reference): "file `\(reference.name)`"
    case .video: "video"
    case .transcript: "transcript"
    case .captions: "captions"
    case .bundle: "bundle"
    case .secret: "secret"
    }
  }
}

/// A Swift type that fields and ports can have.
public protocol ValueRepresentable: Sendable, Hashable {
  /// The declared type; `.optional` marks what may be missing.
  static var valueType: ValueType { get }
  /// Takes a value that `valueType.convert` has passed; anything else throws.
  init(value: Value) throws(ValueError)
  var value: Value { get }
}

/// What is wrong with a value, and where inside it.
public struct ValueError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One sentence: what was found and what was expected.
  public var message: String
  /// From the outside in, such as `scenes`, `[2]`, `image`; empty for the value itself.
  public var path: [String]
  /// What was probably meant.
  public var suggestion: String?

  public init(_ message: String, path: [String] = [], suggestion: String? = nil) {
    self.message = message
    self.path = path
    self.suggestion = suggestion
  }

  public static func mismatch(expected: ValueType, found: Value) -> ValueError {
    ValueError("expected \(expected), found \(found.kind)")
  }

  public func inside(_ component: String) -> ValueError {
    var copy = self
    copy.path.insert(component, at: 0)
    return copy
  }

  public var description: String {
    path.isEmpty ? message : "\(path.joinedAsPath): \(message)"
  }
}

extension [String] {
  /// `scenes[2].image` from `scenes`, `[2]`, `image`.
  public var joinedAsPath: String {
    reduce(into: "") { text, component in
      if !text.isEmpty, !component.hasPrefix("[") { text += "." }
      text += component
    }
  }
}
