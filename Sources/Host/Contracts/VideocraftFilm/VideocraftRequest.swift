import HTTPTypes
import Pipeline

/// What a client wants made: one film, or several in an array, of which each becomes a run of its own.
struct VideocraftRequest: Sendable, Hashable {
  /// How many one request may have.
  static let filmLimit = 100

  /// In the order of the body; never empty.
  var films: [VideocraftFilm]

  /// Throws 400 with every problem of the body, each with its path.
  ///
  /// - Parameter subtitles: what subtitles are where the request says nothing.
  static func read(
    _ body: BodyText, subtitles: SubtitleSettings = SubtitleSettings()
  ) throws(APIError) -> VideocraftRequest {
    guard body.isJSON else {
      throw APIError(
        .unsupportedMediaType, .unsupportedMediaType, "projects are JSON: send `application/json`")
    }
    return try read(BodyValue(parsing: body.text), subtitles: subtitles)
  }

  static func read(
    _ body: BodyValue, subtitles: SubtitleSettings = SubtitleSettings()
  ) throws(APIError) -> VideocraftRequest {
    var reader = ProjectReader(subtitles)
    var films: [VideocraftFilm] = []
    if case .array(let projects) = body {
      if projects.isEmpty || projects.count > filmLimit {
        reader.reader.problem(
          "out-of-range", "a request has 1 to \(filmLimit) projects, found \(projects.count)",
          at: [])
      }
      for (index, project) in projects.prefix(filmLimit).enumerated() {
        films.append(reader.film(project, at: ["[\(index)]"]))
      }
    } else {
      films = [reader.film(body, at: [])]
    }
    guard reader.reader.problems.isEmpty else { throw refusal(reader.reader.problems) }
    return VideocraftRequest(films: films)
  }

  /// - Parameter problems: at least one.
  static func refusal(_ problems: [DiagnosticReport]) -> APIError {
    let lines = problems.map { report in
      let path = report.path ?? ""
      return path.isEmpty ? report.diagnostic.message : "\(path): \(report.diagnostic.message)"
    }
    return APIError(
      .badRequest, .validation, "Validation failed", details: lines.joined(separator: "\n"),
      diagnostics: problems)
  }
}
