public import Foundation

/// Where plugins are looked for.
public enum PluginSearch {
  public static let variable = "VIDEOCRAFT_PLUGIN_PATH"

  /// In order: the given ones, those of `VIDEOCRAFT_PLUGIN_PATH`, the user's own, the machine's.
  public static func folders(
    given: [String] = [], environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [URL] {
    let path = environment[variable]?.split(separator: ":").map(String.init) ?? []
    let home = environment["HOME"].map { "\($0)/.local/share" }
    let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
    let usual = [data.map { "\($0)/videocraft/plugins" }, "/usr/lib/videocraft/plugins"]
    return (given + path + usual.compactMap(\.self)).map {
      URL(fileURLWithPath: $0, isDirectory: true)
    }
  }

  /// Where what plugins said is kept; nil where there is no home.
  public static func cache(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL? {
    let home = environment["HOME"].map { "\($0)/.cache" }
    let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
    return cache.map { URL(fileURLWithPath: "\($0)/videocraft/plugins", isDirectory: true) }
  }
}
