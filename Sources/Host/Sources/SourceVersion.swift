import Foundation
import HTTPClient

/// Which version of a file a server sent, in the server's own words (RFC 9110, 8.8).
struct SourceVersion: Sendable, Hashable, Codable {
  var entityTag: String?
  var lastModified: String?
  /// Milliseconds since 1970 until which the server promises that it will not change (RFC 8246); nil without a promise.
  var unchangedUntil: Int?

  /// - Parameter now: milliseconds since 1970.
  init(_ response: HTTPResponse, now: Int) {
    entityTag = response.headers["ETag"].flatMap { Self.isEntityTag($0) ? $0 : nil }
    lastModified = response.headers["Last-Modified"].flatMap { $0.utf8.count < 100 ? $0 : nil }
    unchangedUntil = Self.promise(response, now: now)
    // A date that is about as new as the answer may stand for two versions of one second (RFC 9110, 8.8.2.2).
    if let lastModified, let date = RetryAfter.date(lastModified),
      let sent = response.headers["Date"].flatMap(RetryAfter.date)
    {
      hasSettledDate = sent - date >= 2
    }
  }

  private var hasSettledDate = false

  /// For a request that is to be answered with 304 when nothing has changed.
  var conditions: [HTTPHeader] {
    // Who understands both goes by the tag; a date alone is for servers that know no tags.
    if let entityTag { return [HTTPHeader("If-None-Match", entityTag)] }
    return lastModified.map { [HTTPHeader("If-Modified-Since", $0)] } ?? []
  }

  /// What tells for sure that the rest of a file belongs to its beginning; nil without such.
  var rangeValidator: String? {
    if let entityTag { return entityTag.hasPrefix("W/") ? nil : entityTag }
    return hasSettledDate ? lastModified : nil
  }

  /// For people.
  var description: String? { entityTag.map { "ETag \($0)" } ?? lastModified.map { "of \($0)" } }

  /// RFC 9110, 8.8.3.
  private static func isEntityTag(_ text: String) -> Bool {
    let opaque = text.hasPrefix("W/") ? text.dropFirst(2) : text[...]
    return opaque.utf8.count >= 2 && opaque.utf8.count < 300 && opaque.hasPrefix("\"")
      && opaque.hasSuffix("\"")
      && opaque.dropFirst().dropLast().utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F }
  }

  /// Both the word and the time have to be there.
  private static func promise(_ response: HTTPResponse, now: Int) -> Int? {
    let words = (response.headers["Cache-Control"] ?? "").lowercased().split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard words.contains("immutable"), !words.contains("no-store"), !words.contains("no-cache"),
      let age = words.first(where: { $0.hasPrefix("max-age=") })
        .flatMap({ Int($0.dropFirst("max-age=".count)) }), age > 0
    else { return nil }
    let spent = response.headers["Age"].flatMap { Int($0) } ?? 0
    return now + (min(age, 365 * 86_400) - min(max(0, spent), 365 * 86_400)) * 1000
  }
}
