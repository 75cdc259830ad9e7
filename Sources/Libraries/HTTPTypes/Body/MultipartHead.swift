/// What a part of a form says about itself.
public struct MultipartHead: Sendable, Hashable {
  public let headers: Headers
  /// The form field's name.
  public let name: String
  /// As the client calls the file; never a path to write to. Nil for a field that is no file.
  public let fileName: String?

  public var mediaType: MediaType? { headers[.contentType].flatMap(MediaType.init) }

  /// `block` is lines between CR LF, without the empty line.
  init(_ block: ArraySlice<UInt8>) throws(MultipartError) {
    var headers = Headers()
    guard let text = String(validating: block, as: UTF8.self) else {
      throw MultipartError("a part's header is not UTF-8")
    }
    for line in text.split(separator: "\r\n", omittingEmptySubsequences: true) {
      guard let colon = line.firstIndex(of: ":"), let name = FieldName(String(line[..<colon]))
      else {
        throw MultipartError("a part's header has a line that is no field")
      }
      do {
        try headers.append(name, String(line[line.index(after: colon)...].trimmedOfBlanks))
      } catch {
        throw MultipartError("a part's header has a control character in it")
      }
    }
    let parts = QuotedText.split(headers[.contentDisposition] ?? "", at: UInt8(ascii: ";"))
    guard parts.first?.equalsIgnoringCase("form-data") == true,
      let parameters = QuotedText.parameters(parts.dropFirst()),
      let name = parameters["name"]
    else {
      throw MultipartError("a part has no \"Content-Disposition: form-data\" with a name")
    }
    self.headers = headers
    self.name = Self.unescaped(name)
    fileName = parameters["filename"].map(Self.unescaped)
  }

  /// Browsers write a quote as `%22`.
  private static func unescaped(_ name: String) -> String {
    name.replacing("%22", with: "\"")
  }
}
