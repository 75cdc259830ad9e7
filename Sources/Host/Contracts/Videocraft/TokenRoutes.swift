import HTTPTypes

/// Tokens for browsers.
extension VideocraftContract {
  var tokenEndpoint: Endpoint {
    Endpoint(
      method: .get, path: "/api/v1/csrf-token", operation: "getCSRFToken",
      summary: "A token that pages send with what changes something.", tag: "security", scope: nil,
      answers: [
        Self.answer(
          "The token.",
          [
            "csrf_token": Schemas.text("128 hexadecimal digits."),
            "expires_in": Schemas.integer("Seconds."),
            "expires_at": Schemas.text("RFC 3339."), "header": Schemas.text("Where to send it."),
          ])
      ]
    ) { [tokens] request in
      try Self.success(
        [
          "csrf_token": .string(tokens.make()), "expires_in": .int(tokens.lifetime),
          "expires_at": Self.moment(.now + tokens.lifetime * 1000),
          "header": .string(FieldName.csrfToken.spelling),
        ], request)
    }
  }
}
