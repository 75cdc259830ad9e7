/// Whether earlier results of a stage may stand for a run of it.
public enum CacheMode: String, FieldChoice, Sendable, Hashable, Codable {
  /// Results are looked up and kept.
  case auto
  /// Neither looked up nor kept.
  case off
  /// Not looked up, but kept.
  case refresh
}

/// At most `count` tasks at once, across all runs of a host, among those that name the same limit.
public struct NamedLimit: Sendable, Hashable, Codable {
  public var name: String
  /// From 1.
  public var count: Int

  public init(name: String, count: Int) {
    self.name = name
    self.count = count
  }
}

/// Runs of one group exclude each other.
public struct ConcurrencyRule: Sendable {
  /// What a run does when its group is busy.
  public enum Policy: String, FieldChoice, Sendable, Hashable, Codable {
    /// It waits for its turn.
    case queue
    /// It is refused.
    case refuse
    /// It cancels what is running, then runs.
    case cancel
  }

  /// The name of the group, with expressions over `inputs`, `vars` and `run`.
  let group: Template
  /// How many runs of the group may run at once, from 1.
  public let max: Int
  public let policy: Policy

  /// The group of a run.
  public func group(in scope: Scope) throws(EvaluationError) -> String {
    guard case .value(let value) = try group.evaluate(in: scope), let text = value.asText,
      !text.isEmpty
    else {
      throw EvaluationError("`concurrency.group` has no value", at: group.range, field: "group")
    }
    return text
  }
}

/// Whom to tell when something happens to a run.
public struct HookDeclaration: Sendable {
  public enum Occasion: String, FieldChoice, Sendable, Hashable, Codable, CaseIterable {
    case started, completed, failed, cancelled
    /// Completed, failed or cancelled.
    case finished
  }

  public let occasion: Occasion
  /// The address, with expressions over `inputs`, `vars` and `run`.
  let webhook: Template
  /// The name of the secret that signs; nil for messages without a signature.
  public let secret: String?
  /// Where it stands in the pipeline file.
  public let location: SourceRange

  /// The address for a run.
  public func webhook(in scope: Scope) throws(EvaluationError) -> String {
    guard case .value(let value) = try webhook.evaluate(in: scope), let text = value.asText else {
      throw EvaluationError("`webhook` has no value", at: webhook.range, field: "webhook")
    }
    return text
  }
}
