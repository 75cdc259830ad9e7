import Foundation

/// Spans as collectors take them: `ExportTraceServiceRequest` in the JSON form of OTLP 1.x, in which ids are hexadecimal
/// digits and 64-bit numbers are texts.
enum OTLPDocument {
  static func encode(_ spans: [Span], resource: [String: Span.Attribute]) throws -> [UInt8] {
    let document: JSON = [
      "resourceSpans": [
        [
          "resource": ["attributes": attributes(resource)],
          "scopeSpans": [
            [
              "scope": ["name": "videocraft", "version": .string(Videocraft.version)],
              "spans": .array(spans.map(span)),
            ]
          ],
        ]
      ]
    ]
    return Array(try JSONText.line(document).utf8)
  }

  private static func span(_ span: Span) -> JSON {
    var members: [String: JSON] = [
      "traceId": .string(span.context.trace), "spanId": .string(span.context.span),
      "flags": .int(span.context.isSampled ? 1 : 0), "name": .string(span.name),
      "kind": .int(span.kind.rawValue), "startTimeUnixNano": .string(String(span.start)),
      "endTimeUnixNano": .string(String(max(span.start, span.end))),
      "attributes": attributes(span.attributes),
      "status": span.failure.map { ["code": 2, "message": .string($0)] } ?? [:],
    ]
    if let parent = span.parent { members["parentSpanId"] = .string(parent) }
    if !span.moments.isEmpty {
      members["events"] = .array(
        span.moments.map { moment in
          [
            "name": .string(moment.name), "timeUnixNano": .string("\(moment.at)000000"),
            "attributes": attributes(moment.attributes),
          ]
        })
    }
    return .object(members)
  }

  private static func attributes(_ attributes: [String: Span.Attribute]) -> JSON {
    .array(
      attributes.sorted { $0.key < $1.key }.map { key, value in
        ["key": .string(key), "value": Self.value(value)]
      })
  }

  private static func value(_ attribute: Span.Attribute) -> JSON {
    switch attribute {
    case .text(let text): ["stringValue": .string(text)]
    case .integer(let number): ["intValue": .string(String(number))]
    case .number(let number): ["doubleValue": .double(number)]
    case .flag(let flag): ["boolValue": .bool(flag)]
    }
  }
}
