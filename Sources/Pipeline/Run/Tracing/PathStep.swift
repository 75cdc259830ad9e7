/// One step into a value: `.elements` or `[2]`.
enum PathStep: Sendable, Hashable {
  case member(String)
  /// From 0.
  case index(Int)
}

extension [PathStep] {
  /// Reads a path such as `with.scenes[2].elements[0]`; what cannot be an index is taken as a name.
  init(path: String) {
    self = path.split(separator: ".").flatMap { piece -> [PathStep] in
      let parts = piece.split(separator: "[", omittingEmptySubsequences: true)
      return parts.enumerated().map { place, part in
        let number = part.last == "]" ? Int(part.dropLast()) : nil
        return number.map { .index($0) } ?? .member(String(part))
      }
    }
  }

  /// The leading index, if there is one.
  var leadingIndex: Int? {
    if case .index(let index)? = first { index } else { nil }
  }
}
