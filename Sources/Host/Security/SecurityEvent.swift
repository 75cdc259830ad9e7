import HTTPTypes

/// What the log says of each refusal that has to do with security: `security` names its kind, for those who watch for it.
enum SecurityEvent {
  /// No tokens, queries or origins, which strangers choose.
  static func members(
    of request: Request, code: APIError.Code, _ kind: String
  ) -> [String: JSON] {
    var members: [String: JSON] = [
      "security": .string(kind), "request_id": .string(request.id), "code": .string(code.rawValue),
      "method": .string(request.method.name), "path": .string(request.path.encoded),
      "peer": .string(request.peer.description),
    ]
    if let client = request.client.address { members["client"] = .string(client.description) }
    if let span = request.values[SpanContextKey.self] { members["trace_id"] = .string(span.trace) }
    return members
  }
}
