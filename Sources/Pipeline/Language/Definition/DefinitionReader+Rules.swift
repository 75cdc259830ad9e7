extension DefinitionReader {
  mutating func readRules(_ keys: [String: Node.Entry]) -> StageRules {
    StageRules(
      retry: readRetry(keys["retry"]),
      timeout: span(keys["timeout"], as: StageRules.timeoutField),
      deadline: span(keys["deadline"], as: StageRules.deadlineField),
      stall: span(keys["stall"], as: StageRules.stallField),
      cache: readCache(keys["cache"]), limits: readLimits(keys["limits"]))
  }

  private mutating func span(
    _ entry: Node.Entry?, as field: FieldDescription
  ) -> StageRules.Span? {
    guard let entry, case .duration(let duration)? = value(entry, as: field) else { return nil }
    return StageRules.Span(duration: duration, range: entry.value.range)
  }

  private mutating func readRetry(_ entry: Node.Entry?) -> [String: Template]? {
    guard let entry, !entry.value.isBroken else { return nil }
    guard let members = entry.value.entries else {
      let count = entry.value.scalar.flatMap { Int($0.text) } ?? 3
      var diagnostic = Diagnostic(
        "type-mismatch", "`retry` is a map, found \(entry.value.kind)", at: entry.value.range,
        hint: "such as `retry: { max: \(count) }`")
      if entry.value.scalar.flatMap({ Int($0.text) }) != nil {
        diagnostic.fix = .init(range: entry.value.range, replacement: "{ max: \(count) }")
      }
      diagnostics.add(diagnostic)
      return nil
    }
    var decoder = FieldDecoder(scope: nil)
    var known: [Node.Entry] = []
    for member in members {
      if let foreign = KeySet.retry.foreign(member) {
        diagnostics.add(foreign)
      } else {
        known.append(member)
      }
    }
    let decoded = decoder.decodeMembers(
      known, of: RetryPolicy.fields, owner: "`retry`", at: entry.key.range)
    diagnostics.add(decoder.diagnostics)
    return decoded.filter { $0.value.literalValue != nil }
  }

  private mutating func readCache(_ entry: Node.Entry?) -> CacheMode? {
    choice(
      entry, as: StageRules.cacheField,
      synonyms: [
        "false": "off", "no": "off", "never": "off", "none": "off", "disabled": "off",
        "true": "auto", "on": "auto", "yes": "auto", "always": "auto", "renew": "refresh",
        "update": "refresh",
      ])
  }

  /// One of the names of a choice.
  mutating func choice<Choice: FieldChoice>(
    _ entry: Node.Entry?, as field: FieldDescription, synonyms: [String: String] = [:]
  ) -> Choice? {
    if let text = entry?.value.scalar?.text, let range = entry?.value.range,
      Choice(rawValue: text) == nil, let meant = synonyms[text.lowercased()]
    {
      let names = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      diagnostics.add(
        Diagnostic(
          "wrong-value", "`\(field.name)`: `\(text.shortened)` is not one of \(names)", at: range
        ).suggesting(meant))
      return nil
    }
    return value(entry, as: field)?.asText.flatMap(Choice.init(rawValue:))
  }

  private mutating func readLimits(_ entry: Node.Entry?) -> [String: StageRules.Limit] {
    if let entry, entry.value.entries == nil, !entry.value.isNull {
      diagnostics.error(
        "type-mismatch", "`limits` is a map from name to number, found \(entry.value.kind)",
        at: entry.value.range,
        hint: "such as `limits: { tts: 4 }`: at most 4 tasks at once among all that name `tts`")
      return [:]
    }
    var limits: [String: StageRules.Limit] = [:]
    for limit in entries(entry, "limits") {
      checkName(limit.name, "a limit", at: limit.key.range)
      var field = StageRules.limitField
      field.name = limit.name
      guard case .integer(let count)? = value(limit, as: field) else { continue }
      limits[limit.name] = StageRules.Limit(count: count, range: limit.key.range)
    }
    return limits
  }

  mutating func readIsolation(_ entry: Node.Entry?) -> StageDefinition.IsolationRule? {
    let field = FieldDescription(
      name: "isolation", summary: "", type: StageDefinition.Isolation.valueType)
    guard let entry,
      let isolation: StageDefinition.Isolation = choice(
        entry, as: field, synonyms: ["none": "host", "thread": "host", "subprocess": "process"])
    else { return nil }
    return .init(isolation: isolation, range: entry.value.range)
  }
}

// MARK: - Of the whole run

extension DefinitionReader {
  /// The names in `secrets`, each once.
  mutating func readSecrets(_ entry: Node.Entry?) -> [StageDefinition.Named] {
    guard let entry, !entry.value.isNull, !entry.value.isBroken else { return [] }
    if entry.value.entries != nil {
      diagnostics.add(
        Diagnostic(
          "type-mismatch", "`secrets` is a list of names, found a map", at: entry.key.range,
          hint: "such as `secrets: [TTS_KEY]`"
        ).noting("their texts are given to the host and stand in no file that others read"))
      return (entry.value.entries ?? []).map { .init(name: $0.name, range: $0.key.range) }
    }
    var names: [StageDefinition.Named] = []
    for node in entry.value.items ?? [entry.value] {
      guard let name = text(node, "secrets") else { continue }
      guard Self.isSecretName(name) else {
        // Not with what was found: it may be the key itself.
        diagnostics.error(
          "invalid-name", "this cannot be the name of a secret", at: node.range,
          hint: "expected letters, digits and `_`, a letter first, such as `TTS_KEY`")
        continue
      }
      if let first = names.first(where: { $0.name == name }) {
        diagnostics.add(
          Diagnostic("duplicate-key", "the secret `\(name)` is here twice", at: node.range)
            .noting("the first one is here", at: first.range))
        continue
      }
      names.append(.init(name: name, range: node.range))
    }
    return names
  }

