import Foundation
import Threads

/// Knows whose key a text is.
final class KeyRing: Sendable {
  private struct State: Sendable {
    var stamp: KeyFile.Stamp?
    var keys: [String: APIKey] = [:]
  }

  /// Nil for a ring with the configured key only.
  private let file: KeyFile?
  private let configuredHash: String?
  private let state = Locked(State())
  private let now: @Sendable () -> Int

  /// - Parameter configuredKey: may do everything; nil for none.
  init(
    file: KeyFile?, configuredKey: String?, now: @escaping @Sendable () -> Int = { .now }
  ) throws {
    self.file = file
    self.now = now
    configuredHash = configuredKey.map(APIKey.hash)
    try reload()
  }

  /// Nil when nobody has this key (any more).
  func caller(with text: String) -> Caller? {
    let hash = APIKey.hash(of: text)
    if let configuredHash, ConstantTime.equals(hash, configuredHash) {
      return Caller(id: "configured", scopes: [.admin])
    }
    // A file that cannot be read leaves what was known.
    try? reload()
    guard let id = APIKey.id(in: text), let key = state.withLock({ $0.keys[id] }),
      ConstantTime.equals(hash, key.hash), key.isValid(at: now())
    else { return nil }
    return Caller(id: key.id, scopes: Set(key.scopes))
  }

  private func reload() throws {
    guard let file else { return }
    let stamp = file.stamp
    if let stamp, state.withLock({ $0.stamp == stamp }) { return }
    let keys = try file.read()
    state.withLock { state in
      state.stamp = stamp
      state.keys = Dictionary(keys.map { ($0.id, $0) }) { $1 }
    }
  }
}
