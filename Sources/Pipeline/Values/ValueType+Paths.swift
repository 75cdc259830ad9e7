extension ValueType {
  /// The value with every path (text where a file is declared) replaced by a reference to nothing, so that it
  /// decodes before the host has looked at any file.
  func replacingPaths(in value: Value) -> Value {
    switch (unwrapped, value) {
    case (let type, .text(let path)) where type.isFile:
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let reference = FileReference(
        digest: Digest(of: path.utf8), byteCount: 0, mediaType: "application/octet-stream",
        name: name)
      return type == .video ? .video(.file(reference)) : .file(reference)
    case (.list(let element), .list(let values)):
      return .list(values.map(element.replacingPaths))
    case (.map(let element), .map(let members)):
      return .map(members.mapValues(element.replacingPaths))
    case (.record(let fields), .map(let members)):
      return .map(fields.replacingPaths(in: members))
    default:
      return value
    }
  }
}

extension [FieldDescription] {
  func replacingPaths(in values: [String: Value]) -> [String: Value] {
    reduce(into: values) { replaced, field in
      replaced[field.name] = replaced[field.name].map(field.type.replacingPaths)
    }
  }
}
