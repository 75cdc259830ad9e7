import Foundation
import HTTPServer
import HTTPTypes
import Pipeline
import Threads

/// Knows which traces requests and runs belong to, and has their spans exported.
///
/// The trace of a run is written down beside it, so that a host that goes on with the run goes on with its trace.
final class Tracer: Sendable {
  /// Of the request that is being answered, for what it begins.
  @TaskLocal static var current: SpanContext?

  /// What is written down of a run.
  private struct Mark: Codable, Sendable {
    var context: SpanContext
    var parent: String?
  }

  private let folder: URL
  private let journal: any RunJournal
  private let share: Double
  let exporter: SpanExporter?
  private let log: ServerLog
  private let pool: FilePool

  /// - Parameters:
  ///   - exporter: nil when nothing is recorded.
  ///   - share: how many of new traces are recorded, 0 to 1.
  init(
    dataFolder: URL, journal: any RunJournal, exporter: SpanExporter?, share: Double = 1,
    log: ServerLog, pool: FilePool
  ) {
    self.pool = pool
    folder = dataFolder.appendingPathComponent("traces")
    self.journal = journal
    self.exporter = exporter
    self.share = share
    self.log = log
  }

  // MARK: Requests

  /// The span of a request, and what it is a part of.
  func begin(_ request: Request) -> (context: SpanContext, parent: String?)? {
    let fields = request.headers.values(of: .traceparent)
    if fields.count == 1, let given = fields.first.flatMap({ SpanContext(traceparent: $0) }) {
      return (given.child(), given.span)
    }
    return exporter == nil ? nil : (.new(recording: share), nil)
  }

  func end(
    _ request: Request, _ response: Response, route: String?, run: String?,
    _ context: SpanContext, parent: String?, from start: Date
  ) {
    guard let exporter, context.isSampled else { return }
    let status = response.status.code
    var span = Span(
      context: context, parent: parent,
      name: route.map { "\(request.method.name) \($0)" } ?? request.method.name, kind: .server,
      start: Self.nanoseconds(start), end: Self.nanoseconds(Date()))
    span.attributes = [
      "http.request.method": .text(request.method.name),
      "http.response.status_code": .integer(status),
      "url.path": .text(request.path.encoded),
      "url.scheme": .text(request.client.isSecure ? "https" : "http"),
      "videocraft.request.id": .text(request.id),
    ]
    if let route { span.attributes["http.route"] = .text(route) }
    if let run { span.attributes["videocraft.run.id"] = .text(run) }
    if let address = request.client.address {
      span.attributes["client.address"] = .text(address.description)
    }
    if status >= 500 { span.failure = "\(status)" }
    exporter.add([span])
  }

  private static func nanoseconds(_ date: Date) -> Int { Int(date.timeIntervalSince1970 * 1e9) }

  // MARK: Runs

  /// A run is about to be accepted for the current request.
  func accepted(_ run: String) async {
    guard exporter != nil else { return }
    let parent = Self.current
    await pool.run { [self] in keep(run, below: parent) }
  }

  private func keep(_ run: String, below parent: SpanContext?) {
    let mark = Mark(context: parent?.child() ?? .new(recording: share), parent: parent?.span)
    guard mark.context.isSampled else { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try JSONEncoder().encode(mark).write(to: place(of: run), options: .atomic)
    } catch {
      log.write(.warn, "the trace of a run cannot be kept", ["run": .string(run)])
    }
  }

  /// The trace of a run that is not over; nil when it is not recorded.
  func trace(of run: String) -> String? { mark(of: run)?.context.trace }

  /// A run is over: its spans are made of what the journal says.
  func ended(_ run: String) async {
    guard let exporter, let mark = mark(of: run) else { return }
    do {
      guard let status = try await journal.run(run), status.state.isOver else { return }
      exporter.add(
        RunSpans.make(
          of: status, try await journal.events(of: run, after: 0),
          try await journal.attempts(of: run), in: mark.context, below: mark.parent))
    } catch {
      log.write(.warn, "the spans of a run cannot be made", ["run": .string(run)])
    }
    try? FileManager.default.removeItem(at: place(of: run))
  }

  private func place(of run: String) -> URL { folder.appendingPathComponent("\(run).json") }

  private func mark(of run: String) -> Mark? {
    guard exporter != nil, let bytes = try? Data(contentsOf: place(of: run)) else { return nil }
    return try? JSONDecoder().decode(Mark.self, from: bytes)
  }
}

/// The trace that a request belongs to.
enum SpanContextKey: RequestValueKey { typealias Value = SpanContext }

extension FieldName {
  static let traceparent: FieldName = "traceparent"
}
