import Foundation
import HTTPClient
import Pipeline
import Threads

/// Fetches sources for all runs of a process: the one place where something that a run names is fetched.
final class SourceFetcher: SourceFetching {
  private struct Stored: Sendable {
    var entry: SourceShelf.Entry
    /// Where its bytes are; they are what they were.
    var url: URL
  }

  let settings: SourceSettings
  private let shelf: SourceShelf
  private let artifacts: any ArtifactStore
  private let client: HTTPClient
  private let retry: HTTPRetry
  private let clock: any Clock<Duration>
  private let slots: FetchSlots
  /// By address: two runs that want the same get it at once.
  private let flight = SingleFlight<FetchedSource>()

  /// How many runs' worth of sources are fetched at once by all runs together.
  private static let runs = 4

  /// - Parameters:
  ///   - client: may reach nothing but what `settings` allow.
  ///   - clock: of the waits between attempts.
  init(
    _ settings: SourceSettings, dataFolder: URL, artifacts: any ArtifactStore,
    client: HTTPClient? = nil, retry: HTTPRetry = HTTPRetry(attempts: 5, initial: .seconds(1)),
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.settings = settings
    self.artifacts = artifacts
    self.retry = retry
    self.clock = clock
    self.client = client ?? HTTPClient(rules: settings.rules)
    shelf = SourceShelf(dataFolder: dataFolder)
    slots = FetchSlots(settings.parallel * Self.runs)
    shelf.sweep(now: .now)
  }

  /// Looks at what is there and changes nothing: for plans.
  init(
    _ settings: SourceSettings, lookingInto dataFolder: URL, artifacts: any ArtifactStore
  ) {
    self.settings = settings
    self.artifacts = artifacts
    retry = HTTPRetry(attempts: 1)
    clock = ContinuousClock()
    client = HTTPClient(rules: settings.rules)
    shelf = SourceShelf(dataFolder: dataFolder)
    slots = FetchSlots(1)
  }

  var parallel: Int { settings.parallel }

  func refusal(of address: SourceAddress) -> String? {
    guard settings.isEnabled else {
      return "`\(address)` is not fetched by this host (`sources.enabled` is off); "
        + "upload the file and name the upload"
    }
    guard ["http", "https"].contains(address.scheme) else {
      return
        "`\(address)` is not fetched: only http and https are; upload the file and name the upload"
    }
    guard address.text.utf8.count <= 8000 else {
      return "`\(address)` is longer than the 8000 bytes that are allowed"
    }
    return settings.rules.refusal(of: address.text).map { "`\(address)` is not fetched: \($0)" }
  }

  func known(_ address: SourceAddress) async -> FileReference? {
    guard let entry = shelf.entry(SourceShelf.key(address)),
      await artifacts.contains(entry.file)
    else { return nil }
    return entry.file
  }

  func fetch(_ order: SourceOrder) async throws -> FetchedSource {
    if let refusal = refusal(of: order.address) { throw StageError(.invalidInput, refusal) }
    try shelf.prepare()
    let key = SourceShelf.key(order.address)
    let fetched = try await flight.run(key) { [self] in
      try await slots.with { try await fetch(order, key) }
    }.result
    try await check(fetched.file, order, key)
    return fetched
  }

  /// What was fetched as one thing may be wanted as another.
  private func check(_ file: FileReference, _ order: SourceOrder, _ key: Digest) async throws {
    do {
      try await SourceContent.check(
        try await artifacts.open(file), of: order.address, as: order.type)
    } catch let error as StageError where error.errorClass == .invalidInput {
      // It may be a page that says "come back later": the next run is to look again.
      shelf.forget(key)
      throw error
    }
  }
}

// MARK: - One source

extension SourceFetcher {
  private func fetch(_ order: SourceOrder, _ key: Digest) async throws -> FetchedSource {
    let entry = shelf.entry(key)
    let stored = await stored(entry)
    if let stored, let limit = stored.entry.version.unchangedUntil, limit > .now {
      return found(stored.entry, "the server promised that it will not change")
    }
    let outcome = try await SourceDownload(
      client: client, shelf: shelf, address: order.address, key: key, settings: settings,
      retry: retry, clock: clock, report: order.report
    ).perform(stored: stored?.entry.version)
    switch outcome {
    case .unchanged(let version):
      guard var entry else { throw StageError(.internal, "nothing was stored to be unchanged") }
      entry.checkedAt = .now
      // An answer without a body need not repeat everything; what it leaves out is as it was.
      entry.version.unchangedUntil = version.unchangedUntil
      shelf.remember(entry, as: key)
      return found(entry, "the server says that it has not changed")
    case .received(let version):
      return try await take(version, order.address, key, after: entry, isStored: stored != nil)
    }
  }

  /// Nil when there is nothing, or it is no longer what it was.
  private func stored(_ entry: SourceShelf.Entry?) async -> Stored? {
    guard let entry, await artifacts.contains(entry.file),
      let url = try? await artifacts.open(entry.file)
    else { return nil }
    return Stored(entry: entry, url: url)
  }

  private func take(
    _ version: SourceVersion, _ address: SourceAddress, _ key: Digest,
    after entry: SourceShelf.Entry?, isStored: Bool
  ) async throws -> FetchedSource {
    let file = shelf.partialFile(key)
    guard shelf.byteCount(key) > 0 else {
      shelf.dropPartial(key)
      throw StageError(
        .invalidInput,
        "`\(address)` could not be fetched: the server sent an empty file; correct the address")
    }
    defer { shelf.dropPartial(key) }
    let reference = try await artifacts.adopt(file, as: address.fileName)
    shelf.remember(
      SourceShelf.Entry(
        address: "\(address)", file: reference, version: version, checkedAt: .now),
      as: key)
    return FetchedSource(
      reference,
      TaskDecision(
        .run, .source(Self.reason(version, reference, after: entry, isStored: isStored)),
        parts: Self.parts(reference, version)))
  }

  private func found(_ entry: SourceShelf.Entry, _ because: String) -> FetchedSource {
    FetchedSource(
      entry.file,
      TaskDecision(
        .cached, .source(because), parts: Self.parts(entry.file, entry.version)))
  }

  private static func reason(
    _ version: SourceVersion, _ file: FileReference, after entry: SourceShelf.Entry?,
    isStored: Bool
  ) -> String {
    guard let entry else { return "it was never fetched before" }
    guard isStored else { return "its stored copy is gone: collected, missing or damaged" }
    let before = entry.version.description
    guard before != nil else {
      return "the server does not say which version it sends (neither ETag nor Last-Modified)"
        + (file == entry.file ? "; it is the same as before" : "; it has changed")
    }
    let change = "\(before ?? "no version") -> \(version.description ?? "no version")"
    return file == entry.file
      ? "the server said that it has changed (\(change)), but it is the same as before"
      : "it has changed: \(change)"
  }

  private static func parts(
    _ file: FileReference, _ version: SourceVersion
  ) -> [String: TaskDecision.Part] {
    var parts = [
      FetchedSource.bytesPart: TaskDecision.Part(
        digest: file.digest, text: "\(Amount.bytes(file.byteCount)), \(file.digest.short)")
    ]
    if let text = version.description {
      parts["version"] = TaskDecision.Part(digest: Digest(of: Array(text.utf8)), text: text)
    }
    return parts
  }
}