  /// It must do as the name of an environment variable.
  static func isSecretName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.first.map { Lexer.beginsName($0) && $0 < 0x80 } == true && bytes.count <= 100
      && bytes.allSatisfy { Lexer.continuesName($0) && $0 < 0x80 }
  }

  mutating func readPriority(_ entry: Node.Entry?) -> Int {
    guard let entry else { return 0 }
    let named = ["low": -50, "normal": 0, "high": 50]
    if let text = entry.value.scalar?.text {
      if let value = named[text] { return value }
      if Int(text) == nil, !entry.value.isNull {
        diagnostics.add(
          Diagnostic(
            "wrong-value",
            "`priority` is a number from -100 to 100, or `low`, `normal` or `high`; found `\(text.shortened)`",
            at: entry.value.range
          ).suggesting(Suggestion.nearest(to: text, among: named.keys.sorted())))
        return 0
      }
    }
    let field = FieldDescription(
      name: "priority", summary: "", type: .integer, range: -100...100)
    guard case .integer(let value)? = value(entry, as: field) else { return 0 }
    return value
  }

  mutating func readConcurrency(_ entry: Node.Entry?) -> ConcurrencyDefinition? {
    guard let entry, !entry.value.isNull else { return nil }
    if entry.value.scalar != nil { return ConcurrencyDefinition(group: entry.value) }
    if entry.value.items != nil {
      diagnostics.error(
        "type-mismatch", "`concurrency` is a map or the name of a group, found a list",
        at: entry.value.range, hint: "such as `concurrency: { group: film, max: 1, policy: queue }`"
      )
      return nil
    }
    guard let keys = map(entry.value, .concurrency, missing: "`concurrency`") else { return nil }
    var rule = ConcurrencyDefinition()
    rule.group = keys["group"]?.value
    if rule.group == nil, !KeySet.concurrency.isMeant("group", by: keys.keys) {
      diagnostics.error(
        "missing-key", "`concurrency` needs `group`", at: entry.key.range,
        hint: "runs of one group exclude each other, such as `group: film-${{ inputs.customer }}`")
    }
    let max = FieldDescription(name: "max", summary: "", type: .integer, range: 1...1000)
    if case .integer(let count)? = value(keys["max"], as: max) { rule.max = count }
    let policy = FieldDescription(
      name: "policy", summary: "", type: ConcurrencyRule.Policy.valueType)
    rule.policy =
      choice(
        keys["policy"], as: policy,
        synonyms: [
          "wait": "queue", "fail": "refuse", "reject": "refuse", "deny": "refuse",
          "error": "refuse",
          "skip": "refuse", "drop": "refuse", "cancel-in-progress": "cancel", "replace": "cancel",
          "cancel": "cancel", "queue": "queue",
        ]) ?? .queue
    return rule
  }

  mutating func readHooks(_ entry: Node.Entry?) -> [HookDefinition] {
    guard let entry, !entry.value.isNull, !entry.value.isBroken else { return [] }
    if entry.value.items != nil {
      diagnostics.error(
        "type-mismatch", "`hooks` is a map from occasion to hook, found a list",
        at: entry.value.range,
        hint: "first when, then whom: `hooks: { finished: [{ webhook: https://… }] }`")
      return []
    }
    guard let occasions = map(entry.value, .hooks, missing: "`hooks`") else { return [] }
    var hooks: [HookDefinition] = []
    // In the order of the text.
    for written in entry.value.entries ?? [] where occasions[written.name] != nil {
      guard let occasion = HookDeclaration.Occasion(rawValue: written.name) else { continue }
      if let items = written.value.items {
        for item in items {
          if let hook = readHook(item, occasion, at: item.range) { hooks.append(hook) }
        }
      } else if !written.value.isNull,
        let hook = readHook(written.value, occasion, at: written.key.range)
      {
        hooks.append(hook)
      }
    }
    return hooks
  }

  private mutating func readHook(
    _ node: Node, _ occasion: HookDeclaration.Occasion, at location: SourceRange
  ) -> HookDefinition? {
    if let text = node.scalar?.text {
      diagnostics.error(
        "type-mismatch", "a hook is a map, found \(node.kind)", at: node.range,
        hint: text.contains("://") || text.contains("${{")
          ? "write `{ webhook: … }` around the address" : "such as `{ webhook: https://… }`")
      return nil
    }
    guard let keys = map(node, .hook, missing: "a hook") else { return nil }
    let webhook = keys["webhook"]?.value
    if webhook == nil, !KeySet.hook.isMeant("webhook", by: keys.keys) {
      diagnostics.error(
        "missing-key", "a hook needs `webhook`", at: location,
        hint: "the address that is told, such as `webhook: https://example.org/films`")
    }
    return HookDefinition(
      occasion: occasion, webhook: webhook, secret: keys["secret"]?.value, location: location)
  }
}
