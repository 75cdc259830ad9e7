/// How often and when a failed task is tried again.
public struct RetryPolicy: Sendable, Hashable, Codable {
  public enum Backoff: String, FieldChoice, Sendable {
    case constant, exponential
  }

  /// Attempts after the first one.
  public var max: Int
  public var backoff: Backoff
  /// Before the first repetition.
  public var initial: Duration
  /// The longest wait.
  public var cap: Duration
  /// Nil: transient, rate-limited, lost and timeout.
  public var only: [StageError.Class]?

  public init(
    max: Int, backoff: Backoff = .exponential, initial: Duration = .seconds(1),
    cap: Duration = .seconds(60), only: [StageError.Class]? = nil
  ) {
    self.max = max
    self.backoff = backoff
    self.initial = initial
    self.cap = cap
    self.only = only
  }

  /// Whether an error of this class is worth another attempt.
  public func retries(_ errorClass: StageError.Class) -> Bool {
    if let only { return only.contains(errorClass) }
    switch errorClass {
    case .transient, .rateLimited, .lost, .timeout: return true
    case .invalidInput, .configuration, .cancelled, .internal: return false
    }
  }

  /// The longest wait before repetition number `repetition` (from 1); jitter takes a part of it.
  public func longestWait(before repetition: Int) -> Duration {
    guard backoff == .exponential else { return min(initial, cap) }
    var wait = initial
    for _ in 1..<Swift.max(1, min(repetition, 64)) where wait < cap { wait *= 2 }
    return min(wait, cap)
  }

  private func min<Element: Comparable>(_ left: Element, _ right: Element) -> Element {
    Swift.min(left, right)
  }
}

extension RetryPolicy {
  /// The members of `retry`, for decoding, the schema and documentation.
  static let fields: [FieldDescription] = [
    FieldDescription(
      name: "max", summary: "Attempts after the first one.", type: .optional(.integer),
      range: 0...20),
    FieldDescription(
      name: "backoff", summary: "How the wait grows from attempt to attempt.",
      type: .optional(Backoff.valueType)),
    FieldDescription(
      name: "initial", summary: "The wait before the first repetition.", type: .optional(.duration),
      range: 0...3600),
    FieldDescription(
      name: "cap", summary: "The longest wait.", type: .optional(.duration), range: 0...86_400),
    FieldDescription(
      name: "only", summary: "The classes of errors that are tried again.",
      type: .optional(.list(.choice(StageError.Class.allCases.map(\.rawValue)))), range: 1...8),
  ]

  /// From decoded members; nil when there are none. Without `max` one more attempt is made.
  init?(members: [String: Value]) {
    guard !members.isEmpty else { return nil }
    self.init(max: 1)
    if case .integer(let value)? = members["max"] { max = value }
    if case .text(let name)? = members["backoff"], let value = Backoff(rawValue: name) {
      backoff = value
    }
    if case .duration(let value)? = members["initial"] { initial = value }
    if case .duration(let value)? = members["cap"] { cap = value }
    if case .list(let names)? = members["only"] {
      only = names.compactMap(\.asText).compactMap(StageError.Class.init(rawValue:))
    }
  }
}
