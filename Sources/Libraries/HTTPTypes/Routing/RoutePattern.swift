/// The paths that a route is for: `/runs/{id}/outputs/{path...}`.
///
/// `{name}` is one segment that is not empty, `{name...}` at the end is the rest, at least one segment.
public struct RoutePattern: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral
{
  enum Segment: Sendable, Hashable {
    case literal(String)
    case parameter(String)
    case rest(String)
  }

  public let description: String
  let segments: [Segment]
  public let parameterNames: [String]

  /// For patterns in our own source, which begin with a slash and name each parameter once.
  public init(stringLiteral text: String) {
    precondition(text.hasPrefix("/"), "the pattern \"\(text)\" begins with a slash")
    description = text
    segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .map(Self.segment)
    let names = Self.names(in: segments)
    parameterNames = names
    precondition(Set(names).count == names.count, "\"\(text)\" names a parameter twice")
    let isRestLast = segments.dropLast().allSatisfy { if case .rest = $0 { false } else { true } }
    precondition(isRestLast, "the rest comes last in \"\(text)\"")
  }

  private init(_ description: String, _ segments: [Segment]) {
    self.description = description
    self.segments = segments
    parameterNames = Self.names(in: segments)
  }

  private static func names(in segments: [Segment]) -> [String] {
    segments.compactMap {
      switch $0 {
      case .literal: nil
      case .parameter(let name), .rest(let name): name
      }
    }
  }

  /// This pattern below `prefix`.
  func below(_ prefix: RoutePattern?) -> RoutePattern {
    guard let prefix else { return self }
    return RoutePattern(prefix.description + description, prefix.segments + segments)
  }

  private static func segment(_ text: Substring) -> Segment {
    guard text.hasPrefix("{") else {
      precondition(!text.contains("{"), "\"\(text)\" is a name or a parameter, not both")
      return .literal(String(text))
    }
    precondition(text.hasSuffix("}"), "\"\(text)\" ends with a brace")
    let name = text.dropFirst().dropLast()
    let isRest = name.hasSuffix("...")
    let bare = String(isRest ? name.dropLast(3) : name)
    precondition(Characters.isToken(bare.utf8), "\"\(text)\" has a name")
    return isRest ? .rest(bare) : .parameter(bare)
  }
}

/// What a pattern found in a path.
public struct RouteParameters: Sendable, Hashable {
  private var values: [(name: String, segments: [String])] = []

  init() {}

  mutating func append(_ name: String, _ segments: [String]) { values.append((name, segments)) }

  /// The value of `{name}`, or the segments of `{name...}` with slashes between. Empty for a name that the pattern
  /// does not have.
  public subscript(name: String) -> String { segments(of: name).joined(separator: "/") }

  /// The segments of `{name...}`; none of them is `..` or has a slash in it, but any may be empty.
  public func segments(of name: String) -> [String] {
    values.first { $0.name == name }?.segments ?? []
  }

  public static func == (one: RouteParameters, other: RouteParameters) -> Bool {
    one.values.elementsEqual(other.values) { $0 == $1 }
  }

  public func hash(into hasher: inout Hasher) {
    for value in values {
      hasher.combine(value.name)
      hasher.combine(value.segments)
    }
  }
}
