import Crypto
import Foundation
import Pipeline
import Threads

/// Remembers which run a request with an `Idempotency-Key` became, so that asking again is not running again, also
/// when the host died in between.
///
/// The run's name is written down before the run is accepted: whoever asks again gets that run, or begins it under
/// that name if it never came about.
final class IdempotencyLedger: Sendable {
  /// One request.
  struct Entry: Sendable, Hashable, Codable {
    var run: String
    /// Of what was asked for.
    var request: Digest
    /// Milliseconds since 1970.
    var at: Int
  }

  enum Claim: Sendable, Hashable {
    /// To be accepted under this name; `finish` must follow.
    case new(run: String)
    case known(run: String)
    /// The key was used for something else.
    case different
    /// The same is being accepted at this moment.
    case busy
  }

  /// How long a key means the same.
  static let lifetime = 24 * 3600 * 1000

  private let folder: URL
  private let now: @Sendable () -> Int
  private let busy = Locked<Set<String>>([])

  init(dataFolder: URL, now: @escaping @Sendable () -> Int = { .now }) {
    folder = dataFolder.appendingPathComponent("idempotency")
    self.now = now
  }

  /// - Parameters:
  ///   - makeName: what a new run is called.
  ///   - exists: whether a run is in the journal.
  func claim(
    _ key: String, of caller: Caller, for request: Digest, makeName: () -> String = RunID.make,
    exists: (String) async throws -> Bool
  ) async throws -> Claim {
    let name = Self.name(key, caller)
    guard busy.withLock({ $0.insert(name).inserted }) else { return .busy }
    do {
      if let entry = entry(name), now() - entry.at < Self.lifetime {
        let isKnown = try await exists(entry.run)
        if entry.request == request, !isKnown { return .new(run: entry.run) }
        finish(key, of: caller)
        return entry.request == request ? .known(run: entry.run) : .different
      }
      let run = makeName()
      try await write(Entry(run: run, request: request, at: now()), name)
      return .new(run: run)
    } catch {
      finish(key, of: caller)
      throw error
    }
  }

  /// The run of a claim was accepted, or was refused.
  func finish(_ key: String, of caller: Caller) {
    let name = Self.name(key, caller)
    busy.withLock { _ = $0.remove(name) }
  }

  /// Forgets what is too old to mean anything.
  func sweep() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for file in names where file.hasSuffix(".json") {
      let name = String(file.dropLast(5))
      guard let entry = entry(name), now() - entry.at >= Self.lifetime else { continue }
      try? FileManager.default.removeItem(at: place(name))
    }
  }

  private func entry(_ name: String) -> Entry? {
    guard let bytes = try? Data(contentsOf: place(name)) else { return nil }
    return try? JSONDecoder().decode(Entry.self, from: bytes)
  }

  private func write(_ entry: Entry, _ name: String) async throws {
    let bytes = [UInt8](try JSONEncoder().encode(entry))
    let place = place(name)
    try await BlockingThread.run("ledger") { try DurableFile.write(bytes, to: place) }
  }

  private func place(_ name: String) -> URL { folder.appendingPathComponent("\(name).json") }

  /// Keys of different callers have nothing to do with each other.
  private static func name(_ key: String, _ caller: Caller) -> String {
    RandomText.hex(SHA256.hash("\(caller.id)\0\(key)".utf8))
  }
}
