extension GraphChecker {
  /// What holds for a stage after all levels of the merge order, and where that contradicts itself.
  mutating func checkRules(of stage: StageDefinition, _ spec: StageSpec?) -> StageRules {
    let forModule = spec.flatMap { stageDefaults[$0.info.name]?.rules } ?? StageRules()
    let rules = stage.rules.over(forModule.over(definition.defaults.rules))
    checkTimes(rules)
    checkRetry(rules)
    return rules
  }

  private mutating func checkTimes(_ rules: StageRules) {
    if let deadline = rules.deadline, let timeout = rules.timeout,
      deadline.duration < timeout.duration
    {
      contradiction(
        "`deadline` of \(deadline.duration.written) ends the stage before an attempt can reach its "
          + "`timeout` of \(timeout.duration.written)", deadline.range, timeout.range,
        why: "`timeout` bounds one attempt, `deadline` all of them with the waits between")
    }
    guard let stall = rules.stall else { return }
    let why = "`stall` bounds the silence inside one attempt"
    if let timeout = rules.timeout, stall.duration >= timeout.duration {
      contradiction(
        "`stall` of \(stall.duration.written) never ends anything: `timeout` of "
          + "\(timeout.duration.written) comes first", stall.range, timeout.range, why: why)
    } else if let deadline = rules.deadline, stall.duration >= deadline.duration {
      contradiction(
        "`stall` of \(stall.duration.written) never ends anything: `deadline` of "
          + "\(deadline.duration.written) comes first", stall.range, deadline.range, why: why)
    }
  }

  private mutating func checkRetry(_ rules: StageRules) {
    guard let retry = rules.retry, let policy = rules.retryPolicy else { return }
    let others = retry.filter { $0.key != "max" }.sorted { $0.key < $1.key }
    if let max = retry["max"], policy.max == 0, let other = others.first {
      contradiction(
        "`max: 0` allows no second attempt, so `\(other.key)` says nothing", max.range,
        other.value.range, why: "`max` counts the attempts after the first one")
    }
    if let initial = retry["initial"], let cap = retry["cap"], policy.initial > policy.cap {
      contradiction(
        "`initial` of \(policy.initial.written) is longer than `cap` of \(policy.cap.written), "
          + "so every wait has the length of `cap`", initial.range, cap.range,
        why: "`cap` is the longest wait")
    }
    guard let only = retry["only"], let classes = policy.only else { return }
    if classes.contains(.cancelled) {
      contradiction(
        "what is cancelled is never tried again", only.range, nil,
        why: "`cancelled` in `only` has no effect")
    }
    if classes == [.timeout], rules.timeout == nil, rules.stall == nil {
      contradiction(
        "only `timeout` is tried again, but neither `timeout` nor `stall` is set", only.range, nil,
        why: "without them an attempt may take as long as it likes")
    }
  }

  /// A warning: what was written is allowed but hardly meant.
  private mutating func contradiction(
    _ message: String, _ range: SourceRange, _ other: SourceRange?, why: String
  ) {
    var diagnostic = Diagnostic("contradiction", message, at: range, severity: .warning)
      .noting(why)
    if let other { diagnostic = diagnostic.noting("the other one is here", at: other) }
    diagnostics.add(diagnostic)
  }

  /// One limit with two counts: the lower one holds for all.
  mutating func checkLimits() {
    var first: [String: StageRules.Limit] = [:]
    let levels = [definition.defaults.rules] + definition.defaults.uses.map(\.rules)
    for rules in levels + definition.stages.map(\.rules) {
      for (name, limit) in rules.limits.sorted(by: { $0.key < $1.key }) {
        guard let earlier = first[name] else {
          first[name] = limit
          continue
        }
        guard earlier.count != limit.count else { continue }
        diagnostics.add(
          Diagnostic(
            "contradiction",
            "the limit `\(name)` is \(limit.count) here and \(earlier.count) elsewhere",
            at: limit.range, severity: .warning
          ).noting("it counts the tasks of all stages that name it; the lower number holds")
            .noting("the other one is here", at: earlier.range))
      }
    }
  }
}

// MARK: - Of the whole run

extension GraphChecker {
  mutating func checkConcurrency() -> ConcurrencyRule? {
    guard let rule = definition.concurrency, let node = rule.group else { return nil }
    let group = FieldDescription(
      name: "group", summary: "Which runs exclude each other.", type: .text, range: 1...500)
    guard let template = decode(node, as: group, owner: "`group`") else { return nil }
    return ConcurrencyRule(group: template, max: rule.max, policy: rule.policy)
  }

