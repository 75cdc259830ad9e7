import HTTPTypes

/// What the log says of each refusal that has to do with security: `security` names its kind, for those who watch for it.
enum SecurityEvent {
  /// No tokens or queries.
  ///
  /// - Parameter origin: the page that had a browser send the request, where that is what was refused.
  static func members(
    of request: Request, code: APIError.Code, _ kind: String, origin: String? = nil
  ) -> [String: JSON] {
    var members: [String: JSON] = [
      "security": .string(kind), "request_id": .string(request.id), "code": .string(code.rawValue),
      "violation_type": .string(code.rawValue), "method": .string(request.method.name),
      "path": .string(request.path.encoded),
      "peer": .string(request.peer.description),
    ]
    if let origin {
      members["threat_level"] = "HIGH"
      members["origin"] = .string(String(origin.prefix(200)))
    }
    if let client = request.client.address { members["client"] = .string(client.description) }
    if let span = request.values[SpanContextKey.self] { members["trace_id"] = .string(span.trace) }
    return members
  }
}
