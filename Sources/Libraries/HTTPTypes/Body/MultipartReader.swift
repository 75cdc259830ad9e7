/// Reads a form from a request's body as it arrives.
///
/// ```swift
/// var reader = try MultipartReader(request)
/// while let event = try await reader.next() { … }
/// ```
public struct MultipartReader: ~Copyable {
  private var parser: MultipartParser
  private let body: RequestBody
  private var events: [MultipartParser.Event] = []
  private var nextEvent = 0

  /// Throws 415 when the request has no form in it.
  public init(
    _ request: Request, limits: MultipartParser.Limits = MultipartParser.Limits()
  ) throws(HTTPError) {
    guard let type = request.headers[.contentType].flatMap(MediaType.init) else {
      throw HTTPError(.unsupportedMediaType, "send the file as \"multipart/form-data\"")
    }
    do {
      parser = try MultipartParser(type, limits: limits)
    } catch {
      throw HTTPError(.unsupportedMediaType, error.description)
    }
    body = request.body
  }

  /// Nil after the last boundary. Throws `BodyError` or 400.
  public mutating func next() async throws -> MultipartParser.Event? {
    while nextEvent == events.count {
      guard let bytes = try await body.next() else {
        do { try parser.finish() } catch { throw HTTPError(.badRequest, error.description) }
        return nil
      }
      do {
        events = try parser.consume(bytes)
      } catch {
        throw HTTPError(.badRequest, error.description)
      }
      nextEvent = 0
    }
    nextEvent += 1
    return events[nextEvent - 1]
  }
}
