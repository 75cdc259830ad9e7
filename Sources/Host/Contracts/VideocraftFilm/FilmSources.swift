import HTTPTypes
import Pipeline

/// A file that a film is made of, as the request names it.
struct FilmSource: Sendable, Hashable {
  /// An address, the name of an upload, or a path.
  var src: String
  /// Where in the body it is named, each such as `scenes[0].elements[1].src`; never empty.
  var paths: [String]
}

/// Finds the files that requests name.
protocol FilmSourceResolving: Sendable {
  /// What stands for the file in the inputs of a run: a reference to it, or a text that the run itself finds it by.
  ///
  /// Throws what is wrong with it; diagnostics without a path are put at those of the source.
  func resolve(_ source: FilmSource) async throws(APIError) -> Value
}

extension VideocraftFilm {
  /// Every file of the film once, in the order of the body.
  var sources: [FilmSource] {
    var places: [String: Int] = [:]
    return everything.reduce(into: []) { sources, element in
      let path = (element.path + ["src"]).joinedAsPath
      if let place = places[element.src] {
        sources[place].paths.append(path)
      } else {
        places[element.src] = sources.count
        sources.append(FilmSource(src: element.src, paths: [path]))
      }
    }
  }

  /// The inputs of a run of the pipeline, with every source found. Throws all that cannot be, at once.
  func inputs(
    resolving resolver: some FilmSourceResolving
  ) async throws(APIError) -> [String: Value] {
    var found: [String: Value] = [:]
    var problems: [DiagnosticReport] = []
    for source in sources {
      do throws(APIError) {
        found[source.src] = try await resolver.resolve(source)
      } catch {
        guard error.status.code == 400 else { throw error }
        problems += Self.problems(error, source)
      }
    }
    guard problems.isEmpty else { throw VideocraftRequest.refusal(problems) }
    return inputs { found[$0] ?? .text($0) }
  }

  private static func problems(_ error: APIError, _ source: FilmSource) -> [DiagnosticReport] {
    let told =
      error.diagnostics.isEmpty
      ? [DiagnosticReport(Diagnostic("bad-source", error.message, at: nil))] : error.diagnostics
    return source.paths.flatMap { path in
      told.map { DiagnosticReport($0.diagnostic, path: path) }
    }
  }

  /// The inputs of a run of `graph`, which is the pipeline of that name as the host has loaded it; sources are found as
  /// those of any other run are.
  func inputs(files: ClientFiles, of graph: PipelineGraph) async throws(APIError) -> [String: Value]
  {
    let sources = sources
    let texts = Value.list(sources.map { .text($0.src) })
    let (values, found) = await files.resolve([FilmInputs.media: texts], of: graph)
    guard found.isEmpty else {
      throw VideocraftRequest.refusal(found.flatMap { Self.moved($0, to: sources) })
    }
    guard case .list(let files)? = values[FilmInputs.media], files.count == sources.count else {
      throw APIError(
        .internalServerError, .internal,
        "the pipeline `\(Self.pipeline)` of this host has no input `\(FilmInputs.media)`")
    }
    let named = Dictionary(zip(sources.map(\.src), files)) { first, _ in first }
    return inputs { named[$0] ?? .text($0) }
  }

  /// A problem of an item of the pipeline's input, told where the body names the source.
  private static func moved(
    _ report: DiagnosticReport, to sources: [FilmSource]
  ) -> [DiagnosticReport] {
    let place = "inputs.\(FilmInputs.media)["
    guard let path = report.path, path.hasPrefix(place),
      let index = Int(path.dropFirst(place.count).prefix { $0.isNumber }),
      sources.indices.contains(index)
    else { return [report] }
    return sources[index].paths.map { own in
      var diagnostic = report.diagnostic
      diagnostic.message = diagnostic.message.replacing("\(place)\(index)]", with: own)
      return DiagnosticReport(diagnostic, path: own)
    }
  }
}
