import Pipeline

extension ConfigurationFields {
  static let tls = FieldDescription(
    name: "tls", summary: "A certificate to serve HTTPS with; plain HTTP without.",
    type: .optional(
      .record([
        field("certificate", .optional(.text), "A PEM file, with the chain behind it."),
        field("key", .optional(.text), "Its key, a PEM file."),
        field(
          "minimum_version", .choice(["1.2", "1.3"]), "The oldest version of TLS that is spoken.",
          default: .text("1.2")),
        field(
          "hsts", .duration,
          "For how long browsers are told to come with TLS only; 0s says nothing.",
          default: .duration(.seconds(365 * 86_400)), range: 0...315_360_000),
      ])))

  static let proxies = [
    field(
      "trusted_proxies", .list(.text),
      "Addresses or blocks such as 10.0.0.0/8 of proxies that are believed about whom they ask for.",
      default: .list([])),
    field(
      "proxy_headers", .choice(TrustedProxies.Form.allCases.map(\.rawValue)),
      "Which fields these proxies write: X-Forwarded-For and -Proto, or Forwarded.",
      default: .text(TrustedProxies.Form.xForwarded.rawValue)),
  ]

  static let tracing = [
    field(
      "endpoint", .optional(.text),
      "Where spans go as OTLP over HTTP in JSON: http://127.0.0.1:4318/v1/traces; nowhere without."),
    field(
      "headers", .optional(.map(.text)), "Sent along, such as a collector's key; never logged."),
    field(
      "sample", .number, "How many of the traces that begin here are recorded, 0 to 1.",
      default: .number(1), range: 0...1),
  ]

  static let room = [
    field(
      "max_size", .optional(.text),
      "What artifacts may take, such as 200GB: the longest unused results and uploads go first; any amount without."
    ),
    field(
      "disk_reserve", .text,
      "What runs leave free: one whose estimate does not fit beside it and the others waits or is refused.",
      default: .text("512MB")),
  ]
}
