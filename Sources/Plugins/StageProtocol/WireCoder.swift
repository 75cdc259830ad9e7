import Foundation

/// JSON as both sides write and read it.
public enum WireCoder {
  /// One line, without its line feed.
  public static func encode(_ message: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    return Array(try encoder.encode(message))
  }

  /// Throws `ProtocolError`, naming the member at fault.
  public static func decode<Message: Decodable>(
    _ type: Message.Type, from line: [UInt8]
  ) throws(ProtocolError) -> Message {
    do {
      return try JSONDecoder().decode(type, from: Data(line))
    } catch let error as DecodingError {
      throw ProtocolError(describe(error))
    } catch {
      throw ProtocolError("cannot be read: \(error)")
    }
  }

  /// The header of a line; nil when the line is no JSON object.
  public static func header(of line: [UInt8]) throws(ProtocolError) -> MessageHeader? {
    guard line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else { return nil }
    let header: MessageHeader
    do {
      header = try JSONDecoder().decode(MessageHeader.self, from: Data(line))
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
      return nil
    } catch let error as DecodingError {
      throw ProtocolError(describe(error))
    } catch {
      return nil
    }
    guard header.jsonrpc == "2.0" else {
      throw ProtocolError("`jsonrpc` is \"2.0\", found \"\(header.jsonrpc.prefix(20))\"")
    }
    guard header.method != nil || header.id != nil || header.error != nil else {
      throw ProtocolError("it has neither `method` nor `id`")
    }
    return header
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "`\(path(context.codingPath + [key]))` is missing"
    case .valueNotFound(_, let context): "`\(path(context.codingPath))` is null"
    case .typeMismatch(let type, let context):
      "`\(path(context.codingPath))` is not \(word(for: type))"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is no JSON: \(context.debugDescription)"
        : "`\(path(context.codingPath))`: \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }

  private static func word(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Int.Type, is Int64.Type: "an integer"
    case is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is [String: Any].Type: "an object"
    case is [Any].Type: "a list"
    default: "what is wanted here (\(type))"
    }
  }
}
