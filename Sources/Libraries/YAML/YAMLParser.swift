import CYAML

/// Reads a YAML text event by event with libyaml 0.2.
///
/// Not reentrant; one parser belongs to one thread. After an error or `streamEnd` the stream is
/// over.
public struct YAMLParser: ~Copyable {
  /// Lines and columns of the text that is read.
  public let index: TextIndex

  // "The application should keep the string until the parser is deleted"
  // (yaml_parser_set_input_string): `input` lives as long as `raw`. The parser holds pointers into
  // itself, hence the heap.
  private let raw: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private var isOver = false

  public init(_ bytes: [UInt8]) throws(YAMLError) { try self.init(TextIndex(bytes)) }

  /// For a text whose lines are known already.
  public init(_ index: TextIndex) throws(YAMLError) {
    let raw = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    raw.initialize(to: yaml_parser_t())
    guard yaml_parser_initialize(raw) == 1 else {
      raw.deallocate()
      throw YAMLError(
        code: .memory, message: "yaml_parser_initialize: out of memory",
        mark: index.mark(atByte: 0))
    }
    self.index = index
    self.raw = raw
    let content = index.bytes[index.start...]
    input = .allocate(capacity: content.count)
    _ = input.initialize(from: content)
    // Without this, two bytes that look like a UTF-16 mark would change the encoding.
    yaml_parser_set_encoding(raw, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(raw, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(raw)
    raw.deallocate()
    input.deallocate()
  }

  public mutating func next() throws(YAMLError) -> YAMLEvent {
    if isOver {
      let end = index.mark(atByte: index.bytes.count)
      return YAMLEvent(kind: .streamEnd, start: end, end: end)
    }
    let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
    event.initialize(to: yaml_event_t())
    defer { event.deallocate() }
    guard yaml_parser_parse(raw, event) == 1 else {
      isOver = true
      throw error()
    }
    defer { yaml_event_delete(event) }
    return read(event.pointee)
  }

  private mutating func read(_ event: yaml_event_t) -> YAMLEvent {
    let kind = YAMLEvent.Kind(event)
    isOver = kind == .streamEnd
    return YAMLEvent(kind: kind, start: mark(event.start_mark), end: mark(event.end_mark))
  }

  /// libyaml counts scalars (`index`) after the byte order mark, and lines in its own way.
  private func mark(_ mark: yaml_mark_t) -> YAMLMark {
    index.mark(atByte: index.byte(ofScalar: Int(clamping: mark.index)))
  }

  /// Copies the parser's error; its strings are constants of libyaml.
  private func error() -> YAMLError {
    let parser = raw.pointee
    let message = parser.problem.map { String(cString: $0) } ?? "unknown problem"
    switch parser.error {
    case YAML_MEMORY_ERROR:
      return YAMLError(code: .memory, message: "out of memory", mark: index.mark(atByte: 0))
    case YAML_READER_ERROR:
      let offset = index.start + Int(clamping: parser.problem_offset)
      return YAMLError(code: .encoding, message: message, mark: index.mark(atByte: offset))
    default:
      return YAMLError(
        code: .syntax, message: message, mark: mark(parser.problem_mark),
        context: parser.context.map { String(cString: $0) },
        contextMark: parser.context == nil ? nil : mark(parser.context_mark))
    }
  }
}

extension YAMLEvent.Kind {
  /// Copies everything out of the event, which its owner deletes.
  fileprivate init(_ event: yaml_event_t) {
    switch event.type {
    case YAML_STREAM_START_EVENT: self = .streamStart
    case YAML_DOCUMENT_START_EVENT:
      let start = event.data.document_start
      self = .documentStart(
        hasDirectives: start.version_directive != nil
          || start.tag_directives.start != start.tag_directives.end)
    case YAML_DOCUMENT_END_EVENT: self = .documentEnd
    case YAML_ALIAS_EVENT: self = .alias(copied(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT: self = .scalar(YAMLEvent.Scalar(event.data.scalar))
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      self = .sequenceStart(.init(anchor: copied(start.anchor), tag: copied(start.tag)))
    case YAML_SEQUENCE_END_EVENT: self = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      self = .mappingStart(.init(anchor: copied(start.anchor), tag: copied(start.tag)))
    case YAML_MAPPING_END_EVENT: self = .mappingEnd
    default: self = .streamEnd
    }
  }
}

extension YAMLEvent.Scalar {
  fileprivate init(_ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar) {
    let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    self.init(
      text: String(decoding: bytes, as: UTF8.self), style: YAMLEvent.Style(scalar.style),
      properties: .init(anchor: copied(scalar.anchor), tag: copied(scalar.tag)))
  }
}

extension YAMLEvent.Style {
  fileprivate init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}

private func copied(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  pointer.map { String(cString: $0) }
}
