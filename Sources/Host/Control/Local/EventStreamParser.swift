/// Takes a `text/event-stream` apart as it comes in (HTML Living Standard section 9.2), as far as hosts write it.
struct EventStreamParser: Sendable {
  struct Message: Sendable, Hashable {
    var name: String
    var data: String
  }

  private var rest: [UInt8] = []
  private var name = ""
  private var data: [String] = []

  /// The messages that are complete now, in order.
  mutating func take(_ bytes: [UInt8]) -> [Message] {
    rest += bytes
    var messages: [Message] = []
    var start = 0
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let message = take(line: String(decoding: rest[start..<end], as: UTF8.self)) {
        messages.append(message)
      }
      start = end + 1
    }
    rest.removeFirst(start)
    return messages
  }

  private mutating func take(line: String) -> Message? {
    if line.isEmpty {
      defer { (name, data) = ("", []) }
      return data.isEmpty ? nil : Message(name: name, data: data.joined(separator: "\n"))
    }
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
    var value = line[line.index(after: colon)...]
    if value.hasPrefix(" ") { value = value.dropFirst() }
    switch line[..<colon] {
    case "event": name = String(value)
    case "data": data.append(String(value))
    default: break
    }
    return nil
  }
}
