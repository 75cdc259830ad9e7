import Foundation
import HTTPClient
import Pipeline
import TestSupport
import Threads

@testable import videocraft

/// A fetcher that may reach the servers of this machine, over a store in memory.
struct SourceBench: Sendable {
  let folder: TestFolder
  let artifacts: MemoryArtifactStore
  let fetcher: SourceFetcher
  let clock = JumpingClock()
  let reports = Locked<[SourceReport]>([])

  /// - Parameters:
  ///   - earlier: whose folder and store to go on with, as the next process would.
  ///   - client: nil for one that follows the settings.
  init(
    after earlier: SourceBench? = nil, attempts: Int = 3, client: HTTPClient? = nil,
    _ change: (inout SourceSettings) -> Void = { _ in }
  ) throws {
    let folder = try earlier?.folder ?? TestFolder()
    self.folder = folder
    artifacts = earlier?.artifacts ?? MemoryArtifactStore(folder: folder.file("opened"))
    var settings = SourceSettings()
    settings.privateNetworks = [IPNetwork("127.0.0.1")].compactMap { $0 }
    change(&settings)
    fetcher = SourceFetcher(
      settings, dataFolder: folder.url, artifacts: artifacts, client: client,
      retry: HTTPRetry(attempts: attempts, initial: .seconds(1)), clock: clock)
  }

  func fetch(_ url: String, as type: ValueType = .file) async throws -> FetchedSource {
    guard let address = SourceAddress(url) else { throw TestProblem("`\(url)` is no address") }
    return try await fetcher.fetch(
      SourceOrder(address, as: type) { report in reports.withLock { $0.append(report) } })
  }

  /// What a fetch fails with.
  func failure(_ url: String, as type: ValueType = .file) async throws -> StageError {
    do {
      let fetched = try await fetch(url, as: type)
      throw TestProblem("`\(url)` was fetched: \(fetched.decision.reason)")
    } catch let error as StageError {
      return error
    }
  }

  func bytes(of source: FetchedSource) async throws -> Data {
    try Data(contentsOf: try await artifacts.open(source.file))
  }

  /// The files of the shelf that end so.
  func shelf(_ kind: String) throws -> [URL] {
    try folder.contents().filter { $0.hasPrefix("sources/") && $0.hasSuffix(kind) }
      .map { folder.file($0) }
  }

  var retries: [String] {
    reports.withLock { $0 }.compactMap {
      if case .retrying(let error, _, _) = $0 { error.message } else { nil }
    }
  }

  /// Half a second of a tone: 16 bits, one channel, 8000 samples per second.
  static func tone(samples: Int = 4000) -> Data {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var bytes = Array("RIFF".utf8) + number(36 + 2 * samples, 4) + Array("WAVEfmt ".utf8)
    bytes += number(16, 4) + number(1, 2) + number(1, 2) + number(8000, 4) + number(16_000, 4)
    bytes += number(2, 2) + number(16, 2) + Array("data".utf8) + number(2 * samples, 4)
    for index in 0..<samples { bytes += number((index * 2000) % 20_000 - 10_000, 2) }
    return Data(bytes)
  }
}

extension SourceReport {
  var log: String? { if case .log(let text) = self { text } else { nil } }
}

extension TestConnection {
  /// A whole answer with a body of any bytes.
  func reply(_ status: Int = 200, _ headers: [String] = [], bytes: Data) {
    let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(bytes.count)"] + headers
    send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    send(bytes)
  }
}
