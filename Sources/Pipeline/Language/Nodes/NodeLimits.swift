/// How much YAML is read, so that no file can exhaust the host.
enum NodeLimits {
  static let byteCount = 1 << 20
  /// Levels of collections.
  static let depth = 100
  /// Aliases count as what they stand for.
  static let nodeCount = 100_000
}
