import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The API about itself")
struct OpenAPITests {
  @Test("every route is in the document, and every reference in it leads somewhere")
  func document() async throws {
    let kit = try ServingKit()
    let document = try await kit.get("/api/v1/openapi.json").json
    #expect(document["openapi"] == "3.1.0")
    for endpoint in kit.api.endpoints() {
      let path = endpoint.path.description.replacing("...}", with: "}")
      let operation = document["paths"]?[path]?[endpoint.method.name.lowercased()]
      #expect(operation?["operationId"] == .string(endpoint.operation), "\(path)")
    }
    let names = Set(kit.api.endpoints().map(\.operation))
    #expect(names.count == kit.api.endpoints().count)
    var references: Set<String> = []
    Self.collect(document, into: &references)
    for reference in references {
      let name = try #require(reference.split(separator: "/").last)
      #expect(document["components"]?["schemas"]?[String(name)] != nil, "\(reference)")
    }
    #expect(!references.isEmpty)
  }

  private static func collect(_ json: JSON, into references: inout Set<String>) {
    switch json {
    case .object(let members):
      if case .string(let target)? = members["$ref"] { references.insert(target) }
      for member in members.values { collect(member, into: &references) }
    case .array(let items): for item in items { collect(item, into: &references) }
    default: break
    }
  }

  @Test("the page for people names every route, and nothing of anywhere else")
  func page() async throws {
    let kit = try ServingKit()
    let page = try await kit.get("/api/v1/docs")
    #expect(page.headers[.contentType] == "text/html; charset=utf-8")
    for endpoint in kit.api.endpoints() {
      #expect(page.text.contains("id=\"\(endpoint.operation)\""))
    }
    #expect(!page.text.contains("<script") && !page.text.contains("https://"))
  }

  @Test("a path takes the methods that it is declared with, and HEAD where it takes GET")
  func methods() async throws {
    let kit = try ServingKit()
    let refused = try await kit.ask(.delete, "/api/v1/runs")
    #expect(refused.status == 405 && refused.headers[.allow] == "GET, HEAD, OPTIONS, POST")
    for path in [
      "/api/v1/pipelines", "/api/v1/stages/say", "/api/v1/schema/pipeline.json", "/health",
    ] {
      #expect(try await kit.ask(.head, path).status == 200)
    }
    #expect(try await kit.get("/api/v1/stages/sai").text.contains("did you mean `say`"))
  }
}
