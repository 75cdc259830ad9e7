import HTTPTypes
import Pipeline

extension NativeAPI {
  var uploadEndpoint: Endpoint {
    Endpoint(
      method: .post, path: "/api/v1/uploads", operation: "createUpload",
      summary: "Takes a file to use as an input; it is hashed and kept while it comes in.",
      tag: "uploads", scope: .writeRuns,
      query: [
        FieldDescription(
          name: "name", summary: "What the file is called, for a body that is the file itself.",
          type: .optional(.text), range: 1...255)
      ],
      body: Endpoint.Body(
        types: ["multipart/form-data", "application/octet-stream"],
        schema: ["type": "string", "format": "binary"],
        summary: "A form with one field `file`, or the file itself."),
      answers: [Self.answer("Upload", "The file is kept.", status: .created)],
      errors: [.insufficientStorage],
      options: .upload(limit: uploadLimit + Self.formOverhead), handler: upload)
  }

  /// What a form has around its file.
  private static let formOverhead = 64 << 10

  private func upload(_ request: APIRequest) async throws -> Response {
    if service.isDraining {
      throw APIError(
        .serviceUnavailable, .unavailable, "the host is about to stop; try again soon"
      ).retrying(after: 10)
    }
    guard let type = request.request.headers[.contentType].flatMap(MediaType.init) else {
      throw APIError(
        .unsupportedMediaType, .unsupportedMediaType,
        "send the file as `multipart/form-data`, or itself with its media type in `Content-Type`")
    }
    do {
      let upload =
        type.essence == "multipart/form-data"
        ? try await takeForm(request) : try await takeBody(request, type)
      return try Self.json(upload, status: .created)
    } catch let error as StageError {
      log.write(
        .error, "upload failed",
        ["request_id": .string(request.requestID), "error": .string(error.description)])
      throw APIError(.insufficientStorage, .noRoom, error.message)
    }
  }

  private func takeBody(
    _ request: APIRequest, _ type: MediaType
  ) async throws -> UploadShelf.Upload {
    let body = request.request.body.limited(to: uploadLimit)
    return try await uploads.take(as: request.text("name") ?? "upload") { try await body.next() }
  }

  /// The field `file`; another field is refused, as is a second file.
  private func takeForm(_ request: APIRequest) async throws -> UploadShelf.Upload {
    var reader = try MultipartReader(request.request)
    var taken: UploadShelf.Upload?
    while let event = try await reader.next() {
      guard case .part(let head) = event else { continue }
      guard head.name == "file", taken == nil else {
        throw APIError.invalid(
          taken == nil
            ? "the form has a field `\(head.name.prefix(60))`; only `file` is taken"
            : "the form has something behind its file; send one file")
      }
      let name = head.fileName ?? request.text("name") ?? "upload"
      var byteCount = 0
      taken = try await uploads.take(as: name) {
        guard case .bytes(let piece)? = try await reader.next() else { return nil }
        byteCount += piece.count
        guard byteCount <= uploadLimit else { throw BodyError.tooLarge(limit: uploadLimit) }
        return piece
      }
    }
    guard let taken else { throw APIError.invalid("the form has no field `file`") }
    return taken
  }
}
