/// A media type with its parameters (RFC 9110 section 8.3.1).
public struct MediaType: Sendable, Hashable, CustomStringConvertible {
  /// In lower case, as `type/subtype`.
  public let essence: String
  /// Names in lower case.
  public let parameters: [String: String]

  /// Nil when `text` is malformed.
  public init?(_ text: String) {
    let parts = QuotedText.split(text, at: UInt8(ascii: ";"))
    guard let first = parts.first, let parameters = QuotedText.parameters(parts.dropFirst()) else {
      return nil
    }
    let names = first.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2, names.allSatisfy({ Characters.isToken($0.utf8) }) else { return nil }
    essence = first.lowercased()
    self.parameters = parameters
  }

  private init(trusted essence: String, _ parameters: [String: String] = [:]) {
    self.essence = essence
    self.parameters = parameters
  }

  public static let json = MediaType(trusted: "application/json")
  public static let problemJSON = MediaType(trusted: "application/problem+json")
  public static let yaml = MediaType(trusted: "application/yaml")
  public static let form = MediaType(trusted: "application/x-www-form-urlencoded")
  public static let octetStream = MediaType(trusted: "application/octet-stream")
  public static let eventStream = MediaType(trusted: "text/event-stream")
  public static let plainText = MediaType(trusted: "text/plain", ["charset": "utf-8"])
  public static let html = MediaType(trusted: "text/html", ["charset": "utf-8"])

  /// By the extension of a file's name, without the dot, in any case; bytes of no known kind otherwise.
  public init(fileExtension: String) {
    self.init(trusted: Self.essences[fileExtension.lowercased()] ?? "application/octet-stream")
  }

  public var type: Substring { essence.prefix { $0 != "/" } }

  public var description: String {
    parameters.sorted { $0.key < $1.key }
      .reduce(essence) { "\($0); \($1.key)=\(QuotedText.quoted($1.value))" }
  }

  private static let essences = [
    "aac": "audio/aac", "ass": "text/x-ssa", "css": "text/css", "csv": "text/csv",
    "flac": "audio/flac", "gif": "image/gif", "htm": "text/html", "html": "text/html",
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript", "json": "application/json",
    "m3u8": "application/vnd.apple.mpegurl", "m4a": "audio/mp4", "m4s": "video/iso.segment",
    "m4v": "video/mp4", "md": "text/markdown", "mkv": "video/x-matroska", "mov": "video/quicktime",
    "mp3": "audio/mpeg", "mp4": "video/mp4", "mpd": "application/dash+xml", "oga": "audio/ogg",
    "ogg": "audio/ogg", "opus": "audio/ogg", "png": "image/png", "srt": "application/x-subrip",
    "svg": "image/svg+xml", "ts": "video/mp2t", "txt": "text/plain", "vtt": "text/vtt",
    "wav": "audio/wav", "webm": "video/webm", "webp": "image/webp", "yaml": "application/yaml",
    "yml": "application/yaml",
  ]
}
