/// Which bytes of a thing a request is for (RFC 9110 section 14).
public enum ByteRange: Sendable, Hashable {
  case whole
  case part(Range<Int>)
  /// 416.
  case unsatisfiable

  /// Several ranges, other units and malformed ones are answered with the whole, as the standard allows.
  public init(
    _ method: Method, _ headers: Headers, validators: Validators, byteCount: Int
  ) {
    self = .whole
    guard method == .get, let text = headers[.range], validators.allowsRange(headers) else {
      return
    }
    let halves = text.split(separator: "=", maxSplits: 1)
    guard halves.count == 2, halves[0].equalsIgnoringCase("bytes"), !halves[1].contains(",") else {
      return
    }
    let ends = halves[1].trimmedOfBlanks.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return }
    switch (ends[0].isEmpty, ends[1].isEmpty) {
    case (true, true): return
    case (true, false): self = Self.last(ends[1], of: byteCount)
    case (false, _): self = Self.from(ends[0], to: ends[1], of: byteCount)
    }
  }

  private static func last(_ count: Substring, of byteCount: Int) -> ByteRange {
    guard isNumber(count) else { return .whole }
    // A number that does not fit is more than there is.
    let count = Characters.decimal(count) ?? .max
    guard count > 0, byteCount > 0 else { return .unsatisfiable }
    return .part(max(0, byteCount - count)..<byteCount)
  }

  private static func from(_ first: Substring, to last: Substring, of byteCount: Int) -> ByteRange {
    guard isNumber(first), last.isEmpty || isNumber(last) else { return .whole }
    let first = Characters.decimal(first) ?? .max
    let last = last.isEmpty ? Int.max : Characters.decimal(last) ?? .max
    guard first <= last else { return .whole }
    guard first < byteCount else { return .unsatisfiable }
    return .part(first..<min(last, byteCount - 1) + 1)
  }

  private static func isNumber(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
