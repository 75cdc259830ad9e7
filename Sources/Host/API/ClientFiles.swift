import Foundation
import Pipeline

/// Finds the files that clients name as inputs: uploads, files in folders that the operator opened, and what runs
/// fetch.
struct ClientFiles: Sendable {
  let uploads: UploadShelf
  /// Files of these may be named by their paths.
  let folders: [URL]
  /// Fetches what is named by its address, when the run has begun.
  var sources: any SourceFetching = NoSources()

  /// The values with every upload replaced by its file, and what cannot be found.
  func resolve(
    _ values: [String: Value], of graph: PipelineGraph
  ) async -> (values: [String: Value], problems: [DiagnosticReport]) {
    var resolved = values
    var problems: [DiagnosticReport] = []
    for input in graph.inputs {
      // A default is the operator's.
      guard let value = values[input.name], value != input.defaultValue else { continue }
      resolved[input.name] = await resolve(
        value, as: input.type, at: ["inputs", input.name], &problems)
    }
    return (resolved, problems)
  }

  private func resolve(
    _ value: Value, as type: ValueType, at path: [String], _ problems: inout [DiagnosticReport]
  ) async -> Value {
    switch (type.unwrapped, value) {
    case (let type, .text(let name)) where type.isFile:
      return await file(name, as: type, at: path, &problems)
    case (.list(let element), .list(let values)):
      var resolved: [Value] = []
      for (index, value) in values.enumerated() {
        resolved.append(await resolve(value, as: element, at: path + ["[\(index)]"], &problems))
      }
      return .list(resolved)
    case (.map(let element), .map(let members)):
      var resolved: [String: Value] = [:]
      for (name, value) in members {
        resolved[name] = await resolve(value, as: element, at: path + [name], &problems)
      }
      return .map(resolved)
    case (.record(let fields), .map(let members)):
      var resolved = members
      for field in fields {
        guard let value = members[field.name] else { continue }
        resolved[field.name] = await resolve(
          value, as: field.type, at: path + [field.name], &problems)
      }
      return .map(resolved)
    case (.json, _): return await uploads(in: value, at: path, &problems)
    default: return value
    }
  }

  /// What becomes a file later, in a setting that is made of it, cannot be told from other texts; the name of an upload
  /// can.
  private func uploads(
    in value: Value, at path: [String], _ problems: inout [DiagnosticReport]
  ) async -> Value {
    switch value {
    case .text(let name) where name.hasPrefix(UploadShelf.prefix):
      return await file(name, as: .file, at: path, &problems)
    case .list(let values):
      var resolved: [Value] = []
      for (index, value) in values.enumerated() {
        resolved.append(await uploads(in: value, at: path + ["[\(index)]"], &problems))
      }
      return .list(resolved)
    case .map(let members):
      var resolved: [String: Value] = [:]
      for (name, value) in members {
        resolved[name] = await uploads(in: value, at: path + [name], &problems)
      }
      return .map(resolved)
    default: return value
    }
  }

  private func file(
    _ name: String, as type: ValueType, at path: [String], _ problems: inout [DiagnosticReport]
  ) async -> Value {
    if let address = SourceAddress(name) {
      guard let refusal = sources.refusal(of: address) else { return .text(name) }
      let place = path.joinedAsPath
      problems.append(
        DiagnosticReport(
          Diagnostic("refused-source", "`\(place)`: \(refusal)", at: nil), path: place))
      return .null
    }
    if let reference = await uploads.file(for: name) {
      return type == .video ? .video(.file(reference)) : .file(reference)
    }
    let place = path.joinedAsPath
    if !name.hasPrefix(UploadShelf.prefix), name.hasPrefix("/"),
      let real = RealPath.of(URL(fileURLWithPath: name)),
      folders.contains(where: { RealPath.of($0)?.holds(real) == true })
    {
      return .text(real.path)
    }
    problems.append(
      DiagnosticReport(
        Diagnostic("unknown-file", Self.refusal(of: name, at: place), at: nil), path: place))
    return .null
  }

  private static func refusal(of name: String, at place: String) -> String {
    let shown = "`\(name.prefix(100))`"
    if name.hasPrefix(UploadShelf.prefix) {
      return "`\(place)`: there is no upload \(shown) (any more); send the file again"
    }
    return
      "`\(place)`: \(shown) is not among the files that this host may read; upload it and name the upload"
  }
}
