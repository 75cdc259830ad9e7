/// Reads one expression out of a scalar, by precedence climbing.
///
/// From loosest to tightest: `else`, `||`, `&&`, `== !=`, `< <= > >=`, `+ -`, `* / %`, `! -`, then
/// `.member`, `[index]` and calls.
struct ExpressionParser {
  private let places: ScalarPlaces
  private var lexer: Lexer
  private var token: Token
  private var depth = 0

  /// Levels of brackets and signs.
  static let maximumDepth = 50
  /// Operators and members in one expression.
  static let maximumLength = 500
  private var length = 0

  private init(_ places: ScalarPlaces, lexer: Lexer) throws(ExpressionSyntaxError) {
    self.places = places
    self.lexer = lexer
    token = try self.lexer.next()
  }

  /// Reads up to `}}`, which is consumed.
  /// - Returns: the expression, and the byte behind `}}`.
  static func parseDelimited(
    _ bytes: [UInt8], from offset: Int, places: ScalarPlaces
  ) throws(ExpressionSyntaxError) -> (Expression, end: Int) {
    let lexer = Lexer(bytes, from: offset, isDelimited: true)
    var parser = try ExpressionParser(places, lexer: lexer)
    let expression = try parser.whole()
    guard parser.token.offsets.count == 2 else {
      throw ExpressionSyntaxError(
        message: "`${{` is not closed", offsets: (offset - 3)..<offset,
        hint: "expected `}}` at its end")
    }
    return (expression, parser.token.offsets.upperBound)
  }

  /// Reads a scalar that is nothing but an expression.
  static func parseBare(
    _ bytes: [UInt8], places: ScalarPlaces
  ) throws(ExpressionSyntaxError) -> Expression {
    let lexer = Lexer(bytes, from: 0, isDelimited: false)
    var parser = try ExpressionParser(places, lexer: lexer)
    return try parser.whole()
  }

  private mutating func whole() throws(ExpressionSyntaxError) -> Expression {
    let expression = try orElse()
    guard token.kind == .end else { throw unexpected() }
    return expression
  }

  private func unexpected() -> ExpressionSyntaxError {
    var hint: String?
    switch token.kind {
    case .name("and"): hint = "and is `&&`"
    case .name("or"): hint = "or is `||`; `else` takes the first that exists"
    case .name("if"): hint = "there is no `if` in expressions; a stage has one"
    case .name, .text, .integer, .number: hint = "expected an operator before this"
    case .symbol, .end: break
    }
    if case .end = token.kind {
      return ExpressionSyntaxError(
        message: "the expression ends too early", offsets: token.offsets,
        hint: "expected a value here")
    }
    return ExpressionSyntaxError(
      message: "unexpected \(token.description) in an expression", offsets: token.offsets,
      hint: hint)
  }

  private mutating func advance() throws(ExpressionSyntaxError) {
    length += 1
    guard length <= Self.maximumLength else {
      throw ExpressionSyntaxError(
        message: "the expression is too long (more than \(Self.maximumLength) words)",
        offsets: token.offsets)
    }
    token = try lexer.next()
  }

