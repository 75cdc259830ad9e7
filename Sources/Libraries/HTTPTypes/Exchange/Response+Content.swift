extension Response {
  /// A file, or as much of it as the request's conditions and range ask for: 200, 206, 304, 412 or 416.
  public static func file(
    _ file: any FileContent, _ type: MediaType, validators: Validators, for request: Request
  ) -> Response {
    content(type, byteCount: file.byteCount, validators, request) { .file(file, $0) }
  }

  /// The same for bytes that are in memory.
  public static func bytes(
    _ bytes: [UInt8], _ type: MediaType, validators: Validators, for request: Request
  ) -> Response {
    content(type, byteCount: bytes.count, validators, request) {
      .bytes($0 == 0..<bytes.count ? bytes : Array(bytes[$0]))
    }
  }

  private static func content(
    _ type: MediaType, byteCount: Int, _ validators: Validators, _ request: Request,
    body: (Range<Int>) -> ResponseBody
  ) -> Response {
    var response = Response()
    if let eTag = validators.eTag {
      response.headers.append(.eTag, trusted: eTag.description)
    }
    if let date = validators.lastModified {
      response.headers.append(.lastModified, trusted: date.description)
    }
    switch validators.evaluate(request.method, request.headers) {
    case .failed: return Response(.preconditionFailed)
    case .notModified:
      response.status = .notModified
      return response
    case .proceed: break
    }
    response.headers.append(.acceptRanges, trusted: "bytes")
    let range = ByteRange(
      request.method, request.headers, validators: validators, byteCount: byteCount)
    switch range {
    case .whole: response.body = body(0..<byteCount)
    case .part(let range):
      response.status = .partialContent
      response.headers.append(
        .contentRange, trusted: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(byteCount)")
      response.body = body(range)
    case .unsatisfiable:
      response.status = .rangeNotSatisfiable
      response.headers.append(.contentRange, trusted: "bytes */\(byteCount)")
      return response
    }
    response.headers.append(.contentType, trusted: type.description)
    return response
  }
}
