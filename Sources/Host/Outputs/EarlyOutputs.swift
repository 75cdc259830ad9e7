import Foundation
import Media
import Pipeline
import Threads

/// Lets streams be played from the output folder while a run makes them.
///
/// It serves the outputs of the pipeline that are a stage's package, unchanged. What goes wrong here is said once and
/// never fails the run: the outputs are written when it is over in any case.
actor EarlyOutputs {
  private struct Stream: Hashable {
    var stage: String
    var output: String
    var item: Int?
  }

  private let artifacts: any ArtifactStore
  private let folder: OutputFolder
  /// The names that an output of a stage has among the pipeline's.
  private let names: [Stream: [String]]
  private let say: @Sendable (String) -> Void
  private var growing: [Stream: GrowingPackage] = [:]
  private var packages: [Stream: [BegunPackage]] = [:]
  private var isGivenUp = false

  /// - Parameter say: tells a person something, in a line.
  init(
    _ graph: PipelineGraph, artifacts: any ArtifactStore, folder: URL,
    say: @escaping @Sendable (String) -> Void
  ) {
    self.artifacts = artifacts
    self.folder = OutputFolder(url: folder)
    self.say = say
    names = graph.outputs.reduce(into: [:]) { names, output in
      guard let source = output.source else { return }
      names[Stream(stage: source.stage, output: source.output, item: nil), default: []]
        .append(output.name)
    }
  }

  /// The packages that can be seen, by the name of their output.
  var begun: [String: BegunPackage] {
    guard !isGivenUp else { return [:] }
    return Dictionary(packages.values.joined().map { ($0.name, $0) }) { one, _ in one }
  }

  /// Shows what the body's events tell of until it ends, and all of it then.
  ///
  /// - Parameter earlier: events from before the run was interrupted.
  nonisolated func during<Result: Sendable>(
    after earlier: [RunEvent] = [],
    _ body: (@escaping @Sendable (RunEvent) -> Void) async throws -> Result
  ) async rethrows -> Result {
    let (events, feed) = AsyncStream.makeStream(of: RunEvent.self)
    let worker = Task {
      await self.remember(earlier)
      for await event in events { await self.take(event) }
    }
    do {
      let result = try await body { event in
        if event.type == .segmentReady { feed.yield(event) }
      }
      feed.finish()
      await worker.value
      return result
    } catch {
      feed.finish()
      await worker.value
      throw error
    }
  }

  private func names(of stream: Stream) -> [String] {
    var whole = stream
    whole.item = nil
    return (names[whole] ?? []).map { OutputWriter.name($0, item: stream.item) }
  }

  /// What was ready before counts as far as its files are still there.
  private func remember(_ events: [RunEvent]) async {
    for event in events {
      guard let stage = event.stage, let segment = event.segment,
        await artifacts.contains(segment.file)
      else { continue }
      let stream = Stream(stage: stage, output: segment.output, item: event.item)
      growing[stream, default: GrowingPackage()].add(segment)
    }
  }

  private func take(_ event: RunEvent) async {
    guard !isGivenUp, let stage = event.stage, let segment = event.segment else { return }
    let stream = Stream(stage: stage, output: segment.output, item: event.item)
    let names = names(of: stream)
    guard !names.isEmpty else { return }
    let isNew = growing[stream, default: GrowingPackage()].add(segment)
    guard isNew || packages[stream] == nil, let package = growing[stream], package.canBegin else {
      return
    }
    do {
      if packages[stream] == nil { packages[stream] = try begin(names, of: stream) }
      try await show(package, of: stream)
    } catch {
      isGivenUp = true
      say(
        "warning: what can be played already cannot be put into `\(folder.url.path)`: \(error.localizedDescription)"
      )
    }
  }

  private func begin(_ names: [String], of stream: Stream) throws -> [BegunPackage] {
    try folder.prepare()
    return names.map { BegunPackage(in: folder, name: $0) }.filter { package in
      if package.isFree { return true }
      say(
        "note: `\(folder.path(package.name).path)` is complete; it is replaced when the new one is complete, too"
      )
      return false
    }
  }

  private func show(_ package: GrowingPackage, of stream: Stream) async throws {
    guard let shown = packages[stream], !shown.isEmpty else { return }
    var sources: [String: URL] = [:]
    for (path, file) in package.files where shown.contains(where: { $0.lacks(file, at: path) }) {
      sources[path] = try await artifacts.open(file)
    }
    let result = try await BlockingThread.run("outputs") { [sources] in
      try shown.map { begun in
        var begun = begun
        try begun.show(package, from: sources)
        return begun
      }
    }
    let wasVisible = shown.contains(where: \.isVisible)
    packages[stream] = result
    guard !wasVisible else { return }
    for package in result where package.isVisible {
      say("\(package.entry.path) can be played from now on")
    }
  }
}
