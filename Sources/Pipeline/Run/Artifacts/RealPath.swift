public import Foundation

/// Where a path leads once every symbolic link in it was followed.
public struct RealPath: Sendable, Hashable {
  public let path: String

  /// Nil when there is nothing.
  public static func of(_ url: URL) -> RealPath? {
    guard let resolved = realpath(url.path, nil) else { return nil }
    defer { free(resolved) }
    return RealPath(path: String(cString: resolved))
  }

  /// Whether `other` is below this folder, or the same.
  public func holds(_ other: RealPath) -> Bool {
    path == "/" || other.path == path || other.path.hasPrefix(path + "/")
  }
}
