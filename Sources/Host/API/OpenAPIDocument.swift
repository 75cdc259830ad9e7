import Foundation
import HTTPTypes
import Pipeline

/// The OpenAPI 3.1 document of the routes there are.
enum OpenAPIDocument {
  static func make(_ endpoints: [Endpoint]) -> JSON {
    var paths: [String: JSON] = [:]
    for endpoint in endpoints {
      let path = endpoint.path.description.replacing("...}", with: "}")
      let operation: JSON = [endpoint.method.name.lowercased(): operation(endpoint)]
      paths[path] = (paths[path] ?? [:]).merging(operation)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "VideoCraft", "version": .string(Videocraft.version),
        "description":
          "Runs pipelines that make videos. Moments are milliseconds since 1970; members that say nothing are absent.",
      ],
      "servers": [["url": "/"]],
      "tags": .array(
        endpoints.map(\.tag).uniqued.map { ["name": .string($0)] }),
      "paths": .object(paths),
      "components": [
        "schemas": .object(Schemas.components),
        "securitySchemes": [
          "key": [
            "type": "http", "scheme": "bearer",
            "description": "A key of `videocraft keys add`.",
          ]
        ],
      ],
    ]
  }

  private static func operation(_ endpoint: Endpoint) -> JSON {
    var members: [String: JSON] = [
      "operationId": .string(endpoint.operation), "summary": .string(endpoint.summary),
      "tags": [.string(endpoint.tag)], "responses": responses(endpoint),
      "security": endpoint.scope == nil ? [] : [["key": []]],
    ]
    let parameters = parameters(endpoint)
    if !parameters.isEmpty { members["parameters"] = .array(parameters) }
    if let scope = endpoint.scope {
      members["description"] = .string("Needs the scope `\(scope.rawValue)`.")
    }
    if let body = endpoint.body {
      let content = body.types.map { ($0, JSON.object(["schema": body.schema])) }
      members["requestBody"] = [
        "description": .string(body.summary), "required": .bool(body.isRequired),
        "content": .object(Dictionary(uniqueKeysWithValues: content)),
      ]
    }
    return .object(members)
  }

  private static func parameters(_ endpoint: Endpoint) -> [JSON] {
    let path = endpoint.path.parameterNames.map { name -> JSON in
      [
        "name": .string(name), "in": "path", "required": true,
        "description": .string(endpoint.pathSummaries[name] ?? ""),
        "schema": ["type": "string", "minLength": 1],
      ]
    }
    let query = endpoint.query.map { field -> JSON in
      let isList = if case .list = field.type.unwrapped { true } else { false }
      let form: JSON = isList ? ["style": "form", "explode": false] : [:]
      return JSON.object([
        "name": .string(field.name), "in": "query", "required": false,
        "description": .string(field.summary), "schema": Schemas.field(field),
      ]).merging(form)
    }
    let headers = endpoint.headers.sorted { $0.key < $1.key }.map { name, summary -> JSON in
      [
        "name": .string(name), "in": "header", "required": false, "description": .string(summary),
        "schema": ["type": "string"],
      ]
    }
    return path + query + headers
  }

  private static func responses(_ endpoint: Endpoint) -> JSON {
    var responses: [String: JSON] = [:]
    for answer in endpoint.answers {
      var members: [String: JSON] = ["description": .string(answer.summary)]
      if !answer.content.isEmpty {
        members["content"] = .object(answer.content.mapValues { ["schema": $0] })
      }
      if !answer.headers.isEmpty {
        members["headers"] = .object(
          answer.headers.mapValues { ["description": .string($0), "schema": ["type": "string"]] })
      }
      responses[String(answer.status.code)] = .object(members)
    }
    for status in errors(of: endpoint) where responses[String(status.code)] == nil {
      responses[String(status.code)] = [
        "description": .string(status.phrase),
        "content": ["application/json": ["schema": Schemas.reference("Error")]],
      ]
    }
    return .object(responses)
  }

  private static func errors(of endpoint: Endpoint) -> [Status] {
    var errors = endpoint.errors + [.badRequest, .tooManyRequests, .serviceUnavailable]
    if !endpoint.query.isEmpty || !endpoint.path.parameterNames.isEmpty {
      errors.append(.uriTooLong)
    }
    if endpoint.scope != nil { errors += [.unauthorized, .forbidden] }
    if !endpoint.path.parameterNames.isEmpty { errors.append(.notFound) }
    if endpoint.body != nil { errors += [.contentTooLarge, .unsupportedMediaType] }
    return errors
  }
}
