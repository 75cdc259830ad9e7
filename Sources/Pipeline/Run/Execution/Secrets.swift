/// Where a host's secrets come from.
public protocol SecretSource: Sendable {
  /// The text of a secret; nil when there is none. Throws `StageError` when the place cannot be read.
  func secret(named name: String) throws -> String?
  /// What a person can do to give a secret that is missing, for messages.
  func advice(for name: String) -> String
}

extension SecretSource {
  public func advice(for name: String) -> String { "give it to the host that runs the pipeline" }
}

/// A host without secrets.
public struct NoSecrets: SecretSource {
  public init() {}
  public func secret(named name: String) -> String? { nil }
}

extension SecretSource {
  /// The text for a stage of a pipeline that declares `declared`.
  func reveal(_ name: String, declared: [String]) throws -> String {
    guard declared.contains(name) else {
      throw StageError(
        .internal, "the stage asked for the secret `\(name)`, which the pipeline does not declare")
    }
    guard let text = try secret(named: name), !text.isEmpty else {
      throw StageError(
        .configuration, "the secret `\(name)` has no text on this host; \(advice(for: name))")
    }
    return text
  }
}
