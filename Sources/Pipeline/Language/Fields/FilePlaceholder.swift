extension StageSpec {
  /// `validate` for values in which paths still stand where files will be.
  ///
  /// Rules that span fields look at whether a file is given, not at its bytes; a reference of the
  /// path's name stands in for it.
  func validateUnresolved(_ values: [String: Value]) -> [(field: String, message: String)] {
    var standing = values
    for field in options {
      if let value = values[field.name] { standing[field.name] = field.type.standIn(for: value) }
    }
    return validate(standing)
  }
}

extension ValueType {
  /// The value with a reference in place of every path.
  fileprivate func standIn(for value: Value) -> Value {
    switch (self, value) {
    case (.optional(let inner), _): return inner.standIn(for: value)
    case (.list(let element), .list(let items)):
      return .list(items.map { element.standIn(for: $0) })
    case (.map(let element), .map(let members)):
      return .map(members.mapValues { element.standIn(for: $0) })
    case (.record(let fields), .map(var members)):
      for field in fields {
        if let member = members[field.name] {
          members[field.name] = field.type.standIn(for: member)
        }
      }
      return .map(members)
    case (_, .text(let path)) where isFile:
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let reference = FileReference(
        digest: Digest(of: []), byteCount: 0, mediaType: "application/octet-stream", name: name)
      return self == .video ? .video(.file(reference)) : .file(reference)
    default: return value
    }
  }
}