  mutating func checkHooks() -> [HookDeclaration] {
    let webhook = FieldDescription(
      name: "webhook", summary: "The address that is told.", type: .text, range: 1...2000)
    let signing = FieldDescription(
      name: "secret", summary: "What messages are signed with.", type: .optional(.secret))
    return definition.hooks.compactMap { hook in
      var name: String?
      if let node = hook.secret, let template = decode(node, as: signing, owner: "`secret`"),
        case .expression(let expression) = template.content,
        case .member(_, let secret, _) = expression.kind
      {
        name = secret
      }
      guard let node = hook.webhook, let address = decode(node, as: webhook, owner: "`webhook`")
      else { return nil }
      checkAddress(address)
      return HookDeclaration(
        occasion: hook.occasion, webhook: address, secret: name, location: hook.location)
    }
  }

  /// Something that is worked out for the run as a whole.
  private mutating func decode(
    _ node: Node, as field: FieldDescription, owner: String
  ) -> Template? {
    var scope = scope
    scope.wholeRun = owner
    var decoder = FieldDecoder(scope: scope, folders: definition.folders)
    decoder.secretFields = "`secret` of a hook or a setting that is declared secret"
    let template = decoder.decode(node, as: field)
    diagnostics.add(decoder.diagnostics)
    usedInputs.formUnion(decoder.references.inputNames)
    usedSecrets.formUnion(decoder.secrets)
    guard let template, !decoder.diagnostics.hasErrors else { return nil }
    for expression in template.expressions {
      var checker = TypeChecker(scope)
      guard checker.type(of: expression)?.isOptional == true else { continue }
      diagnostics.add(
        Diagnostic(
          "may-be-missing",
          "\(owner) may have no value: \(expression.path.map { "`\($0)`" } ?? "this") can be missing",
          at: expression.range, hint: "say what it is then: `\(expression.path ?? "…") else '…'`"))
    }
    return template
  }

  private mutating func checkAddress(_ template: Template) {
    let begin: String
    switch template.content {
    case .literal(.text(let text)): begin = text
    case .mixed(let parts):
      guard case .text(let text)? = parts.first else { return }
      begin = text
    default: return
    }
    let isWhole = template.literalValue != nil
    if let problem = WebAddress.problem(begin, isWhole: isWhole) {
      diagnostics.add(
        Diagnostic(
          "wrong-value", "`webhook`: \(problem.message)", at: template.range, hint: problem.hint)
      )
    }
  }
}

/// What can be said about the address of a webhook before anything is sent to it.
enum WebAddress {
  /// - Parameter isWhole: false when more follows that is not known yet.
  static func problem(_ text: String, isWhole: Bool) -> (message: String, hint: String?)? {
    guard let separator = text.firstRange(of: "://") else {
      if !isWhole, !text.contains(":"), !text.contains("/"), !text.contains(".") { return nil }
      return ("`\(text.shortened)` is not the address of a web server", "it begins with `https://`")
    }
    let scheme = text[..<separator.lowerBound].lowercased()
    guard scheme == "https" || scheme == "http" else {
      return ("`\(scheme)` is not a way to reach a web server", "it begins with `https://`")
    }
    let rest = text[separator.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if authority.contains("@") {
      return (
        "an address with a name or password in it would be logged",
        "sign messages with `secret: ${{ secrets.… }}` instead"
      )
    }
    let host = authority.prefix { $0 != ":" }
    if host.isEmpty, isWhole || rest.count > authority.count || authority.contains(":") {
      return ("the address names no server", nil)
    }
    return nil
  }
}

extension Template {
  /// All that is computed in it.
  var expressions: [Expression] {
    switch content {
    case .literal: []
    case .expression(let expression): [expression]
    case .mixed(let parts):
      parts.compactMap { part in
        if case .expression(let expression) = part { expression } else { nil }
      }
    case .list(let items): items.flatMap(\.expressions)
    case .map(let members), .record(_, let members): members.values.flatMap(\.expressions)
    }
  }
}

extension StageRules {
  var retryPolicy: RetryPolicy? {
    retry.flatMap { RetryPolicy(members: $0.compactMapValues(\.literalValue)) }
  }

  /// By name, so that the same limits are always the same value.
  var namedLimits: [NamedLimit] {
    limits.map { NamedLimit(name: $0.key, count: $0.value.count) }.sorted { $0.name < $1.name }
  }
}
