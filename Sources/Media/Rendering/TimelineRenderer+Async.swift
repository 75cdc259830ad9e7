public import Foundation
public import Pipeline
import Threads

extension TimelineRenderer {
  /// Renders on threads of its own; cancelling the task ends it within a second.
  ///
  /// - Parameter open: gives the path of a source.
  public func render(
    _ timeline: Timeline, encoding: Encoding = Encoding(), outputs: [RenderOutput], threads: Int,
    open: (FileReference) async throws -> URL,
    progress: @escaping @Sendable (RenderProgress) -> Void
  ) async throws -> RenderReport {
    try timeline.validateForRendering()
    var sources: [Digest: URL] = [:]
    for file in timeline.sources { sources[file.digest] = try await open(file) }
    return try await withCancellationFlag { [sources] cancellation in
      try await BlockingThread.run("render") { () throws(MediaError) in
        try render(
          timeline, encoding: encoding, sources: sources, outputs: outputs, threads: threads,
          cancellation: cancellation, progress: progress)
      }
    }
  }
}
