public import Foundation

/// A file that is fetched, and gone on with after the connection broke.
public struct PartialDownload: Sendable {
  /// What is there of a file, and which version of it that is.
  public struct Beginning: Sendable, Hashable {
    /// From 1.
    public var byteCount: Int
    /// For `If-Range`: a strong `ETag`, or a `Last-Modified` that is one (RFC 9110, 13.1.5).
    public var validator: String

    public init(byteCount: Int, validator: String) {
      self.byteCount = byteCount
      self.validator = validator
    }
  }

  /// Keeps what came, also of a download that failed.
  public var file: URL
  /// Nil to begin anew; what is in the file is then replaced.
  public var beginning: Beginning?
  /// Told of the final head of a success before the first byte is written, on a thread that must not be kept waiting.
  public var onHead: @Sendable (HTTPResponse) -> Void
  /// Called on that thread at most five times a second, with all bytes of the file.
  public var progress: @Sendable (HTTPProgress) -> Void

  public init(
    to file: URL, goingOnFrom beginning: Beginning? = nil,
    onHead: @escaping @Sendable (HTTPResponse) -> Void = { _ in },
    progress: @escaping @Sendable (HTTPProgress) -> Void = { _ in }
  ) {
    self.file = file
    self.beginning = beginning
    self.onHead = onHead
    self.progress = progress
  }
}

extension HTTPClient {
  /// Fetches a file, or the rest of one. Any status is an answer; the file is complete with 200 and 206, and
  /// untouched with all but 2xx.
  ///
  /// A server that answers with another part than the one that is missing, or with a part of another version, is
  /// refused (`badResponse`) before anything is written.
  public func fetch(
    _ request: HTTPRequest, into download: PartialDownload
  ) async throws(HTTPError) -> HTTPResponse {
    var request = request
    if let beginning = download.beginning {
      request.headers.append(HTTPHeader("Range", "bytes=\(beginning.byteCount)-"))
      request.headers.append(HTTPHeader("If-Range", beginning.validator))
    }
    return try await follow(
      request, target: .partialFile(download.file, offset: download.beginning?.byteCount ?? 0),
      progress: download.progress
    ) { head throws(HTTPError) in
      try Self.check(head, continues: download.beginning)
      if head.isSuccess { download.onHead(head) }
    }
  }

  private static func check(
    _ head: HTTPResponse, continues beginning: PartialDownload.Beginning?
  ) throws(HTTPError) {
    guard head.status == 206 else { return }
    guard let beginning else {
      throw HTTPError(.badResponse, "the server sent a part of the file, and was asked for all")
    }
    guard let range = head.headers["Content-Range"].flatMap(ContentRange.init),
      range.first == beginning.byteCount, range.isToTheEnd
    else {
      throw HTTPError(.badResponse, "the server sent another part than the one that was missing")
    }
    guard let tag = head.headers["ETag"], beginning.validator.hasPrefix("\"") else { return }
    guard tag == beginning.validator else {
      throw HTTPError(.badResponse, "the server went on with another version of the file")
    }
  }
}

/// The header of RFC 9110, 14.4, for bytes that were sent.
public struct ContentRange: Sendable, Hashable {
  public let first: Int
  public let last: Int
  /// Nil when the server does not know.
  public let total: Int?

  public init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, ends.count == 2, let first = Self.number(ends[0]),
      let last = Self.number(ends[1]), first <= last
    else { return nil }
    self.first = first
    self.last = last
    if parts[1] == "*" {
      total = nil
    } else {
      guard let whole = Self.number(parts[1]), last < whole else { return nil }
      total = whole
    }
  }

  var isToTheEnd: Bool { total.map { $0 == last + 1 } ?? true }

  /// Digits only, and no more than fit.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}
