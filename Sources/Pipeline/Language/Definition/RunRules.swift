/// `concurrency` as written.
struct ConcurrencyDefinition: Sendable {
  /// Nil when it is missing or wrong.
  var group: Node?
  var max = 1
  var policy = ConcurrencyRule.Policy.queue
}

/// One entry below an occasion of `hooks`.
struct HookDefinition: Sendable {
  var occasion: HookDeclaration.Occasion
  /// Nil when it is missing.
  var webhook: Node?
  var secret: Node?
  /// The occasion in the file, or the item of its list.
  var location: SourceRange
}
