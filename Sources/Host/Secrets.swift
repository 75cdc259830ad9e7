import Foundation
import Pipeline

/// The secrets of this host: from a file, else from environment variables.
struct HostSecrets: SecretSource {
  static let variablePrefix = "VIDEOCRAFT_SECRET_"

  private let file: [String: String]
  private let environment: [String: String]

  /// - Parameter path: of a YAML map from name to text that nobody else may read; nil for none.
  init(
    file path: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    file = try path.map(Self.read) ?? [:]
    self.environment = environment
  }

  func secret(named name: String) -> String? {
    file[name] ?? environment[Self.variablePrefix + name]
  }

  func advice(for name: String) -> String {
    "give it as the environment variable `\(Self.variablePrefix)\(name)`, or with `--secrets-file`"
  }

  private static func read(_ path: String) throws -> [String: String] {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw UsageError("the secrets file `\(path)` cannot be read")
    }
    defer { try? handle.close() }
    // Of the open file: the name may have come to mean another one since.
    var status = stat()
    guard fstat(handle.fileDescriptor, &status) == 0 else {
      throw UsageError("the secrets file `\(path)` cannot be looked at")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw UsageError("the secrets file `\(path)` is not a file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw UsageError(
        "others may read the secrets file `\(path)`; take that away first: `chmod 600 \(path)`")
    }
    guard let bytes = try handle.readToEnd(), let text = String(validating: bytes, as: UTF8.self)
    else {
      throw UsageError("the secrets file `\(path)` is empty or not UTF-8")
    }
    let (secrets, diagnostics) = SecretsFile.read(text, file: path)
    if let first = diagnostics.first(where: { $0.severity == .error }) {
      let place = first.range.map { " (\($0.start.line):\($0.start.column))" } ?? ""
      throw UsageError("the secrets file `\(path)`: \(first.message)\(place)")
    }
    return secrets
  }
}
