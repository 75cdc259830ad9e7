public import Foundation

/// A folder of one test, removed with its contents when the last reference goes away.
///
/// Its name has a space, a quote, a colon and a letter beyond ASCII: paths are never to be parsed.
public final class TestFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("VideoCraft tést 'x': \(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A path inside the folder; nothing is made there.
  public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  public func folder(_ name: String) throws -> URL {
    let made = url.appendingPathComponent(name, isDirectory: true)
    try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    return made
  }

  @discardableResult
  public func write(_ bytes: Data, to name: String) throws -> URL {
    let url = file(name)
    try bytes.write(to: url)
    return url
  }

  @discardableResult
  public func write(_ text: String, to name: String) throws -> URL {
    try write(Data(text.utf8), to: name)
  }

  /// Relative paths of every file below, sorted.
  public func contents() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
  }
}
