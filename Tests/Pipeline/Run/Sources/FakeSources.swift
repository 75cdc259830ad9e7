import Foundation
import Pipeline
import Threads

/// Fetches texts that a test puts behind addresses, and counts how often and how many at once.
final class FakeSources: SourceFetching {
  struct State: Sendable {
    var texts: [String: String] = [:]
    var errors: [String: StageError] = [:]
    var fetched: [String] = []
    var under = 0
    var most = 0
    /// Fetches wait until it is open.
    var isOpen = true
    /// What the next fetch puts into the store is damaged there, and then comes as this text.
    var spoilsNext: String?
  }

  let parallel: Int
  let state: Locked<State>
  private let artifacts: any ArtifactStore
  private let folder: URL

  init(
    _ texts: [String: String], artifacts: any ArtifactStore, folder: URL, parallel: Int = 2
  ) {
    self.artifacts = artifacts
    self.folder = folder
    self.parallel = parallel
    state = Locked(State(texts: texts))
  }

  var fetched: [String] { state.withLock { $0.fetched } }

  func refusal(of address: SourceAddress) -> String? {
    address.scheme == "https" ? nil : "`\(address)` is not fetched: only https is"
  }

  func known(_ address: SourceAddress) async -> FileReference? {
    guard fetched.contains(address.text), let text = state.withLock({ $0.texts[address.text] })
    else { return nil }
    return try? await artifacts.identify(write(text), as: address.fileName)
  }

  func fetch(_ order: SourceOrder) async throws -> FetchedSource {
    let address = order.address
    state.withLock { state in
      state.fetched.append(address.text)
      state.under += 1
      state.most = max(state.most, state.under)
    }
    defer { state.withLock { $0.under -= 1 } }
    order.report(.progress(done: 1, total: 2))
    while !state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(1)) }
    for _ in 0..<20 { await Task.yield() }
    if let error = state.withLock({ $0.errors[address.text] }) { throw error }
    guard let text = state.withLock({ $0.texts[address.text] }) else {
      throw StageError(.invalidInput, "`\(address)` could not be fetched: there is no such file")
    }
    order.report(.progress(done: 2, total: 2))
    let file = try await artifacts.adopt(write(text), as: address.fileName)
    if let next = state.withLock({ $0.spoilsNext }) {
      state.withLock { state in
        state.spoilsNext = nil
        state.texts[address.text] = next
      }
      await (artifacts as? FragileArtifacts)?.spoil(file, .altered)
    }
    return FetchedSource(file, TaskDecision(.run, .source("it was never fetched before")))
  }

  private func write(_ text: String) throws -> URL {
    let url = folder.appendingPathComponent(UUID().uuidString)
    try Data(text.utf8).write(to: url)
    return url
  }
}
