import Foundation

/// The body of a webhook, as receivers know it: see `Documentation/webhooks.md`.
struct HookMessage: Encodable {
  struct File: Encodable, Hashable {
    /// Its path in a bundle, else what the file was called.
    var name: String
    /// Bytes.
    var size: Int
    /// SHA-256.
    var digest: String
    var mediaType: String
  }

  struct Output: Encodable {
    /// The first ones of many.
    var files: [File]
    /// Of all.
    var fileCount: Int
    /// Bytes, of all.
    var size: Int
  }

  struct Failure: Encodable {
    var `class`: String
    var message: String
    /// The stage or the part of the run at fault.
    var stage: String?
    var field: String?
  }

  struct Contents: Encodable {
    var run: String
    var pipeline: String
    var state: String
    /// Milliseconds; nil while it runs.
    var elapsed: Int?
    var outputs: [String: Output]
    var error: Failure?
    var labels: [String: String]
  }

  /// Such as `run.finished`.
  var type: String
  /// Of the event; ISO 8601 in UTC.
  var timestamp: String
  var data: Contents

  /// Most files of an output that are listed.
  static let fileLimit = 100

  func text() throws -> String {
    String(decoding: try CanonicalJSON.encode(self), as: UTF8.self)
  }

  /// - Parameter time: milliseconds since 1970.
  static func timestamp(_ time: Int) -> String {
    // Whole seconds, because a fraction of a `Double` is not exact.
    let date = Date(timeIntervalSince1970: Double(time / 1000))
    let milliseconds = String(1000 + time % 1000).dropFirst()
    return date.formatted(Date.ISO8601FormatStyle(timeZone: .gmt)).dropLast() + ".\(milliseconds)Z"
  }
}

extension HookMessage.Output {
  /// Nil for a value without files in it.
  init?(_ value: Value, hiding redactor: Redactor) {
    let all = Self.files(of: value)
    guard !all.isEmpty else { return nil }
    fileCount = all.count
    size = all.reduce(0) { $0 + $1.1.byteCount }
    files = all.prefix(HookMessage.fileLimit).map { name, file in
      HookMessage.File(
        name: redactor.redact(name), size: file.byteCount, digest: file.digest.hex,
        mediaType: file.mediaType)
    }
  }

  private static func files(of value: Value) -> [(String, FileReference)] {
    switch value {
    case .bundle(let bundle):
      bundle.files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    case .list(let values): values.flatMap(files)
    case .map(let members): members.sorted { $0.key < $1.key }.flatMap { files(of: $0.value) }
    default: value.files.map { ($0.name, $0) }
    }
  }
}
