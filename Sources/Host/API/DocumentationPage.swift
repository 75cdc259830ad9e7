import Foundation
import HTTPTypes
import Pipeline

/// The API on one page, made of the same declarations as the OpenAPI document. It has no script, and nothing of
/// anywhere else.
enum DocumentationPage {
  static func html(_ endpoints: [Endpoint]) -> String {
    let tags = endpoints.map(\.tag).uniqued
    let sections = tags.map { tag in
      "<h2 id=\"\(tag)\">\(tag)</h2>\n"
        + endpoints.filter { $0.tag == tag }.map(section).joined()
    }
    let contents = (tags + ["errors"]).map { "<a href=\"#\($0)\">\($0)</a>" }
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>VideoCraft API</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <style>\(style)</style></head><body>
      <h1>VideoCraft \(escaped(Videocraft.version))</h1>
      <p>\(contents.joined(separator: " · ")) · <a href="/api/v1/openapi.json">OpenAPI 3.1</a></p>
      \(sections.joined(separator: "\n"))
      \(errors)
      </body></html>

      """
  }

  private static let style = """
    body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
    details{border:1px solid #ccc;border-radius:.4rem;margin:.4rem 0;padding:.3rem .8rem}
    summary{cursor:pointer}code{background:#f3f3f3;padding:0 .2rem}b{display:inline-block;min-width:3.5rem}
    table{border-collapse:collapse}td{border-top:1px solid #ddd;padding:.2rem .8rem .2rem 0;vertical-align:top}
    @media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}code{background:#333}a{color:#8bf}}
    """

  private static func section(_ endpoint: Endpoint) -> String {
    var rows = endpoint.path.parameterNames.map { name in
      row("{\(name)}", "path", endpoint.pathSummaries[name] ?? "")
    }
    rows += endpoint.query.map { row($0.name, $0.constraint, $0.summary) }
    rows += endpoint.headers.sorted { $0.key < $1.key }.map { row($0.key, "header", $0.value) }
    if let body = endpoint.body {
      rows.append(row("body", body.types.joined(separator: ", "), body.summary))
      if case .object(let members)? = body.schema["properties"] {
        for (name, schema) in members.sorted(by: { $0.key < $1.key }) {
          rows.append(row("· \(name)", text(schema["type"]), text(schema["description"])))
        }
      }
    }
    rows += endpoint.answers.map { answer in
      row(
        String(answer.status.code), answer.content.keys.sorted().joined(separator: ", "),
        answer.summary)
    }
    let scope = endpoint.scope.map { "needs <code>\($0.rawValue)</code>" } ?? "open to everybody"
    return """
      <details id="\(endpoint.operation)"><summary><b>\(endpoint.method)</b> \
      <code>\(escaped(endpoint.path.description))</code> \(escaped(endpoint.summary))</summary>
      <p>\(scope)</p><table>\(rows.joined())</table></details>

      """
  }

  private static var errors: String {
    let rows = APIError.Code.allCases.map { "<code>\($0.rawValue)</code>" }
    return """
      <h2 id="errors">errors</h2>
      <p>Every error is <code>{error, code, details?, request_id, timestamp, help_url?, diagnostics?}</code>; programs \
      go by <code>code</code>, one of \(rows.joined(separator: ", ")).</p>
      """
  }

  private static func row(_ name: String, _ kind: String, _ summary: String) -> String {
    "<tr><td><code>\(escaped(name))</code></td><td>\(escaped(kind))</td><td>\(escaped(summary))</td></tr>"
  }

  private static func text(_ json: JSON?) -> String {
    if case .string(let text)? = json { text } else { "" }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
