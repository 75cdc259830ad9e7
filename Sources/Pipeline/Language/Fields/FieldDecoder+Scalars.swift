extension FieldDecoder {
  mutating func decode(
    _ scalar: Node.Scalar, _ node: Node, as type: ValueType, described field: FieldDescription?
  ) -> Template? {
    guard let scope else { return literal(scalar.text, scalar, node, as: type, field) }
    do {
      switch try Interpolation(scalar) {
      case .text(let text):
        warnOfPlainText(text, scalar, at: node.range, as: type)
        return literal(text, scalar, node, as: type, field)
      case .expression(let expression):
        return self.expression(expression, at: node.range, as: type, described: field, in: scope)
      case .mixed(let parts): return mixed(parts, node, as: type, described: field, in: scope)
      }
    } catch {
      report(Diagnostic(error, in: scalar))
      return nil
    }
  }

  private mutating func literal(
    _ text: String, _ scalar: Node.Scalar, _ node: Node, as type: ValueType,
    _ field: FieldDescription?
  ) -> Template? {
    do {
      let isOpen = type == .json || type == .list(.json)
      let value = isOpen && !scalar.isPlain ? .text(text) : try type.parse(scalar: text)
      return template(
        .literal(Template.resolve(value, as: type, in: folders.folder(at: node.range))),
        at: node.range, as: type)
    } catch {
      if type == .secret {
        report(.literalSecret(field?.name, at: node.range))
        return nil
      }
      let owner = field.map { "`\($0.name)`: " } ?? ""
      var diagnostic = Diagnostic("wrong-value", owner + error.message, at: node.range)
        .suggesting(error.suggestion)
      diagnostic.expected = field?.constraint ?? type.named
      report(EnvironmentName.note(in: text).map { diagnostic.noting($0) } ?? diagnostic)
      return nil
    }
  }

  /// What is connected to a port, as the port's type; nil when it does not fit, which is reported.
  mutating func connect(
    _ expression: Expression, at range: SourceRange, to port: FieldDescription
  ) -> Template? {
    guard let scope else { return nil }
    var template = self.expression(
      expression, at: range, as: port.type.unwrapped, described: port, in: scope)
    template?.field = port
    return template
  }

  /// A literal in an expression is converted here, so that it is checked before anything runs.
  private mutating func expression(
    _ expression: Expression, at range: SourceRange, as type: ValueType,
    described field: FieldDescription?, in scope: TypeScope
  ) -> Template? {
    if case .list(let items) = expression.kind, case .list(let element) = type {
      let decoded = items.map { item in
        self.expression(item, at: item.range, as: element.unwrapped, described: nil, in: scope)
      }
      let known = decoded.compactMap(\.self)
      return known.count == items.count ? template(.list(known), at: range, as: type) : nil
    }
    guard let found = check(expression, in: scope) else { return nil }
    if found.unwrapped == .secret, type != .secret {
      report(
        .secretLeak(
          "\(field.map { "`\($0.name)`" } ?? "this") is not declared secret",
          at: expression.range, fields: secretFields))
      return nil
    }
    if type == .secret, found.unwrapped != .secret {
      report(.literalSecret(field?.name, at: range))
      return nil
    }
    guard type.accepts(found) else {
      report(misfit(found, type, field, at: expression.range))
      return nil
    }
    guard case .literal(let value) = expression.kind, value != .null else {
      return template(.expression(expression), at: range, as: type)
    }
    do {
      let converted = try type.convert(value)
      return template(
        .literal(Template.resolve(converted, as: type, in: folders.folder(at: range))),
        at: range, as: type)
    } catch {
      report(
        Diagnostic("wrong-value", error.description, at: expression.range)
          .suggesting(error.suggestion.map { "'\($0)'" }))
      return nil
    }
  }

  private func misfit(
    _ found: ValueType, _ type: ValueType, _ field: FieldDescription?, at range: SourceRange
  ) -> Diagnostic {
    let owner = field.map { "`\($0.name)`" } ?? "this"
    var diagnostic = Diagnostic(
      "type-mismatch", "\(owner) takes \(type.named), found \(found.named)", at: range)
    diagnostic.expected = field?.constraint ?? type.named
    guard case .list(let element) = found.unwrapped, type.accepts(element) else {
      return diagnostic
    }
    return diagnostic.noting(
      "one of a list is taken as `[0]`; one task per item is made with `foreach`")
  }

  private mutating func mixed(
    _ parts: [Interpolation.Part], _ node: Node, as type: ValueType,
    described field: FieldDescription?, in scope: TypeScope
  ) -> Template? {
    var isRight = true
    for case .expression(let expression) in parts {
      guard let found = check(expression, in: scope) else {
        isRight = false
        continue
      }
      if found.unwrapped == .secret {
        report(
          .secretLeak(
            "a secret cannot be part of a text", at: expression.range,
            fields: secretFields))
        isRight = false
      } else if !found.isTextLike {
        report(
          Diagnostic(
            "type-mismatch", "\(found.named) cannot be part of a text", at: expression.range))
        isRight = false
      }
    }
    if type == .secret {
      if isRight { report(.literalSecret(field?.name, at: node.range)) }
      return nil
    }
    guard type.accepts(.text) else {
      let owner = field.map { "`\($0.name)`" } ?? "this"
      report(
        Diagnostic(
          "type-mismatch", "\(owner) takes \(type.named), found a text with templates",
          at: node.range
        )
        .noting("a value that is exactly one `${{ … }}` keeps its type"))
      return nil
    }
    guard isRight else { return nil }
    var template = template(.mixed(parts), at: node.range, as: type)
    if case .expression = parts[0] { template.folder = nil }
    return template
  }

  mutating func check(_ expression: Expression, in scope: TypeScope) -> ValueType? {
    var checker = TypeChecker(scope)
    let type = checker.type(of: expression)
    diagnostics += checker.diagnostics
    references += checker.references
    secrets += checker.secrets
    return checker.diagnostics.hasErrors ? nil : type
  }

  /// Where the field itself is unknown, what its templates name still counts as used.
  mutating func checkTemplates(in node: Node) {
    guard let scope else { return }
    switch node.content {
    case .scalar(let scalar):
      do {
        switch try Interpolation(scalar) {
        case .text: break
        case .expression(let expression): _ = check(expression, in: scope)
        case .mixed(let parts):
          for case .expression(let expression) in parts { _ = check(expression, in: scope) }
        }
      } catch {
        report(Diagnostic(error, in: scalar))
      }
    case .sequence(let items): for item in items { checkTemplates(in: item) }
    case .mapping(let entries): for entry in entries { checkTemplates(in: entry.value) }
    }
  }

  /// `{{ inputs.x }}` and `${NAME}` are plain text here, and hardly meant.
  private mutating func warnOfPlainText(
    _ text: String, _ scalar: Node.Scalar, at range: SourceRange, as type: ValueType
  ) {
    if type.isTextLike || type.isFile, let note = EnvironmentName.note(in: text),
      (try? type.parse(scalar: text)) != nil
    {
      report(
        Diagnostic(
          "plain-braces", "nothing is put in place of `${…}`", at: range, severity: .warning
        ).noting(note))
    }
    guard let braces = text.firstRange(of: "{{"), !text[..<braces.lowerBound].hasSuffix("$") else {
      return
    }
    let inside = text[braces.upperBound...].drop { $0 == " " }
    let name = String(inside.prefix { $0.isLetter || $0 == "_" || $0 == "-" || $0.isNumber })
    let next = inside.dropFirst(name.count).first
    let isPath = next == "." && (TypeScope.contexts.contains(name) || scope?.stages[name] != nil)
    guard isPath || ForeignNames.isKnown(name) && (next == "." || next == "(") else { return }
    var diagnostic = Diagnostic(
      "plain-braces", "`{{ \(name)\(next == "(" ? "(…)" : ".…") }}` without a `$` is plain text",
      at: range, severity: .warning, hint: "did you mean `${{ … }}`?")
    if let note = ForeignNames.notes[name] ?? ForeignNames.functions[name] {
      diagnostic = diagnostic.noting(note)
    } else if let note = ForeignNames.outputs.contains(name) ? ForeignNames.outputNote : nil {
      diagnostic = diagnostic.noting(note)
    } else if text[braces.upperBound...].firstRange(of: "{{") == nil {
      let begin = text.utf8.distance(from: text.startIndex, to: braces.lowerBound)
      let place = ScalarPlaces(scalar).range(begin..<begin)
      diagnostic.fix = .init(range: place, replacement: "$")
    }
    report(diagnostic)
  }
}

extension Diagnostic {
  init(_ error: ExpressionSyntaxError, in scalar: Node.Scalar) {
    self.init(
      "expression-syntax", error.message, at: ScalarPlaces(scalar).range(error.offsets),
      hint: error.hint)
    suggestion = error.suggestion
    if let suggestion, let range { fix = Fix(range: range, replacement: suggestion) }
    if let insertion = error.insertion, let range {
      let begin = SourceRange(file: range.file, start: range.start, end: range.start)
      fix = Fix(range: begin, replacement: insertion)
    }
  }
}
