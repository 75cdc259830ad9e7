import HTTPTypes

/// Reads a request's head, by RFC 9112 where the RFC leaves no choice and as strictly as it allows where it does.
///
/// Whole URLs as targets are refused although section 3.2.2 wants them read: only proxies are sent them, and a
/// second host beside the `Host` field is one too many.
struct RequestHeadParser {
  let limits: ServerLimits

  /// - Parameter bytes: lines that end in CR LF, the last of them empty, as `HeadScanner` found them.
  func parse(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> RequestHead {
    var lines = Lines(bytes: bytes)
    guard let first = lines.next() else { throw .malformed("there is no request line") }
    let (method, target, version) = try parseRequestLine(first)
    var headers = Headers()
    headers.reserveCapacity(12)
    while let line = lines.next() { try parseField(line, into: &headers) }
    let framing = try framing(headers, version)
    try checkSingleFields(headers)
    try checkHost(headers, version)
    return RequestHead(
      method: method, target: target, version: version, headers: headers, framing: framing,
      keepsAlive: keepsAlive(headers, version),
      expectsContinue: try expectsContinue(headers, version))
  }
}

/// Lines without their ends, up to the empty one.
private struct Lines {
  let bytes: UnsafeRawBufferPointer
  private var start = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func next() -> UnsafeRawBufferPointer? {
    var end = start
    while end < bytes.count, bytes[end] != 0x0d { end += 1 }
    guard end > start else { return nil }
    defer { start = end + 2 }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }
}

// MARK: - The request line

extension RequestHeadParser {
  private func parseRequestLine(
    _ line: UnsafeRawBufferPointer
  ) throws(Refusal) -> (Method, RequestTarget, HTTPVersion) {
    let space = UInt8(ascii: " ")
    guard let first = line.firstIndex(of: space), let last = line.lastIndex(of: space),
      first < last
    else { throw .malformed("the request line is not a method, a target and a version") }
    let version = try version(UnsafeRawBufferPointer(rebasing: line[(last + 1)...]))
    let name = line[..<first]
    guard Self.isToken(name), name.count <= 32 else {
      throw .malformed("the method is no token")
    }
    let method = self.method(UnsafeRawBufferPointer(rebasing: name))
    let target = line[(first + 1)..<last]
    guard target.count <= limits.targetByteCount else {
      throw Refusal(
        .uriTooLong, "the request target is longer than \(limits.targetByteCount) bytes")
    }
    return (method, try parseTarget(String(decoding: target, as: UTF8.self), method), version)
  }

  private func method(_ name: UnsafeRawBufferPointer) -> Method {
    switch name.count {
    case 3 where name.elementsEqual("GET".utf8): .get
    case 4 where name.elementsEqual("POST".utf8): .post
    default: Method(trusted: String(decoding: name, as: UTF8.self))
    }
  }

  private func parseTarget(_ text: String, _ method: Method) throws(Refusal) -> RequestTarget {
    guard method.name != "CONNECT" else {
      throw Refusal(.notImplemented, "this server is no proxy")
    }
    do throws(RequestTarget.Problem) {
      let target = try RequestTarget(text)
      guard !target.isAsterisk || method == .options else { throw .notAPath }
      return target
    } catch {
      throw .malformed(Self.explanation(of: error))
    }
  }

  private static func explanation(of problem: RequestTarget.Problem) -> String {
    switch problem {
    case .notAPath: "the request target does not begin with a slash"
    case .forbiddenCharacter: "the request target has a forbidden character in it"
    case .badEscape: "the request target is not percent-encoded UTF-8"
    case .escapesItsFolder: "the request target has a dot segment or an escaped separator in it"
    }
  }

