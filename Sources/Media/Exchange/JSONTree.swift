import Foundation

/// JSON of any shape, for documents whose members other programs decide.
indirect enum JSONTree: Sendable, Hashable, Codable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONTree])
  case map([String: JSONTree])

  /// What a value is in JSON.
  init(encoding value: some Encodable) throws {
    // Swift's encoder writes no bare value on every platform, so it is wrapped.
    let data = try JSONEncoder().encode(["value": value])
    guard let tree = try JSONDecoder().decode([String: JSONTree].self, from: data)["value"] else {
      self = .null
      return
    }
    self = tree
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .list(value)
    } else {
      self = .map(try container.decode([String: JSONTree].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .map(let members): try container.encode(members)
    }
  }

  static func optional(_ text: String?) -> JSONTree { text.map { .text($0) } ?? .null }
}