  private mutating func take(_ symbol: String) throws(ExpressionSyntaxError) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ symbol: String) throws(ExpressionSyntaxError) -> Int {
    let end = token.offsets.upperBound
    guard try take(symbol) else {
      throw ExpressionSyntaxError(
        message: "unexpected \(token.description) in an expression", offsets: token.offsets,
        hint: "expected `\(symbol)`")
    }
    return end
  }

  private mutating func nested<Made>(
    _ body: (inout ExpressionParser) throws(ExpressionSyntaxError) -> Made
  ) throws(ExpressionSyntaxError) -> Made {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw ExpressionSyntaxError(
        message: "the expression is nested too deep (more than \(Self.maximumDepth) levels)",
        offsets: token.offsets)
    }
    return try body(&self)
  }

  private func range(_ offsets: Range<Int>) -> SourceRange { places.range(offsets) }

  private mutating func orElse() throws(ExpressionSyntaxError) -> Expression {
    var left = try binary(level: 0)
    while token.kind == .name("else") {
      try advance()
      let right = try binary(level: 0)
      left = Expression(kind: .orElse(left, right), range: left.range.joined(with: right.range))
    }
    return left
  }

  private static let levels: [[Expression.Operator]] = [
    [.or], [.and], [.equal, .unequal], [.less, .lessOrEqual, .greater, .greaterOrEqual],
    [.plus, .minus], [.times, .divided, .remainder],
  ]

  private mutating func binary(level: Int) throws(ExpressionSyntaxError) -> Expression {
    guard level < Self.levels.count else { return try prefix() }
    var left = try binary(level: level + 1)
    while case .symbol(let symbol) = token.kind,
      let found = Self.levels[level].first(where: { $0.rawValue == symbol })
    {
      try advance()
      let right = try binary(level: level + 1)
      left = Expression(
        kind: .binary(found, left, right), range: left.range.joined(with: right.range))
    }
    return left
  }

  private mutating func prefix() throws(ExpressionSyntaxError) -> Expression {
    let start = token.offsets
    guard token.kind == .symbol("!") || token.kind == .symbol("-") else { return try postfix() }
    let isNot = token.kind == .symbol("!")
    try advance()
    let operand = try nested { parser throws(ExpressionSyntaxError) in try parser.prefix() }
    return Expression(
      kind: isNot ? .not(operand) : .negative(operand),
      range: range(start).joined(with: operand.range))
  }

  private mutating func postfix() throws(ExpressionSyntaxError) -> Expression {
    var base = try primary()
    while true {
      if try take(".") {
        let place = range(token.offsets)
        let name = try memberName()
        if token.kind == .symbol("(") { throw method(name) }
        base = Expression(
          kind: .member(base, name, at: place), range: base.range.joined(with: place))
      } else if try take("[") {
        let index = try nested { parser throws(ExpressionSyntaxError) in try parser.orElse() }
        let end = try expect("]")
        base = Expression(
          kind: .index(base, index), range: base.range.joined(with: range((end - 1)..<end)))
      } else {
        return base
      }
    }
  }

  /// `text.upper()`
  private func method(_ name: String) -> ExpressionSyntaxError {
    let offsets = (token.offsets.lowerBound - name.utf8.count)..<token.offsets.upperBound
    let function = Expression.Function(rawValue: name)
    return ExpressionSyntaxError(
      message: "a value has no functions of its own, such as `\(name)`", offsets: offsets,
      hint: function.map { "write `\($0.usage)`" } ?? ForeignNames.functions[name]
        ?? "functions stand in front: `upper(x)`")
  }

  private mutating func memberName() throws(ExpressionSyntaxError) -> String {
    guard case .name(let name) = token.kind else {
      throw ExpressionSyntaxError(
        message: "unexpected \(token.description) in an expression", offsets: token.offsets,
        hint: "expected a name after `.`; items are counted as `[0]`")
    }
    try advance()
    return name
  }

  private mutating func primary() throws(ExpressionSyntaxError) -> Expression {
    let first = token
    let place = range(first.offsets)
    switch first.kind {
    case .integer(let value):
      try advance()
      return Expression(kind: .literal(.integer(value)), range: place)
    case .number(let value):
      try advance()
      return Expression(kind: .literal(.number(value)), range: place)
    case .text(let value):
      try advance()
      return Expression(kind: .literal(.text(value)), range: place)
    case .symbol("("):
      try advance()
      var inner = try nested { parser throws(ExpressionSyntaxError) in try parser.orElse() }
      let end = try expect(")")
      inner.range = place.joined(with: range((end - 1)..<end))
      return inner
    case .name(let name) where name != "else":
      try advance()
      if token.kind == .symbol("(") { return try call(name, place) }
      return Expression(
        kind: Self.constants[name].map { .literal($0) } ?? .name(name), range: place)
    default: throw unexpected()
    }
  }

  private static let constants: [String: Value] = [
    "true": .boolean(true), "false": .boolean(false), "null": .null,
  ]

  private mutating func call(
    _ name: String, _ place: SourceRange
  ) throws(ExpressionSyntaxError) -> Expression {
    let nameOffsets = (token.offsets.lowerBound - name.utf8.count)..<token.offsets.lowerBound
    guard let function = Expression.Function(rawValue: name) else {
      let names = Expression.Function.allCases.map(\.rawValue)
      let near = Suggestion.nearest(to: name, among: names)
      throw ExpressionSyntaxError(
        message: "there is no function `\(name)`", offsets: nameOffsets,
        hint: ForeignNames.functions[name] ?? near.map { "did you mean `\($0)`?" }
          ?? "known are \(names.joined(separator: ", "))",
        suggestion: ForeignNames.functions[name] == nil ? near : nil)
    }
    try advance()
    var arguments: [Expression] = []
    if token.kind != .symbol(")") {
      repeat {
        arguments.append(
          try nested { parser throws(ExpressionSyntaxError) in try parser.orElse() })
      } while try take(",")
    }
    let end = try expect(")")
    return Expression(
      kind: .call(function, arguments), range: place.joined(with: range((end - 1)..<end)))
  }
}