  private func version(_ text: UnsafeRawBufferPointer) throws(Refusal) -> HTTPVersion {
    if text.elementsEqual("HTTP/1.1".utf8) { return .http11 }
    if text.elementsEqual("HTTP/1.0".utf8) { return .http10 }
    func isDigit(_ octet: UInt8) -> Bool {
      octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9")
    }
    guard text.count == 8, text.prefix(5).elementsEqual("HTTP/".utf8), isDigit(text[5]),
      text[6] == UInt8(ascii: "."), isDigit(text[7])
    else { throw .malformed("the request line does not end in a version of HTTP") }
    throw Refusal(.versionNotSupported, "HTTP/1.1 and HTTP/1.0 are spoken here")
  }
}

// MARK: - Fields

extension RequestHeadParser {
  private func parseField(
    _ line: UnsafeRawBufferPointer, into headers: inout Headers
  ) throws(Refusal) {
    guard !Characters.isSpaceOrTab(line[0]) else {
      throw .malformed("a header field is continued on a second line")
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      throw .malformed("a header line has no colon")
    }
    let name = line[..<colon]
    guard Self.isToken(name) else {
      throw .malformed("the name of a header field is no token")
    }
    var value = line[(colon + 1)...]
    while let first = value.first, Characters.isSpaceOrTab(first) { value = value.dropFirst() }
    while let last = value.last, Characters.isSpaceOrTab(last) { value = value.dropLast() }
    guard value.allSatisfy(Characters.isFieldOctet) else {
      throw .malformed("a header field has a control character in it")
    }
    guard let text = String(validating: value, as: UTF8.self) else {
      throw .malformed("a header field is not UTF-8")
    }
    headers.append(FieldName(lowercased: Self.lowercased(name)), trusted: text)
  }

  /// For bytes of a connection alone: the general one costs a tenth of reading a request.
  private static func isToken(_ octets: Slice<UnsafeRawBufferPointer>) -> Bool {
    for octet in octets where !Characters.isTokenOctet(octet) { return false }
    return !octets.isEmpty
  }

  private static func lowercased(_ name: Slice<UnsafeRawBufferPointer>) -> String {
    String(unsafeUninitializedCapacity: name.count) { buffer in
      for (offset, octet) in name.enumerated() { buffer[offset] = octet.asciiLowercased }
      return name.count
    }
  }

  /// Fields of which a second one would mean that two readers see two requests.
  private func checkSingleFields(_ headers: Headers) throws(Refusal) {
    for (index, field) in headers.fields.enumerated().dropFirst() {
      for before in headers.fields[..<index]
      where before.name == field.name && Self.singleFields.contains(field.name) {
        throw .malformed("the field \"\(field.name)\" is there twice")
      }
    }
  }

  private static let singleFields: Set<FieldName> = [
    .authorization, .contentLength, .contentType, .expect, .host, .ifRange, .origin, .range,
    .transferEncoding, .webSocketKey, .webSocketVersion,
  ]

  private func checkHost(_ headers: Headers, _ version: HTTPVersion) throws(Refusal) {
    guard let host = headers[.host] else {
      guard version == .http10 else { throw .malformed("there is no \"Host\" field") }
      return
    }
    guard HostField.isValid(host) else { throw .malformed("the \"Host\" field is malformed") }
  }

  private func framing(_ headers: Headers, _ version: HTTPVersion) throws(Refusal) -> BodyFraming {
    let lengths = headers.values(of: .contentLength)
    if let coding = headers[.transferEncoding] {
      guard lengths.isEmpty else {
        throw .malformed("there is both a \"Content-Length\" and a \"Transfer-Encoding\"")
      }
      guard version == .http11 else {
        throw .malformed("HTTP/1.0 has no \"Transfer-Encoding\"")
      }
      guard coding.equalsIgnoringCase("chunked") else {
        throw Refusal(.notImplemented, "the only \"Transfer-Encoding\" known here is \"chunked\"")
      }
      return .chunked
    }
    guard let length = lengths.first else { return .none }
    guard lengths.count == 1, let count = Characters.decimal(length) else {
      throw .malformed("the \"Content-Length\" is not one number")
    }
    return count == 0 ? .none : .length(count)
  }

  private func keepsAlive(_ headers: Headers, _ version: HTTPVersion) -> Bool {
    switch version {
    case .http11: !headers.list(of: .connection, contains: "close")
    case .http10:
      headers.list(of: .connection, contains: "keep-alive")
        && !headers.list(of: .connection, contains: "close")
    }
  }

  private func expectsContinue(
    _ headers: Headers, _ version: HTTPVersion
  ) throws(Refusal) -> Bool {
    guard let expectation = headers[.expect] else { return false }
    guard expectation.equalsIgnoringCase("100-continue") else {
      throw Refusal(.expectationFailed, "the only expectation known here is \"100-continue\"")
    }
    return version == .http11
  }
}
