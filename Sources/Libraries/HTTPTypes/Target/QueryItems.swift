/// Names and values of a query or of an `application/x-www-form-urlencoded` body, in order.
public struct QueryItems: Sendable, Hashable {
  public struct Item: Sendable, Hashable {
    public let name: String
    /// Empty when there is no `=`.
    public let value: String
  }

  /// Why items could not be read.
  public enum Problem: Error, Sendable, Hashable {
    case badEscape(String)
    case tooMany(limit: Int)
  }

  public let items: [Item]

  public init(_ text: some StringProtocol, limit: Int = 1000) throws(Problem) {
    var items: [Item] = []
    for part in text.split(separator: "&") {
      guard items.count < limit else { throw .tooMany(limit: limit) }
      let equals = part.firstIndex(of: "=") ?? part.endIndex
      guard let name = PercentCoding.decode(part[..<equals], plusIsSpace: true),
        let value = PercentCoding.decode(part[equals...].dropFirst(), plusIsSpace: true)
      else { throw .badEscape(String(part.prefix(80))) }
      items.append(Item(name: name, value: value))
    }
    self.items = items
  }

  /// The first value of that name; nil when there is none.
  public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  public func values(of name: String) -> [String] {
    items.filter { $0.name == name }.map(\.value)
  }
}
