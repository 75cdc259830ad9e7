import HTTPClient
import Pipeline

/// Carries webhooks over HTTP, to the public internet and to networks that the operator allows.
struct HTTPWebhookTransport: WebhookTransport {
  /// Networks that webhooks may reach although they are private, such as `10.0.0.0/8, 127.0.0.1`.
  static let networksVariable = "VIDEOCRAFT_HOOK_NETWORKS"

  private let client: HTTPClient

  /// Throws `StageError` (configuration) when the variable holds something else than networks.
  init(environment: [String: String]) throws {
    var rules = OutboundRules()
    let names = environment[Self.networksVariable] ?? ""
    for name in names.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init) {
      guard let network = IPNetwork(name) else {
        throw StageError(
          .configuration,
          "`\(name)` in \(Self.networksVariable) is not a network; write it like `10.0.0.0/8`")
      }
      rules.networks.append(network)
    }
    client = HTTPClient(rules: rules)
  }

  func post(_ request: WebhookRequest) async throws -> WebhookAnswer {
    let response = try await client.send(
      HTTPRequest(
        "POST", request.url,
        headers: request.headers.sorted { $0.key < $1.key }.map { HTTPHeader($0.key, $0.value) },
        body: .bytes(request.body),
        limits: HTTPLimits(
          stall: .seconds(15), total: .seconds(30), maximumBytes: 64 << 10, redirects: 0)))
    return WebhookAnswer(status: response.status, retryAfter: response.retryAfter)
  }
}
