import HTTPTypes

/// The API about itself.
extension NativeAPI {
  /// - Parameter described: all others.
  static func documentEndpoints(of described: [Endpoint]) -> [Endpoint] {
    var own = [
      Endpoint(
        method: .get, path: "/api/v1/openapi.json", operation: "getOpenAPI",
        summary: "This API as an OpenAPI 3.1 document.", tag: "documents", scope: nil,
        answers: [
          Endpoint.Answer(
            status: .ok, summary: "The document.",
            content: ["application/json": ["type": "object"]])
        ]
      ) { _ in Response(.notFound) },
      Endpoint(
        method: .get, path: "/api/v1/docs", operation: "getDocs",
        summary: "The same as a page for people.", tag: "documents", scope: nil,
        answers: [
          Endpoint.Answer(
            status: .ok, summary: "The page.", content: ["text/html": ["type": "string"]])
        ]
      ) { _ in Response(.notFound) },
    ]
    let all = described + own
    let document = OpenAPIDocument.make(all)
    own[0].handler = { _ in try json(document) }
    own[1].handler = { _ in
      var page = Response.text(DocumentationPage.html(all), .html)
      try page.headers.set(
        "Content-Security-Policy",
        to: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      return page
    }
    return own
  }
}
