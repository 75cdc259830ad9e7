import Foundation
import HTTPClient

/// One try of one request to a provider.
public struct ProviderCall: Sendable {
  public let settings: ProviderSettings
  private let client: HTTPClient
  /// Never in a message: what a service echoes of it is replaced.
  let keyText: String?
  let time: ProviderTime

  private static let largestAnswer = 64 << 20

  init(_ settings: ProviderSettings, _ client: HTTPClient, keyText: String?, _ time: ProviderTime) {
    self.settings = settings
    self.client = client
    self.keyText = keyText
    self.time = time
  }

  func error(
    _ kind: ProviderError.Kind, _ message: String, retryAfter: Duration? = nil
  ) -> ProviderError {
    ProviderError(kind, settings.name, hidden(message), retryAfter: retryAfter)
  }

  /// Sends a request and gives back a success; anything else is an error with its class.
  ///
  /// - Parameter accepted: statuses that are given back although they are no success.
  func send(
    _ method: String = "POST", _ path: String, headers: [HTTPHeader] = [],
    body: HTTPRequest.Body = .none, accepted: Set<Int> = []
  ) async throws(ProviderError) -> HTTPResponse {
    var request = HTTPRequest(
      method, settings.address(path), headers: headers, body: body,
      limits: HTTPLimits(
        stall: settings.timeout, total: settings.timeout, maximumBytes: Self.largestAnswer,
        redirects: 0))
    request.isRepeatable = false
    let response: HTTPResponse
    do { response = try await client.send(request) } catch {
      var failure = ProviderError(error, settings.name)
      failure.message = hidden(failure.message)
      throw failure
    }
    guard response.isSuccess || accepted.contains(response.status) else {
      var failure = ErrorBody(response.body).error(
        status: response.status, retryAfter: response.retryAfter, of: settings.name)
      failure.message = hidden(failure.message)
      throw failure
    }
    return response
  }

  /// Sends a JSON object.
  func send(
    json: some Encodable, to path: String, headers: [HTTPHeader] = [], accepted: Set<Int> = []
  ) async throws(ProviderError) -> HTTPResponse {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes: [UInt8]
    do { bytes = [UInt8](try encoder.encode(json)) } catch {
      throw self.error(.invalidInput, "the request cannot be written as JSON")
    }
    return try await send(
      path, headers: headers + [HTTPHeader("Content-Type", "application/json")],
      body: .bytes(bytes), accepted: accepted)
  }

  private func send(
    _ path: String, headers: [HTTPHeader], body: HTTPRequest.Body, accepted: Set<Int>
  ) async throws(ProviderError) -> HTTPResponse {
    try await send("POST", path, headers: headers, body: body, accepted: accepted)
  }

  /// The answer as what the service documents.
  func decode<Answer: Decodable>(
    _ response: HTTPResponse, as type: Answer.Type
  ) throws(ProviderError) -> Answer {
    do { return try JSONDecoder().decode(type, from: Data(response.body)) } catch {
      throw self.error(
        .badAnswer, "its answer is not the JSON that it documents: \(Self.beginning(response.body))"
      )
    }
  }

  /// The answer as sound. Throws for a page or a message instead of sound.
  func sound(_ response: HTTPResponse) throws(ProviderError) -> [UInt8] {
    let type = (response.headers["Content-Type"] ?? "").lowercased()
    if ["text/", "application/json", "application/xml", "application/problem"].contains(where: {
      type.hasPrefix($0)
    }) {
      throw error(
        .badAnswer,
        "it answered \(type.prefix { $0 != ";" }) instead of sound: \(Self.beginning(response.body))"
      )
    }
    guard !response.body.isEmpty else {
      throw error(.badAnswer, "it answered with no sound at all")
    }
    return response.body
  }

  func sound(base64 text: String) throws(ProviderError) -> [UInt8] {
    guard let data = Data(base64Encoded: text), !data.isEmpty else {
      throw error(.badAnswer, "the sound in its answer is empty or not Base64")
    }
    return [UInt8](data)
  }

  private static func beginning(_ bytes: [UInt8]) -> String {
    let text = ErrorBody(bytes).message
    return "`\(text.prefix(80))`"
  }

  private func hidden(_ text: String) -> String {
    guard let keyText, keyText.count >= 4 else { return text }
    return text.replacingOccurrences(of: keyText, with: "***")
  }
}
