public import Foundation

extension DataFolder {
  /// The database of a data folder that another process may own.
  public static func database(in url: URL) -> URL {
    url.appendingPathComponent("videocraft.sqlite")
  }

  /// The artifacts of a data folder that another process may own.
  public static func artifacts(in url: URL) -> URL { url.appendingPathComponent("artifacts") }

  /// Whether a process works in the folder now.
  public static func isOwned(_ url: URL) -> Bool {
    let file = open(url.appendingPathComponent("lock").path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    // Held for no longer than this line takes; who wants to own the folder tries more than once.
    return flock(file, LOCK_SH | LOCK_NB) != 0
  }
}
