import Testing
import YAML

private func events(_ text: String) throws -> [YAMLEvent] { try events(Array(text.utf8)) }

private func events(_ bytes: [UInt8]) throws -> [YAMLEvent] {
  var parser = try YAMLParser(bytes)
  var events: [YAMLEvent] = []
  repeat { events.append(try parser.next()) } while events.last?.kind != .streamEnd
  return events
}

private func scalars(_ text: String) throws -> [(YAMLEvent.Scalar, YAMLEvent)] {
  try events(text).compactMap { event in
    if case .scalar(let scalar) = event.kind { (scalar, event) } else { nil }
  }
}

@Suite("YAML events", .timeLimit(.minutes(5)))
struct YAMLParserTests {
  @Test("events come in the order of the text")
  func order() throws {
    let kinds = try events("a: [1, *x]\nb: &x {}\n").map(\.kind)
    #expect(
      kinds == [
        .streamStart, .documentStart(hasDirectives: false), .mappingStart(.init()),
        .scalar(.init(text: "a", style: .plain)), .sequenceStart(.init()),
        .scalar(.init(text: "1", style: .plain)), .alias("x"), .sequenceEnd,
        .scalar(.init(text: "b", style: .plain)), .mappingStart(.init(anchor: "x")), .mappingEnd,
        .mappingEnd, .documentEnd, .streamEnd,
      ])
  }

  @Test(
    "a scalar keeps its raw text and its style",
    arguments: [
      ("no", "no", YAMLEvent.Style.plain), ("0123", "0123", .plain),
      ("'it''s'", "it's", .singleQuoted),
      ("\"a\\tb\\u00e9\"", "a\tbé", .doubleQuoted), ("|\n a\n b\n", "a\nb\n", .literal),
      (">-\n a\n b\n", "a b", .folded), ("a\n b", "a b", .plain),
    ])
  func scalar(source: String, text: String, style: YAMLEvent.Style) throws {
    let found = try scalars(source)
    #expect(found.map(\.0) == [.init(text: text, style: style)])
  }

  @Test("marks count lines and Unicode scalars from 1, and bytes from 0")
  func marks() throws {
    let found = try scalars("äö: 日本\n\"é\": x\n")
    #expect(
      found.map(\.1.start) == [
        YAMLMark(line: 1, column: 1, offset: 0), YAMLMark(line: 1, column: 5, offset: 6),
        YAMLMark(line: 2, column: 1, offset: 13), YAMLMark(line: 2, column: 6, offset: 19),
      ])
    #expect(found[1].1.end == YAMLMark(line: 1, column: 7, offset: 12))
  }

  @Test("a byte order mark moves bytes but no columns")
  func byteOrderMark() throws {
    let found = try scalars("\u{FEFF}a: b\n")
    #expect(found.map(\.1.start.column) == [1, 4])
    #expect(found.map(\.1.start.offset) == [3, 6])
  }

  @Test("lines end as editors end them, whatever libyaml thinks", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(end: String) throws {
    let found = try scalars("a: \"x\u{2028}y\"\(end)b: 1\(end)")
    #expect(found.map(\.1.start.line) == [1, 1, 2, 2])
  }

  @Test(
    "an error has a place",
    arguments: [
      ("a: [1, 2\nb: 3\n", 2, 2), ("a: 'x\n", 2, 1), ("a: b: c\n", 1, 5), ("a:\n\t- b\n", 2, 1),
    ])
  func errors(text: String, line: Int, column: Int) {
    let error = #expect(throws: YAMLError.self) { try events(text) }
    #expect(error?.code == .syntax)
    #expect(error?.mark.line == line)
    #expect(error?.mark.column == column)
  }

  @Test(
    "bytes that YAML does not allow are an encoding error at their byte",
    arguments: [
      ([0x61, 0x3A, 0x20, 0xFF, 0x0A] as [UInt8], 3), ([0x61, 0x00, 0x62], 1),
      ([0x61, 0x3A, 0x20, 0x1B], 3), ([0xFF, 0xFE, 0x61, 0x00], 0), ([0x61, 0xC3], 1),
    ])
  func encoding(bytes: [UInt8], offset: Int) {
    let error = #expect(throws: YAMLError.self) { try events(bytes) }
    #expect(error?.code == .encoding)
    #expect(error?.mark.offset == offset)
  }

  @Test("after an error the stream is over")
  func afterError() throws {
    var parser = try YAMLParser(Array("a: ]".utf8))
    var failed = false
    for _ in 0..<10 where !failed {
      do { _ = try parser.next() } catch { failed = true }
    }
    #expect(failed)
    #expect(try parser.next().kind == .streamEnd)
  }

  @Test(
    "an empty text is a stream without a document",
    arguments: ["", "# only a comment\n", "\u{FEFF}"])
  func empty(text: String) throws {
    #expect(try events(text).map(\.kind) == [.streamStart, .streamEnd])
  }
}

@Suite("Text index", .timeLimit(.minutes(5)))
struct TextIndexTests {
  @Test("every byte of a scalar has the mark of the scalar's column, and back")
  func roundTrip() {
    let text = "aé日😀\nб" + String(repeating: "ü", count: 500) + "x"
    let index = TextIndex(Array(text.utf8))
    var offset = 0
    var line = 1
    var column = 1
    for (number, scalar) in text.unicodeScalars.enumerated() {
      #expect(index.mark(atByte: offset) == YAMLMark(line: line, column: column, offset: offset))
      #expect(index.byte(ofScalar: number) == offset)
      offset += Unicode.UTF8.width(scalar)
      column += 1
      if scalar == "\n" { (line, column) = (line + 1, 1) }
    }
    #expect(index.byte(ofScalar: 10_000) == text.utf8.count)
  }

  @Test("a line is found without its end; others are empty")
  func lines() {
    let index = TextIndex(Array("a\r\nb\n\nc".utf8))
    let lines = (0...6).map { String(decoding: index.line($0), as: UTF8.self) }
    #expect(lines == ["", "a", "b", "", "c", "", ""])
    #expect(index.lineCount == 4)
  }
}
