/// What a scalar says: text, one expression, or both mixed.
enum Interpolation: Sendable {
  case text(String)
  /// Exactly one `${{ e }}`: keeps the type of `e`.
  case expression(Expression)
  case mixed([Part])

  enum Part: Sendable {
    case text(String)
    case expression(Expression)
  }

  /// Reads `${{ e }}` in a scalar; `$${{` stands for `${{`. The result is never read again.
  init(_ scalar: Node.Scalar) throws(ExpressionSyntaxError) {
    let bytes = Array(scalar.text.utf8)
    guard scalar.text.firstRange(of: "${{") != nil else {
      self = .text(scalar.text)
      return
    }
    let places = ScalarPlaces(scalar)
    var parts: [Part] = []
    var text: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      if bytes[offset...].starts(with: "$${{".utf8) {
        text += Array("${{".utf8)
        offset += 4
      } else if bytes[offset...].starts(with: "${{".utf8) {
        if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
        text = []
        let (expression, end) = try ExpressionParser.parseDelimited(
          bytes, from: offset + 3, places: places)
        parts.append(.expression(expression))
        offset = end
      } else {
        text.append(bytes[offset])
        offset += 1
      }
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
    switch parts[0] {
    case .text(let text) where parts.count == 1: self = .text(text)
    case .expression(let expression) where parts.count == 1: self = .expression(expression)
    default: self = .mixed(parts)
    }
  }

  /// Reads a scalar where only an expression can stand, with or without `${{ }}` around it.
  static func bare(_ scalar: Node.Scalar) throws(ExpressionSyntaxError) -> Expression {
    let bytes = Array(scalar.text.utf8)
    let places = ScalarPlaces(scalar)
    let begin = bytes.firstIndex { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 } ?? 0
    guard bytes[begin...].starts(with: "${{".utf8) else {
      if bytes[begin...].starts(with: "{{".utf8) {
        throw ExpressionSyntaxError(
          message: "braces without a `$` are no template", offsets: begin..<(begin + 2),
          hint: "an expression stands here bare, such as `inputs.video`, or in `${{ … }}`",
          insertion: "$")
      }
      return try ExpressionParser.parseBare(bytes, places: places)
    }
    let (expression, end) = try ExpressionParser.parseDelimited(
      bytes, from: begin + 3, places: places)
    guard bytes[end...].allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }) else {
      throw ExpressionSyntaxError(
        message: "only one expression can stand here", offsets: end..<bytes.count,
        hint: "nothing was expected after `}}`")
    }
    return expression
  }
}
