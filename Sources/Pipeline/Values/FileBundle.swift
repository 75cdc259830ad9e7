/// A folder of files with one entry point, such as an HLS package.
public struct FileBundle: Sendable, Hashable, Codable {
  /// Path of the entry point within the bundle, such as `index.m3u8`.
  public var entry: String
  /// By relative path with `/` between folders; never absolute, never with `..`.
  public var files: [String: FileReference]

  public init(entry: String, files: [String: FileReference]) {
    self.entry = entry
    self.files = files
  }
}
