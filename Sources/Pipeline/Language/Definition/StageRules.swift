/// How a stage's tasks are handled, as written at one level of the merge order.
struct StageRules: Sendable {
  /// A duration and where it stands.
  struct Span: Sendable {
    var duration: Duration
    var range: SourceRange
  }

  struct Limit: Sendable {
    var count: Int
    /// Its name in the file.
    var range: SourceRange
  }

  /// The members of `retry`; nil without it.
  var retry: [String: Template]?
  var timeout: Span?
  var deadline: Span?
  var stall: Span?
  var cache: CacheMode?
  var limits: [String: Limit] = [:]

  /// These over others: maps are joined member by member.
  func over(_ base: StageRules) -> StageRules {
    var rules = base
    if let retry { rules.retry = (base.retry ?? [:]).merging(retry) { $1 } }
    rules.timeout = timeout ?? base.timeout
    rules.deadline = deadline ?? base.deadline
    rules.stall = stall ?? base.stall
    rules.cache = cache ?? base.cache
    rules.limits = base.limits.merging(limits) { $1 }
    return rules
  }

  /// The keys of a stage, of `defaults` and of the defaults for one module that are read into this.
  static let keys = ["retry", "timeout", "deadline", "stall", "cache", "limits"]
}

extension StageRules {
  static let timeoutField = FieldDescription(
    name: "timeout", summary: "The longest that one attempt may take.", type: .duration,
    range: 0.001...604_800)

  static let deadlineField = FieldDescription(
    name: "deadline",
    summary: "The longest that all attempts may take together, the waits between them included.",
    type: .duration, range: 0.001...2_592_000)

  static let stallField = FieldDescription(
    name: "stall",
    summary: "The longest silence: an attempt that reports nothing for so long ends.",
    type: .duration, range: 0.001...604_800)

  static let cacheField = FieldDescription(
    name: "cache",
    summary:
      "Whether results are looked up and kept (auto), neither (off), or only kept (refresh).",
    type: CacheMode.valueType)

  static let limitField = FieldDescription(
    name: "limits", summary: "Tasks at once, across all runs of the host.", type: .integer,
    range: 1...1000)
}
