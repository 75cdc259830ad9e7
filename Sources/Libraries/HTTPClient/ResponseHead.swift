/// The status and the headers of a response, line by line as they come.
///
/// Interim responses (1xx) are replaced by what follows them; trailers are counted and dropped.
struct ResponseHead: Sendable {
  static let byteLimit = 64 << 10
  static let lineLimit = 200

  private(set) var status = 0
  private(set) var headers: [HTTPHeader] = []
  private var isComplete = false
  private var byteCount = 0
  private var lineCount = 0

  /// Whether headers and status are those of the answer.
  var isFinal: Bool { isComplete && status >= 200 }

  /// Whether it says at most once how long the body is, and in a number. Curl reads on to the end of the connection
  /// where it does not understand the length.
  var hasPlainLength: Bool {
    let lengths = Set(headers.filter { $0.isNamed("Content-Length") }.map(\.value))
    guard let length = lengths.first else { return true }
    return lengths.count == 1 && Int(length) != nil
      && length.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// - Parameter line: with its line end.
  /// - Returns: false when the head is larger than allowed.
  mutating func append(_ line: UnsafeRawBufferPointer) -> Bool {
    byteCount += line.count
    lineCount += 1
    guard byteCount <= Self.byteLimit, lineCount <= Self.lineLimit else { return false }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      headers = []
      isComplete = false
    } else if text.allSatisfy(\.isNewline) {
      isComplete = true
    } else if !isComplete, let colon = text.firstIndex(of: ":") {
      headers.append(
        HTTPHeader(String(text[..<colon]), Self.trimmed(text[text.index(after: colon)...])))
    }
    return true
  }

  private static func trimmed(_ text: Substring) -> String {
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
      let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
  }
}
