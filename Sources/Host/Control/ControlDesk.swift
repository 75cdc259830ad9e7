import Foundation
import Pipeline

/// What one process asks of the process that works in a data folder: a file per run, put there as a whole.
///
/// The owner looks every `pause`, does what is asked and removes the file. A request that nobody took is found by
/// the next owner.
struct ControlDesk: Sendable {
  /// One request. There is one per run: a later one replaces an earlier one.
  struct Request: Sendable, Hashable, Codable {
    var run: String
    var cancel: CancelMode
    /// Milliseconds since 1970.
    var at: Int
  }

  static let pause = Duration.milliseconds(250)

  private let folder: URL

  init(dataFolder: URL) { folder = dataFolder.appendingPathComponent("control") }

  func leave(_ request: Request) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try JSONEncoder().encode(request).write(to: file(of: request.run), options: .atomic)
    } catch {
      throw LookupError(
        "the request cannot be left in `\(folder.path)`: \(error.localizedDescription)")
    }
  }

  /// Whether a request for the run is still there.
  func holds(_ run: String) -> Bool { FileManager.default.fileExists(atPath: file(of: run).path) }

  func remove(_ run: String) { try? FileManager.default.removeItem(at: file(of: run)) }

  /// What is asked, oldest first. The one who does it removes it afterwards, so that nothing asked is lost.
  func pending() -> [Request] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let requests = names.filter { $0.hasSuffix(".json") }.compactMap { name -> Request? in
      let file = folder.appendingPathComponent(name)
      guard let bytes = try? Data(contentsOf: file) else { return nil }
      return try? JSONDecoder().decode(Request.self, from: bytes)
    }
    return requests.sorted { $0.at < $1.at }
  }

  private func file(of run: String) -> URL { folder.appendingPathComponent("\(run).json") }
}
