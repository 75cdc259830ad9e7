import Foundation

/// The scheme, host and port of pages that browsers show.
enum Origins {
  /// The origins that an operator means by `https://example.org:8443`, or by a host without a scheme; nil for what is
  /// neither.
  static func named(_ text: String) -> Set<String>? {
    let name = text.lowercased()
    if name.contains("://") { return isOrigin(name) ? [name] : nil }
    let both = ["http://\(name)", "https://\(name)"]
    return both.allSatisfy(isOrigin) ? Set(both) : nil
  }

  /// Whether a text is an origin as browsers send it.
  static func isOrigin(_ text: String) -> Bool {
    guard text.utf8.count <= 300, let url = URLComponents(string: text),
      url.scheme == "http" || url.scheme == "https", let host = url.host, !host.isEmpty,
      !host.contains("*"), url.path.isEmpty, url.query == nil, url.fragment == nil, url.user == nil
    else { return false }
    return true
  }
}
